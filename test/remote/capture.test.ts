/** The kernel of a host as a snapshot, in one round trip; and hosts that send something else. */
import { chmod, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { SECTIONS } from '#core/bpf/section-table';
import { createCtxResolver } from '#core/kernel/ctx-resolve';
import { openSnapshot } from '#core/snapshot/codec';
import type { KernelIndex } from '#core/kernel/model';
import type { Snapshot } from '#core/snapshot/codec';
import { formatText } from '#core/snapshot/formats';
import { captureHost } from '#runner/capture/capture-host';
import type { HostCapture } from '#runner/capture/capture-host';
import { RunFailure } from '#runner/failure/failure';
import type { Failure, SshOptions } from '#runner/model';
import { availabilityOn } from '#server/helpers/availability';
import { helperNamed, helperNames } from '#server/helpers/helpers';
import { captureKernel } from '#server/kernel/capture';
import { openSnapshotFile } from '#server/kernel/snapshot';
import { bundledDir } from '#support/bundled';
import type { BundledId } from '#support/bundled';
import { requireKernel } from '#support/bpf/requirements';
import { bootGuest } from '#support/guests/guest';
import type { Guest } from '#support/guests/guest';
import { requireGuests, requireSshd } from '#support/guests/requirements';
import { startSshd } from '#support/guests/sshd';
import type { Sshd, SshdOptions } from '#support/guests/sshd';
import { runTool } from '#support/process';
import { describeUnless } from '#support/requirement';
import { liveKernel } from '#support/live-kernel';
import { dist, requireAgents, temporaryFolder, usualPlaces } from '#support/runner/installation';
import { gone, serverShell } from '#support/runner/leftovers';
import { recordedUi } from '#support/runner/ui';
import type { Answers } from '#support/runner/ui';

const Features = v.object({
  program_types: v.record(v.string(), v.boolean()),
  helpers: v.record(v.string(), v.array(v.string())),
});
const unanswered = new AbortController().signal;

interface Options {
  readonly ssh?: SshOptions;
  readonly answers?: Answers;
  readonly signal?: AbortSignal;
}

function capture(server: { config: string }, alias: string, options: Options = {}): Promise<HostCapture> {
  const { ssh, answers, signal = unanswered } = options;
  const ui = recordedUi(answers);
  const context = { ui, places: usualPlaces, ssh: { args: ['-F', server.config], ...ssh }, signal };
  return captureHost({ kind: 'ssh', host: alias }, context);
}

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof RunFailure)) throw new Error(`no failure: ${String(error)}`);
  return error.failure;
}

function opened(bytes: Uint8Array): Snapshot {
  const { value, problems } = openSnapshot(bytes);
  expect(problems).toEqual([]);
  if (value === undefined) throw new Error('no snapshot');
  return value;
}

async function contentsOf(snapshot: Snapshot) {
  const formats = (await snapshot.formats()).value;
  const texts = [...formats.entries.keys()].sort().map((event) => {
    const [category = '', name = ''] = event.split('/');
    return [event, formatText(formats, category, name)];
  });
  const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('base64');
  return {
    release: snapshot.meta.release,
    machine: snapshot.meta.machine,
    events: snapshot.eventsSync().value,
    formats: texts,
    btf: hex((await snapshot.btf()).value),
    modules: [...(await snapshot.modules()).value].map(([name, bytes]) => [name, hex(bytes)]),
    functions: snapshot.functionsSync().value,
  };
}

async function bundledSnapshot(id: BundledId): Promise<Snapshot> {
  return opened(await readFile(join(bundledDir, `${id}.ebpfkernel`)));
}

/**
 * What would be reported because of the probe, and is callable by the table, which is made of the verifier's answers on this very
 * kernel.
 */
function wronglyRefused(index: KernelIndex, features: unknown): readonly string[] {
  const tried = availabilityOn({ ...index, features });
  const known = availabilityOn({ ...index, features: undefined });
  const questions = helperNames.flatMap((name) => {
    const helper = helperNamed(name);
    return helper === undefined ? [] : SECTIONS.map((def) => ({ helper, def }));
  });
  const answered = questions.filter(({ helper, def }) => known(helper, def) === 'available');
  expect(answered.length).toBeGreaterThan(1000);
  const wrong = answered.filter(({ helper, def }) => tried(helper, def) !== 'available');
  return wrong.map(({ helper, def }) => `${helper.name} in ${def.name}`);
}

async function sshd(options?: SshdOptions): Promise<Sshd> {
  const server = await startSshd(options);
  onTestFinished(() => server.stop());
  return server;
}

