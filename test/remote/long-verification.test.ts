/** Programs that the verifier takes its time for, or says much about, through the runner to a real sshd. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { slowPrograms } from '#support/agent/slow-programs';
import { requireKernel } from '#support/bpf/requirements';
import { requireSshd } from '#support/guests/requirements';
import { startSshd } from '#support/guests/sshd';
import type { Sshd } from '#support/guests/sshd';
import { describeUnless } from '#support/requirement';
import { startClient } from '#support/runner/client';
import { requireAgents } from '#support/runner/installation';
import { gone, leftovers, serverShell, thisMachine } from '#support/runner/leftovers';
import { program } from '#support/runner/programs';
import { openRun } from '#support/runner/session';
import type { TestRun } from '#support/runner/session';

const missing = requireSshd() ?? requireKernel() ?? requireAgents('x86_64');

const name = `long_${process.pid}`;
/** The agent ends after as long without a word from us. */
const silenceMs = 4000;

describeUnless(missing, 'a long verification', () => {
  let server: Sshd;
  beforeAll(async () => {
    server = await startSshd();
  });
  afterAll(() => server.stop());

  const run = async (source: string, options = {}): Promise<TestRun> =>
    openRun({
      targets: [{ kind: 'ssh', host: server.alias }],
      source: { path: await program(source) },
      ssh: { args: ['-F', server.config] },
      ...options,
    });
  /** The kernel is at it: its first program is loaded. */
  const begun = () =>
    expect
      .poll(() => thisMachine(`bpftool prog | grep -cw 'name ${name}_0'; true`), { timeout: 60_000 })
      .toBe('1\n');

  test('is not taken for a host that is gone', async () => {
    const verification = await run(slowPrograms(name, 80), { mode: 'verify' });
    const [outcome] = await verification.outcomes();
    expect(outcome?.failure).toBeUndefined();
    expect(outcome?.programs.good).toHaveLength(80);
    const load = verification.events.find(
      (event) => event.type === 'step' && event.step === 'load' && event.state === 'done',
    );
    // Otherwise this shows nothing.
    expect(load).toMatchObject({ milliseconds: expect.toSatisfy((ms: number) => ms > silenceMs) as number });
    await gone(serverShell(server), `${name}_0`);
  });

  test('ends with a stop, within five seconds', async () => {
    const verification = await run(slowPrograms(name, 150));
    await begun();
    const begin = performance.now();
    await verification.session.stop();
    await gone(serverShell(server), `${name}_0`, 5000 - (performance.now() - begin));
    expect(await verification.outcomes()).toMatchObject([{ host: server.alias }]);
  });

  test('ends with the client that is killed', async () => {
    const path = await program(slowPrograms(name, 150));
    const args = ['run', path, '--host', server.alias, '--ssh-config', server.config];
    const client = startClient(args);
    await begun();
    expect(await leftovers(serverShell(server), `${name}_0`)).not.toEqual([]);
    client.kill('SIGKILL');
    await client.ended;
    await gone(serverShell(server), `${name}_0`);
  });

  test('has its log whole, though it is longer than a message may be', async () => {
    const loop = `SEC("tp/syscalls/sys_enter_getpriority") int ${name}(void *ctx) {
  __u64 sum = 0;
  for (int i = 0; i < 20000; i++) { asm volatile("%0 += %1" : "+r"(sum) : "r"(i)); }
  return sum;
}`;
    const verification = await run(loop, { mode: 'verify', logLevel: 2 });
    expect((await verification.outcomes())[0]?.failure).toBeUndefined();
    const verdicts = verification.events.filter((event) => event.type === 'program');
    expect(verdicts).toHaveLength(1);
    const log = verdicts[0]?.log ?? '';
    expect(log.length).toBeGreaterThan(3_000_000);
    // Every instruction that was processed has its line; the verifier says at the end how many they were.
    const processed = Number(/^processed (\d+) insns/m.exec(log)?.[1]);
    const lines = log.match(/^\d+: \([0-9a-f]{2}\)/gm)?.length ?? 0;
    expect(processed).toBeGreaterThan(20_000 * 5);
    expect(lines).toBe(processed);
  });
});
