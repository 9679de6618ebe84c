/** Loaders beside generated programs: built as their Makefile and go:generate say, and run. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Delivery } from '#core/messages/generate-handler';
import { generate } from '#server/generate/generate';
import { loaderFiles } from '#server/generate/loader/index';
import { alone } from '#support/alone';
import { vmlinuxHeader } from '#support/bpf/compile';
import { findOnPath, requireKernel } from '#support/bpf/requirements';
import { startTrigger } from '#support/bpf/trigger';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';
import { ensureTracefs } from '#support/tracefs';

/** Strings, numbers, addresses, bytes, bytes of which the record says how many there are, an array of numbers. */
const events = [
  { category: 'syscalls', name: 'sys_enter_fchmodat' },
  { category: 'sched', name: 'sched_process_exec' },
  { category: 'sock', name: 'inet_sock_set_state' },
  { category: 'ras', name: 'arm_event' },
  { category: 'raw_syscalls', name: 'sys_enter' },
] as const;
const deliveries: readonly Delivery[] = ['ringbuf', 'perfbuf', 'printk'];

describeUnless(requireKernel(), 'a loader in C', () => {
  test.each(deliveries)('builds without a warning and prints what arrives: %s', async (delivery) => {
    const folder = await project({ delivery, loader: 'c', events: events.slice(0, 4) });
    await tool('make', ['-C', folder, 'CFLAGS=-O2 -Wall -Wextra -Werror']);
    if (delivery === 'printk') await alone('trace_pipe');
    const expected =
      delivery === 'printk'
        ? [/fchmodat: .*mode=0640|fchmodat: .*filename=/, /inet_sock_set_state/]
        : [
            /^fchmodat pid=\d+ dfd=-100 mode=0640 comm="ebpf-truth" filename="[^"]*\/first file"$/m,
            / oldstate=7 newstate=10 .*\bsaddr=7f000001 daddr=00000000 /,
          ];
    const output = await whileTriggered(join(folder, 'fchmodat'), expected);
    expect(output.error).toBe('');
    expect(output.code).toBe(0);
    for (const line of expected) expect(output.text).toMatch(line);
  });
});

const go = '/usr/share/gocode/src/github.com/cilium/ebpf/cmd/bpf2go';
const missingGo =
  findOnPath('go') === undefined
    ? 'go on PATH'
    : existsSync(go)
      ? undefined
      : 'golang-github-cilium-ebpf-dev';

describeUnless(requireKernel() ?? missingGo, 'a loader in Go', () => {
  test.each(deliveries)('is formatted, vetted and built with the types of bpf2go: %s', async (delivery) => {
    const folder = await project({ delivery, loader: 'go', events });
    // Debian's cilium/ebpf lies in a GOPATH.
    const place = join(folder, 'path', 'src', 'loader');
    await mkdir(place, { recursive: true });
    for (const name of ['main.go', 'fchmodat.bpf.c', 'vmlinux.h'])
      await copyFile(join(folder, name), join(place, name));
    const env = {
      ...process.env,
      GO111MODULE: 'off',
      GOPATH: `/usr/share/gocode:${join(folder, 'path')}`,
      GOCACHE: join(tmpdir(), 'ebpf-workbench-go-cache'),
    };
    expect(await tool('gofmt', ['-l', place])).toBe('');
    for (const command of [['generate'], ['vet', '.'], ['build', '-o', '../loader', '.']])
      await tool('go', command, { cwd: place, env });
  });
});

type Order = Omit<Parameters<typeof generate>[0], 'events' | 'loader'> & {
  readonly events: readonly { readonly category: string; readonly name: string }[];
  readonly loader: 'c' | 'go';
};

async function project({ events: wanted, ...options }: Order): Promise<string> {
  const kernel = await liveKernel();
  const known = wanted.filter(({ category, name }) => kernel.index.format(category, name) !== undefined);
  const generated = generate({ ...options, events: [...known], process: ['pid', 'comm'] }, { kernel });
  if (!generated.ok) throw new Error(generated.message);
  const folder = await mkdtemp(join(tmpdir(), 'ebpf-loader-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const files = [
    { name: 'fchmodat.bpf.c', text: generated.value.text },
    { name: 'vmlinux.h', text: await readFile(await vmlinuxHeader(), 'utf8') },
    ...loaderFiles(generated.value, options.loader),
  ];
  for (const { name, text } of files) await writeFile(join(folder, name), text);
  return folder;
}

async function tool(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  const [out, error] = [collect(child.stdout), collect(child.stderr)];
  const [code] = (await closed) as [number | null];
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${out()}${error()}`);
  return out();
}

/** Runs the loader until what is made to happen was printed, in any order, then interrupts it. */
async function whileTriggered(loader: string, expected: readonly RegExp[]) {
  await ensureTracefs();
  const folder = await mkdtemp(join(tmpdir(), 'ebpf-truth-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const child = spawn(loader, [], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const closed = once(child, 'close');
  const [text, error] = [collect(child.stdout), collect(child.stderr)];
  // The first exec that it sees says that it is attached.
  while (!text().includes('sched_process_exec') && child.exitCode === null) await tool('true', []);
  await (await startTrigger(folder)).go();
  while (!expected.every((line) => line.test(text())) && child.exitCode === null) await tool('true', []);
  child.kill('SIGINT');
  const [code] = (await closed) as [number | null];
  return { code, text: text(), error: error() };
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const parts: Buffer[] = [];
  stream.on('data', (data: Buffer) => parts.push(data));
  return () => Buffer.concat(parts).toString();
}
