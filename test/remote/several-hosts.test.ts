/** One run on several hosts, and one host over several programs. */
import { spawn } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { RunEventOf, RunOptions } from '#runner/model';
import { requireKernel } from '#support/bpf/requirements';
import { requireSshd } from '#support/guests/requirements';
import { startSshd } from '#support/guests/sshd';
import type { Sshd } from '#support/guests/sshd';
import { describeUnless } from '#support/requirement';
import { freshPlaces, requireAgents, temporaryFolder } from '#support/runner/installation';
import { gone, serverShell, thisMachine } from '#support/runner/leftovers';
import { ownFchmodat, program } from '#support/runner/programs';
import { openRun } from '#support/runner/session';
import type { TestRun } from '#support/runner/session';
import { recordedUi } from '#support/runner/ui';

const missing = requireSshd() ?? requireKernel() ?? requireAgents('x86_64');

async function sshd(): Promise<Sshd> {
  const server = await startSshd();
  onTestFinished(() => server.stop());
  return server;
}

type Options = Pick<RunOptions, 'targets' | 'source' | 'ssh'>;

/** One configuration for all. */
async function on(
  servers: readonly Sshd[],
  path: string,
  hosts = servers.map(({ alias }) => alias),
): Promise<Options> {
  const config = join(await temporaryFolder(), 'config');
  await writeFile(config, servers.map((server) => `Include ${server.config}\n`).join(''));
  return {
    targets: hosts.map((host) => ({ kind: 'ssh', host })),
    source: { path },
    ssh: { args: ['-F', config] },
  };
}

/** The process that changes the mode of a new file, and the file. */
async function changeMode(): Promise<{ readonly file: string; readonly pid: number | undefined }> {
  const file = join(await temporaryFolder(), 'file');
  await writeFile(file, '');
  await chmod(file, 0o644);
  return { file, pid: spawn('chmod', ['600', file]).pid };
}

const recordOf = (run: TestRun, name: string, from: string) =>
  run.record(({ filename }, host) => host === from && filename === name);

const endOf = (run: TestRun, host: string) =>
  run.until((event): event is RunEventOf<'ended'> => event.type === 'ended' && event.host === host);

describeUnless(missing, 'several hosts', () => {
  test('run the same program, built once, and say which host a record is from', async () => {
    const servers = [await sshd(), await sshd()];
    const { path, name } = await ownFchmodat();
    const ui = recordedUi();
    const run = openRun({ ...(await on(servers, path)), ui, places: await freshPlaces() });
    await Promise.all(servers.map(({ alias }) => run.running(alias)));
    const { file, pid } = await changeMode();
    for (const { alias } of servers)
      expect(await recordOf(run, file, alias)).toMatchObject({ mode: 0o600, host_pid: pid });
    // Before there is a vmlinux.h, and with it; a build for each host would be four.
    expect(ui.lines.filter((line) => line.includes(`-c ${path} `))).toHaveLength(2);
    await run.session.stop();
    expect(await run.outcomes()).toEqual(
      servers.map(({ alias }) => ({ host: alias, programs: { good: [name], bad: [] } })),
    );
    for (const server of servers) await gone(serverShell(server), name);
  });

  test('go on without the one that cannot be reached, and without the one that is lost', async () => {
    const [first, second] = [await sshd(), await sshd()];
    const refused = await second.route({ key: 'other' });
    const hosts = [refused, first.alias, second.alias];
    const { path, name } = await ownFchmodat();
    const run = openRun(await on([first, second], path, hosts));
    const shells = [first, second].map(serverShell);
    expect((await endOf(run, refused)).failure?.code).toBe('authentication-failed');
    await Promise.all([first, second].map(({ alias }) => run.running(alias)));

    await second.stop();
    expect((await endOf(run, second.alias)).failure?.code).toBe('connection-lost');
    const { file, pid } = await changeMode();
    expect(await recordOf(run, file, first.alias)).toMatchObject({ host_pid: pid });

    await run.session.stop();
    expect((await run.outcomes()).map(({ host, failure }) => [host, failure?.code])).toEqual([
      [refused, 'authentication-failed'],
      [first.alias, undefined],
      [second.alias, 'connection-lost'],
    ]);
    for (const shell of shells) await gone(shell, name);
  });

  test('that have ended are started anew by a reload', async () => {
    const [first, second] = [await sshd(), await sshd()];
    const { path } = await ownFchmodat();
    const run = openRun({ ...(await on([first, second], path)), keepConnected: true });
    await Promise.all([first, second].map(({ alias }) => run.running(alias)));
    process.kill(await childOf(second.pid));
    expect((await endOf(run, second.alias)).failure?.code).toBe('connection-lost');
    run.session.reload();
    const again = (host: string) =>
      run.until(
        (event): event is RunEventOf<'state'> =>
          event.type === 'state' && event.state === 'running' && event.run === 2 && event.host === host,
      );
    await Promise.all([first, second].map(({ alias }) => again(alias)));
    const connects = (host: string) =>
      run.events.filter(
        (event) =>
          event.host === host && event.type === 'step' && event.step === 'connect' && event.state === 'done',
      ).length;
    expect([connects(first.alias), connects(second.alias)]).toEqual([1, 2]);
  });
});