describeUnless(requireSshd() ?? requireKernel() ?? requireAgents(), 'the kernel of this machine', () => {
  test('is the same by ssh as read here', async () => {
    const server = await sshd();
    const begin = performance.now();
    await server.mustExec('true');
    const connected = performance.now();
    const { bytes, problems, events } = await capture(server, server.alias);
    const seconds = [connected - begin, performance.now() - connected].map((ms) => (ms / 1000).toFixed(2));
    console.info(`ssh alone ${seconds.join(' s, captured in ')} s (target: 1 s on an idle machine)`);
    expect(problems).toEqual([]);
    const [there, here] = [
      await contentsOf(opened(bytes)),
      await contentsOf(opened((await captureKernel({ kind: 'local' }, { quality: 3 })).bytes)),
    ];
    expect(here.btf.length).toBeGreaterThan(1_000_000);
    expect(here.formats.length).toBeGreaterThan(1000);
    expect(events).toBe(here.events.split('\n').length - 1);
    expect(there).toEqual(here);
    const features = v.parse(Features, (await opened(bytes).features()).value);
    expect(features.program_types['have_kprobe_prog_type']).toBe(true);
    expect(features.helpers['xdp_available_helpers']).toContain('bpf_xdp_adjust_head');
    expect(features.helpers['xdp_available_helpers']).not.toContain('bpf_override_return');
    expect(wronglyRefused((await liveKernel()).index, features)).toEqual([]);
    await gone(serverShell(server), 'no_program');
  });

  test('is the same without ssh, by the same script', async () => {
    const context = { ui: recordedUi(), places: usualPlaces, ssh: {}, signal: unanswered };
    const { bytes, problems } = await captureHost({ kind: 'local' }, context);
    expect(problems).toEqual([]);
    const here = await captureKernel({ kind: 'local' }, { quality: 3 });
    expect(await contentsOf(opened(bytes))).toEqual(await contentsOf(opened(here.bytes)));
  });

  test.each([
    ['free', 'without password', undefined],
    ['for a password', 'with password', 'correct horse'],
  ] as const)('is read by a user for whom sudo is %s', async (_, sudo, password) => {
    const name = 'workbench-dev';
    const server = await sshd({ account: { name, sudo, ...(password !== undefined && { password }) } });
    const alias = await server.route({ user: name });
    const given = ['wrong', password];
    const { bytes, problems } = await capture(server, alias, { answers: { secret: () => given.shift() } });
    expect(given).toHaveLength(password === undefined ? 2 : 0);
    expect(problems).toEqual([]);
    expect(v.is(Features, (await opened(bytes).features()).value)).toBe(true);
    expect((await contentsOf(opened(bytes))).formats.length).toBeGreaterThan(1000);
  });

  test('is not read by a user without sudo, who is told what to do', async () => {
    const name = 'workbench-dev';
    const server = await sshd({ account: { name } });
    const failure = await failureOf(capture(server, await server.route({ user: name })));
    expect(failure.code).toBe('sudo-password-needed');
    expect(failure.help).toContain('root');
  });

  test('is written by the command line, which leaves nothing else', async () => {
    const server = await sshd();
    const folder = await temporaryFolder();
    const file = join(folder, 'host.ebpfkernel');
    const args = ['capture', server.alias, '--ssh-config', server.config, '--origin', 'a test', '-o', file];
    const { code, stdout, stderr } = await runTool(process.execPath, [join(dist, 'cli.js'), ...args]);
    expect(code, stderr).toBe(0);
    expect(stdout).toBe('');
    expect(await readdir(folder)).toEqual(['host.ebpfkernel']);
    const { meta } = opened(await readFile(file));
    expect(meta.origin).toBe('a test');
    expect(stderr).toContain(meta.release);
    console.info(stderr.trim());
  });
});

