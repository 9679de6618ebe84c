// `npm start`: installs what is missing, builds, and opens a real VS Code with the extension and examples/.
// Uses the `code` on PATH if there is one, else the VS Code inside code-server, in the browser.
// It must run in a fresh clone: nothing here may import from node_modules.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, symlink } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installCodeServer } from '../test/support/code-server/install.mjs';
import { launchCodeServer } from '../test/support/code-server/launch.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const examples = join(root, 'examples');
const codeServerVersion = '4.100.3';

const help = `Usage: npm start -- [--browser] [--port N] [--host ADDRESS]
  --browser   use code-server even if there is a \`code\` on PATH
  --port N    port of code-server (default: a free one)
  --host A    address of code-server (default: 127.0.0.1)`;

async function main() {
  const options = parseArgs({
    options: {
      browser: { type: 'boolean', default: false },
      port: { type: 'string', default: '0' },
      host: { type: 'string', default: '127.0.0.1' },
      help: { type: 'boolean', default: false },
    },
  }).values;
  if (options.help) return say(help);
  if (Number(process.versions.node.split('.')[0]) < 20)
    fail(`Node 20 or newer is needed; this is ${process.version}.`);

  if (!existsSync(join(root, 'node_modules', '.package-lock.json'))) {
    say('Installing dependencies …');
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
  }
  say('Building …');
  await run(process.execPath, [join(root, 'scripts', 'build.mjs')]);

  if (!options.browser && onPath('code') && (await openCode())) return;
  await openCodeServer(options);
}

/** True when VS Code has run; false where it could not start (no display, run as root). */
async function openCode() {
  say('Opening VS Code …');
  const args = ['--new-window', '--wait', `--extensionDevelopmentPath=${root}`, examples];
  const code = await exitCode(spawn('code', args, { cwd: root, stdio: 'inherit' }));
  if (code !== 0) say(`\`code\` ended with ${code}; trying the browser instead.`);
  return code === 0;
}

async function openCodeServer({ host, port }) {
  const home = join(root, '.cache', 'start');
  const extensionsDir = join(home, 'extensions');
  const codeServer = await installCodeServer(codeServerVersion, say);
  await rm(extensionsDir, { recursive: true, force: true });
  await mkdir(extensionsDir, { recursive: true });
  await symlink(root, join(extensionsDir, 'ebpf-workbench'));
  const server = await launchCodeServer(codeServer, {
    dataDir: join(home, 'data'),
    extensionsDir,
    host,
    port,
  });
  say(`\nVS Code with eBPF Workbench is ready. Open\n\n  ${server.url(examples)}\n\nCtrl-C ends it.`);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => void server.stop());
  await server.exited;
}

function onPath(name) {
  return (process.env['PATH'] ?? '').split(delimiter).some((dir) => existsSync(join(dir, name)));
}

/** Runs a step that has to succeed. */
async function run(command, args) {
  const code = await exitCode(spawn(command, args, { cwd: root, stdio: 'inherit' }));
  if (code !== 0) fail(`${[command, ...args].join(' ')} failed.`);
}

function exitCode(child) {
  return new Promise((resolve, reject) =>
    child.once('error', reject).once('exit', (code) => resolve(code ?? 1)),
  );
}

function say(line) {
  console.log(line);
}

/** Ends with one line; whoever caught it needs no stack. */
function fail(message) {
  throw new Error(message);
}

main().catch((error) => {
  console.error(`npm start: ${error.message}`);
  process.exitCode = 1;
});