/** The process of the server's only connection. */
async function childOf(pid: number): Promise<number> {
  const children = (await thisMachine(`cat /proc/${pid}/task/${pid}/children`)).trim().split(' ');
  expect(children).toHaveLength(1);
  return Number(children[0]);
}

describeUnless(missing, 'a host that stays connected', () => {
  /** A name that nobody else's program has. */
  const kept = `kept_${process.pid}`;
  const fine = `SEC("tp/syscalls/sys_enter_getpriority") int ${kept}(void *ctx) { return 0; }`;
  const state = (run: TestRun, number: number, wanted: string) =>
    run.until(
      (event): event is RunEventOf<'state'> =>
        event.type === 'state' && event.run === number && event.state === wanted,
    );
  const failed = (run: TestRun, step: string) =>
    run.until(
      (event): event is Extract<RunEventOf<'step'>, { state: 'failed' }> =>
        event.type === 'step' && event.step === step && event.state === 'failed',
    );
  const steps = (run: TestRun, step: string) =>
    run.events.filter((event) => event.type === 'step' && event.step === step && event.state === 'started')
      .length;

  test('waits for the next program after one that does not compile, and one that is refused', async () => {
    const server = await sshd();
    const run = openRun({
      ...(await on([server], await program('int wrong(void) { return missing; }'))),
      keepConnected: true,
    });
    expect((await failed(run, 'build')).failure.code).toBe('compile-error');
    run.session.reload({
      path: await program(
        'SEC("tp/syscalls/sys_enter_getpriority") int refused(void *ctx) { return *(int *)8; }',
      ),
    });
    expect((await failed(run, 'load')).failure.code).toBe('program-refused');
    run.session.reload({ path: await program(fine) });
    await state(run, 3, 'running');
    expect([steps(run, 'connect'), steps(run, 'upload'), steps(run, 'build')]).toEqual([1, 1, 3]);
    await run.session.stop();
    expect(await run.outcomes()).toMatchObject([{ programs: { good: [kept], bad: [] } }]);
    expect((await run.outcomes())[0]?.failure).toBeUndefined();
    await gone(serverShell(server), kept);
  });

  test('verifies again and again, and leaves nothing loaded between', async () => {
    const path = await program(fine);
    const run = openRun({
      ...(await on([await sshd()], path)),
      mode: 'verify',
      keepConnected: true,
    });
    for (const number of [1, 2, 3]) {
      await state(run, number, 'stopped');
      expect((await thisMachine(`bpftool prog | grep -w 'name ${kept}'; true`)).trim()).toBe('');
      if (number < 3) run.session.reload();
    }
    expect(steps(run, 'connect')).toBe(1);
  });

  test('is there still after a build that takes longer than the agent’s patience', async () => {
    const folder = await temporaryFolder();
    const run = openRun({
      ...(await on([await sshd()], await program(fine))),
      // The second time it takes five seconds.
      build: {
        command: [
          'sh',
          '-c',
          'if mkdir "$3" 2>/dev/null; then :; else sleep 5; fi; exec clang -target bpf -g -O2 -I"$2" -c "$0" -o "$1"',
          ...['${file}', '${output}', '${vmlinuxDir}', join(folder, 'second')],
        ],
      },
      keepConnected: true,
    });
    await state(run, 1, 'running');
    run.session.reload();
    await state(run, 2, 'running');
    await state(run, 1, 'stopped');
    const times = run.events.flatMap((event) =>
      event.type === 'step' && event.step === 'build' && event.state === 'done' ? [event.milliseconds] : [],
    );
    expect(times[1]).toBeGreaterThan(5000);
    expect(steps(run, 'connect')).toBe(1);
  });
});