describeUnless(requireSshd() ?? requireAgents(), 'a host', () => {
  /** Who logs in runs this instead of a shell. */
  async function hostWith(script: string): Promise<Sshd> {
    const login = join(await temporaryFolder(), 'login');
    await writeFile(login, `#!/bin/sh\n${script}\n`);
    await chmod(login, 0o755);
    return sshd({ settings: { ForceCommand: login } });
  }
  /** As our script would begin; its word is in what it is sent. */
  const word = `
    while IFS= read -r line; do case $line in *'@ebpf-workbench-'*) break ;; esac; done
    line=\${line##*@ebpf-workbench-}; w=@ebpf-workbench-$(printf %.16s "$line")`;
  const peak = () => process.resourceUsage().maxRSS * 1024;

  test.each([
    ['garbage', 'exec cat /dev/urandom', 'host-unsupported'],
    [
      'garbage for an archive',
      `${word}; echo "$w archive gzip"; head -c 1000000 /dev/urandom`,
      'protocol-mismatch',
    ],
    ['a kernel without end', `${word}; echo "$w archive plain"; exec cat /dev/zero`, 'protocol-mismatch'],
    [
      'a small file that is a large one',
      `${word}; echo "$w archive gzip"; head -c 200000000 /dev/zero | gzip -1`,
      'protocol-mismatch',
    ],
    ['nothing after the beginning', `${word}; echo "$w archive gzip"; exec sleep 1000`, 'host-unsupported'],
    [
      'half an archive',
      `${word}; echo "$w archive plain"; echo half; printf '\\n%s uname 0\\n' "$w"`,
      'connection-lost',
    ],
    ['another system', `${word}; echo "$w system OpenBSD"`, 'host-unsupported'],
  ])('that sends %s is given up', async (_, script, code) => {
    const server = await hostWith(script);
    const before = peak();
    const failure = await failureOf(
      capture(server, server.alias, { ssh: { args: ['-F', server.config], connectTimeout: 1 } }),
    );
    expect(failure.code).toBe(code);
    expect(peak() - before).toBeLessThan(400 << 20);
  });

  test('needs sh, cat, uname and id, and no other tool', async () => {
    const tools = await temporaryFolder();
    for (const tool of ['sh', 'cat', 'uname', 'id']) await symlink(`/bin/${tool}`, join(tools, tool));
    const server = await hostWith(`PATH=${tools}; export PATH; exec sh`);
    const { bytes, problems } = await capture(server, server.alias);
    expect(problems).toMatchObject([{ where: 'features' }]);
    expect(problems[0]?.message).toContain('no folder of the host');
    expect((await opened(bytes).features()).value).toBeUndefined();
    expect((await contentsOf(opened(bytes))).btf.length).toBeGreaterThan(1_000_000);
  });

  const featuresOf = async (server: Sshd) => {
    const { bytes, problems } = await capture(server, server.alias);
    expect(problems).toEqual([]);
    return v.parse(Features, (await opened(bytes).features()).value);
  };

  test('tries out its helpers beside the archive, and is not asked again', async () => {
    const server = await hostWith(`sh | LC_ALL=C sed '/^@ebpf-workbench-[^ ]* done$/q'`);
    const { helpers } = await featuresOf(server);
    expect(helpers['xdp_available_helpers']).toContain('bpf_xdp_adjust_head');
    await gone(serverShell(server), 'no_program');
  });

  test('whose first folder runs no programs tries them out in the next', async () => {
    const server = await hostWith('mount -o remount,noexec /dev/shm && exec sh');
    const { helpers } = await featuresOf(server);
    expect(helpers['xdp_available_helpers']).toContain('bpf_xdp_adjust_head');
    await gone(serverShell(server), 'no_program');
  });

  test('that is gone half way leaves no file', async () => {
    const server = await hostWith(String.raw`sh | head -c 300000`);
    const folder = await temporaryFolder();
    const file = join(folder, 'host.ebpfkernel');
    const args = ['capture', server.alias, '--ssh-config', server.config, '-o', file];
    const { code, stderr } = await runTool(process.execPath, [join(dist, 'cli.js'), ...args]);
    expect(code).toBe(3);
    expect(stderr).toContain('before it had sent its kernel');
    expect(await readdir(folder)).toEqual([]);
  });

  test('that says nothing is left at once when it is cancelled', async () => {
    const server = await hostWith('exec sleep 1000');
    const cancel = new AbortController();
    const work = capture(server, server.alias, { signal: cancel.signal });
    cancel.abort();
    await expect(work).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describeUnless(await requireGuests('6.1-amd64'), 'a host with busybox and dropbear', () => {
  let guest: Guest;
  beforeAll(async () => {
    guest = await bootGuest('6.1-amd64');
  });
  afterAll(() => guest.kill());

  test('sends its kernel: every event has its format, and a struct for its ctx', async () => {
    const { bytes, meta, problems } = await capture(guest, guest.alias);
    expect(problems).toEqual([]);
    expect(meta.release.startsWith(guest.spec.series), meta.release).toBe(true);
    expect(meta.machine).toBe(guest.spec.machine);
    const file = join(await temporaryFolder(), 'guest.ebpfkernel');
    await writeFile(file, bytes);
    const kernel = await openSnapshotFile(file).full;
    expect(kernel.problems).toEqual([]);
    expect(kernel.events.length).toBeGreaterThan(1000);
    const ctxOf = createCtxResolver(kernel);
    const without = kernel.events.filter(({ category, name }) => {
      const format = kernel.format(category, name);
      return format === undefined || ctxOf(format) === undefined;
    });
    expect(without).toEqual([]);
    expect(kernel.functions.length).toBeGreaterThan(10_000);
    const features = v.parse(Features, (await opened(bytes).features()).value);
    expect(wronglyRefused(kernel, features)).toEqual([]);
    const { helpers } = features;
    expect(helpers['kprobe_available_helpers']).toContain('bpf_ringbuf_output');
    // Of 6.2.
    expect(helpers['kprobe_available_helpers']).not.toContain('bpf_cgrp_storage_get');
    const bundled = await bundledSnapshot(guest.spec.bundled);
    if (bundled.meta.release !== meta.release) return;
    const [there, here] = [await contentsOf(opened(bytes)), await contentsOf(bundled)];
    expect(there.events).toBe(here.events);
    expect(there.formats.map(([event]) => event)).toEqual(here.formats.map(([event]) => event));
    expect(there.btf).toBe(here.btf);
  });

  test('does not send it to who is not root', async () => {
    const failure = await failureOf(capture(guest, await guest.route({ user: 'dev' })));
    expect(failure.code).toBe('not-root');
    expect(failure.help).toContain('Connect as root');
  });
});
