/** Nothing stays on a host, whatever dies first: no process, folder or program of ours, within five seconds. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StepName } from '#runner/model';
import { requireKernel } from '#support/bpf/requirements';
import { requireSshd } from '#support/guests/requirements';
import { startSshd } from '#support/guests/sshd';
import type { Sshd } from '#support/guests/sshd';
import { describeUnless } from '#support/requirement';
import { isRunning, startClient } from '#support/runner/client';
import { requireAgents } from '#support/runner/installation';
import { gone, leftovers, serverShell, thisMachine } from '#support/runner/leftovers';
import { program } from '#support/runner/programs';
import { openRun } from '#support/runner/session';

const missing = requireSshd() ?? requireKernel() ?? requireAgents('x86_64');

/** A name that nobody else's program has. */
const name = `left_${process.pid}`;

describeUnless(missing, 'nothing of ours stays', () => {
  let server: Sshd;
  beforeAll(async () => {
    server = await startSshd();
  });
  afterAll(() => server.stop());

  const source = async () => ({
    path: await program(`SEC("tp/syscalls/sys_enter_getpriority") int ${name}(void *ctx) { return 0; }`),
  });
  const remote = async () => ({
    targets: [{ kind: 'ssh', host: server.alias }] as const,
    source: await source(),
    ssh: { args: ['-F', server.config] },
  });
  const client = async () =>
    startClient([
      ...['run', (await source()).path, '--host', server.alias, '--ssh-config', server.config],
      ...['--format', 'jsonl'],
    ]);

  test('after a stop; while it ran, there was something to find', async () => {
    const run = openRun(await remote());
    await run.running();
    expect(await leftovers(serverShell(server), name)).not.toEqual([]);
    await run.session.stop();
    await gone(serverShell(server), name);
  });

  test.each(['connect', 'preflight', 'build', 'upload', 'load', 'attach', 'stream'] as const)(
    'after a cancel at %s, which takes less than five seconds',
    async (step: StepName) => {
      const run = openRun(await remote());
      await run.began(step);
      const begin = performance.now();
      await run.session.stop();
      expect(performance.now() - begin).toBeLessThan(5000);
      expect((await run.outcomes())[0]?.failure).toBeUndefined();
      await gone(serverShell(server), name);
    },
  );

  test.each(['SIGKILL', 'SIGINT', 'SIGTERM', 'SIGHUP'] as const)('after %s of the client', async (signal) => {
    const started = await client();
    await started.line(isRunning);
    started.kill(signal);
    const { code } = await started.ended;
    if (signal !== 'SIGKILL') expect(code).toBe(0);
    await gone(serverShell(server), name);
  });

  test('after SIGKILL of the client while it connects', async () => {
    const started = await client();
    for (;;) {
      const child = await started.child('ssh').catch(() => undefined);
      if (child !== undefined) break;
    }
    started.kill('SIGKILL');
    await started.ended;
    await gone(serverShell(server), name);
  });

  test('after SIGKILL of ssh', async () => {
    const started = await client();
    await started.line(isRunning);
    process.kill(await started.child('ssh'), 'SIGKILL');
    const { code, out } = await started.ended;
    expect(code).toBe(3);
    expect(out).toContain('"code":"connection-lost"');
    await gone(serverShell(server), name);
  });

  test('after SIGKILL of the agent', async () => {
    const started = await client();
    await started.line(isRunning);
    process.kill(await agentOf(name), 'SIGKILL');
    const { code, out } = await started.ended;
    expect(code).toBe(3);
    expect(out).toContain('"code":"agent-ended"');
    await gone(serverShell(server), name);
  });

  test('when the client stands still: the agent hears nothing and ends', async () => {
    const started = await client();
    await started.line(isRunning);
    started.kill('SIGSTOP');
    await gone(serverShell(server), name, 6000);
    started.kill('SIGCONT');
    expect((await started.ended).code).toBe(3);
  });

  test('after a reload, of the program before', async () => {
    const run = openRun(await remote());
    await run.running();
    const other = `${name}_b`;
    run.session.reload({
      path: await program(`SEC("tp/syscalls/sys_enter_getpriority") int ${other}(void *ctx) { return 0; }`),
    });
    await run.until(
      (event): event is Extract<typeof event, { type: 'state' }> =>
        event.type === 'state' && event.state === 'stopped' && event.run === 1,
    );
    expect((await thisMachine(`bpftool prog | grep -w 'name ${name}'; true`)).trim()).toBe('');
    expect((await thisMachine(`bpftool prog | grep -w 'name ${other}'; true`)).trim()).not.toBe('');
    const uploads = run.events.filter((event) => event.type === 'step' && event.step === 'upload');
    expect(uploads).toHaveLength(2);
    await run.session.stop();
    await gone(serverShell(server), other);
  });
});

/** The agent that holds a program of this name, by the file descriptors of the processes whose file is ours. */
async function agentOf(programName: string): Promise<number> {
  const listed = await thisMachine(`bpftool prog show name ${programName} -j`);
  const id = /"id":\s*(\d+)/.exec(listed)?.[1];
  for (const pid of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    const file = await readlink(`/proc/${pid}/exe`).catch(() => '');
    if (!file.includes('/.ebpf-workbench-')) continue;
    for (const descriptor of await readdir(`/proc/${pid}/fdinfo`).catch(() => [])) {
      const info = await readFile(`/proc/${pid}/fdinfo/${descriptor}`, 'utf8').catch(() => '');
      if (info.includes(`prog_id:\t${id ?? ''}\n`)) return Number(pid);
    }
  }
  throw new Error(`no agent holds ${programName}`);
}
