/** How `ebpf-workbench` starts: from V8's code cache, with what its command needs and no more. */
import { copyFile, mkdir, readdir, readFile, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runTool } from '#support/process';
import { dist, temporaryFolder } from '#support/runner/installation';

const root = join(dist, '..');

/** The command line in a folder of the test's own, as after an installation. */
async function installation() {
  const folder = await temporaryFolder();
  const installed = join(folder, 'dist');
  await mkdir(installed);
  const bundles = (await readdir(dist)).filter((name) => /^cli.*\.js$/.test(name));
  for (const name of bundles) await copyFile(join(dist, name), join(installed, name));
  await symlink(join(dist, 'kernels'), join(installed, 'kernels'));
  await copyFile(join(root, 'package.json'), join(folder, 'package.json'));
  return {
    bundles,
    run: (...args: readonly string[]) => runTool(process.execPath, [join(installed, 'cli.js'), ...args]),
    caches: async () => {
      const names = (await readdir(installed)).filter((name) => name.endsWith('.cache'));
      const files = names.map(async (name) => [name, (await stat(join(installed, name))).ino] as const);
      return new Map(await Promise.all(files));
    },
  };
}

const events = ['events', 'openat', '--limit', '1', '--kernel', '6.12-debian-amd64'] as const;

test('a command leaves a code cache of each bundle that it loads, and takes it the next time', async () => {
  const { bundles, run, caches } = await installation();
  const first = await run(...events);
  expect(first).toMatchObject({ code: 0, stdout: 'syscalls:sys_enter_openat\n', stderr: '' });
  const left = await caches();
  expect(left.size).toBeGreaterThan(1);
  expect(left.size).toBeLessThan(bundles.length / 2);
  expect(await run(...events)).toMatchObject({ code: 0, stdout: first.stdout, stderr: '' });
  // A cache that V8 had refused would have been replaced.
  expect(await caches()).toEqual(left);
});

test('the help knows all commands, and --version the version', async () => {
  const { run } = await installation();
  const help = await run('--help');
  for (const name of [
    'check',
    'events',
    'show',
    'generate',
    'capture',
    'vmlinux',
    'run',
    'verify',
    'explain',
  ])
    expect(help.stdout).toContain(`\n  ${name} `);
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  expect(await run('--version')).toMatchObject({ code: 0, stdout: `${version}\n` });
  expect(await run('toString')).toMatchObject({ code: 2, stdout: '' });
});
