/** However the agent ends, nothing of it is left in the kernel, and soon. */
import { chmod, copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startAgent } from '#support/agent/agent';
import type { Agent, AgentOptions } from '#support/agent/agent';
import { agentPath, provoke } from '#support/agent/build';
import { objectOf, ringProgram } from '#support/agent/programs';
import { countLost, countRecords, inKernel } from '#support/agent/records';
import { requireKernel } from '#support/bpf/requirements';
import { describeUnless } from '#support/requirement';

const name = `end_${process.pid}`;
const magic = 2_000_000 + process.pid;

interface Attached {
  readonly agent: Agent;
  /** No more pings, which it gets from the beginning. */
  readonly silence: () => void;
}

/** An agent with a program attached; `deaf` ones do not say when. */
async function attached(options: AgentOptions = {}): Promise<Attached> {
  const object = await objectOf(ringProgram({ name, magic, ringSize: 1 << 20, size: 1024 }));
  const agent = await startAgent(options);
  const timer = setInterval(() => agent.send('ping'), 100);
  const silence = (): void => clearInterval(timer);
  onTestFinished(silence);
  agent.load(1, object, 'dump=100 stats');
  if (!options.deaf) await agent.heard('state', ({ state }) => state === 'running');
  await expect
    .poll(() => inKernel(name), { timeout: 10_000 })
    .toEqual(expect.arrayContaining([expect.stringMatching(/^prog/), expect.stringMatching(/^link/)]));
  return { agent, silence };
}

/** Within five seconds, counted from now. */
async function nothingIsLeft(agent: Agent): Promise<void> {
  const start = performance.now();
  await agent.exit;
  await expect.poll(() => inKernel(name), { timeout: 5000 }).toEqual([]);
  expect(performance.now() - start).toBeLessThan(5000);
}

const residentKilobytes = async (pid: number): Promise<number> =>
  Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]);

describeUnless(requireKernel(), 'the agent ends, and nothing is left', () => {
  test('when it is told to quit, after it has said what it had', async () => {
    const { agent } = await attached();
    await provoke(magic, 100);
    agent.send('quit');
    await nothingIsLeft(agent);
    expect(countRecords(agent, 1)).toBe(100);
    expect(agent.messages.at(-1)).toMatchObject({ type: 'state', state: 'stopped' });
  });

  test('when its stdin ends', async () => {
    const { agent } = await attached();
    agent.process.stdin?.end();
    await nothingIsLeft(agent);
    expect((await agent.exit).code).toBe(0);
  });

  test('when its stdin ends in the middle of an object', async () => {
    const { agent } = await attached();
    agent.send('load 2 100000');
    agent.send('only this came');
    agent.process.stdin?.end();
    await nothingIsLeft(agent);
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGPIPE', 'SIGKILL', 'SIGSEGV'] as const)(
    'on %s',
    async (signal) => {
      const { agent } = await attached();
      agent.process.kill(signal);
      await nothingIsLeft(agent);
    },
  );

  test('when nobody speaks to it any more, and not before', async () => {
    const { agent, silence } = await attached({ args: ['--heartbeat', '1500'] });
    await provoke(magic, 3000, 1000); // for three seconds
    expect(agent.process.exitCode).toBeNull();
    silence();
    await nothingIsLeft(agent);
  });

  test('by itself after four seconds, where nobody says otherwise', async () => {
    const { agent, silence } = await attached({ args: [] });
    silence();
    agent.send('ping');
    const start = performance.now();
    await agent.exit;
    expect(performance.now() - start).toBeGreaterThan(3900);
    await nothingIsLeft(agent);
  });

  test('when its stdout is closed', async () => {
    const { agent } = await attached({ deaf: true });
    agent.process.stdout?.destroy();
    await nothingIsLeft(agent);
  });

  test('when its stdout is never read: memory stays bounded, and the heartbeat still counts', async () => {
    const { agent, silence } = await attached({ deaf: true, args: ['--heartbeat', '2000'] });
    await provoke(magic, 90_000, 30_000); // 90 MB in three seconds
    expect(agent.process.exitCode).toBeNull();
    // Its queue has 8 MB, the ring buffer counts twice with 1 MB.
    expect(await residentKilobytes(agent.pid)).toBeLessThan(24_000);
    silence();
    await nothingIsLeft(agent);
  });

  test('when commands flood it and nobody reads the answers', async () => {
    const { agent, silence } = await attached({ deaf: true, args: ['--heartbeat', '2000'] });
    silence();
    agent.process.stdin?.write('garbage\n'.repeat(1_000_000));
    await nothingIsLeft(agent);
  });

  test('and takes its own file with it, if it is told so', async () => {
    const folder = await mkdtemp(join(tmpdir(), '.ebpf-workbench-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const path = join(folder, 'agent');
    await copyFile(await agentPath('plain'), path);
    await chmod(path, 0o755);
    const agent = await startAgent({ path, args: ['--unlink', '--heartbeat', '0'] });
    await agent.heard('hello');
    await expect(readdir(folder)).rejects.toThrow('ENOENT');
    agent.load(1, await objectOf(ringProgram({ name, magic })));
    await agent.heard('state', ({ state }) => state === 'running');
    agent.process.kill('SIGKILL');
    await nothingIsLeft(agent);
  });

  test('but leaves a folder that is not its own, and files of others', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'project-'));
    const own = await mkdtemp(join(tmpdir(), '.ebpf-workbench-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    onTestFinished(() => rm(own, { recursive: true, force: true }));
    for (const path of [join(folder, 'agent'), join(own, 'agent'), join(own, 'other')])
      await copyFile(await agentPath('plain'), path);
    for (const place of [folder, own]) {
      const agent = await startAgent({ path: join(place, 'agent'), args: ['--unlink', '--heartbeat', '0'] });
      await agent.heard('hello');
      agent.send('quit');
      await agent.exit;
    }
    expect([await readdir(folder), await readdir(own)]).toEqual([[], ['other']]);
  });
});

describeUnless(requireKernel(), 'the agent loses nothing without saying so', () => {
  test('while its reader is slow: produced = received + lost', async () => {
    const { agent } = await attached();
    // 200 MB, of which the pipe, the queue and the ring buffer hold 10.
    agent.process.stdout?.pause();
    await provoke(magic, 200_000);
    expect(await residentKilobytes(agent.pid)).toBeLessThan(24_000);
    agent.process.stdout?.resume();
    agent.send('stop 1');
    await agent.ended(1);
    const [received, lost] = [countRecords(agent, 1), countLost(agent, 1, 'counter')];
    expect(received).toBeGreaterThan(2000);
    expect(lost).toBeGreaterThan(2000);
    expect(received + lost).toBe(200_000);
  });

  test('at 100,000 records a second, and has time to spare', async () => {
    const object = await objectOf(ringProgram({ name, magic, ringSize: 1 << 24, size: 64 }));
    const agent = await startAgent();
    agent.load(1, object);
    await agent.heard('state', ({ state }) => state === 'running');
    await provoke(magic, 500_000, 100_000);
    // User and system time, in hundredths of a second.
    const stat = (await readFile(`/proc/${agent.pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
    expect(Number(stat[11]) + Number(stat[12])).toBeLessThan(150);
    agent.send('stop 1');
    await agent.ended(1);
    expect([countRecords(agent, 1), countLost(agent, 1, 'counter')]).toEqual([500_000, 0]);
  });

  test('of a perf buffer: the kernel counts', async () => {
    const agent = await startAgent();
    const object = await objectOf(`
      struct { __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY); __uint(key_size, 4); __uint(value_size, 4); } events SEC(".maps");
      SEC("tp/syscalls/sys_enter_getpriority") int ${name}(struct trace_event_raw_sys_enter *ctx) {
        char event[200] = {};
        if (ctx->args[0] == ${magic}) bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, event, sizeof(event));
        return 0;
      }`);
    agent.load(1, object);
    await agent.heard('state', ({ state }) => state === 'running');
    agent.process.kill('SIGSTOP');
    await provoke(magic, 20_000);
    agent.process.kill('SIGCONT');
    agent.send('stop 1');
    await agent.ended(1);
    const [received, lost] = [countRecords(agent, 1), countLost(agent, 1, 'perf')];
    expect(received).toBeGreaterThan(500);
    expect(lost).toBeGreaterThan(500);
    expect(received + lost).toBe(20_000);
  });

  test('and leaks nothing: a hundred sessions', async () => {
    const agent = await startAgent();
    const object = await objectOf(ringProgram({ name, magic }));
    const refused =
      await objectOf(`SEC("tp/syscalls/sys_enter_fchmod") int bad(void *ctx) { return *(volatile int *)-1; }
      ${ringProgram({ name, magic })}`);
    const cycle = async (session: number): Promise<void> => {
      agent.load(session, session % 10 ? object : refused, 'dump=10 stats');
      await agent.heard('state', (it) => it.session === session && it.state === 'running');
      agent.send(`stop ${session}`);
      expect(await agent.ended(session)).toMatchObject({ state: 'stopped' });
    };
    const use = async (): Promise<{ files: number; threads: number; kilobytes: number }> => ({
      files: (await readdir(`/proc/${agent.pid}/fd`)).length,
      threads: (await readdir(`/proc/${agent.pid}/task`)).length,
      kilobytes: await residentKilobytes(agent.pid),
    });
    for (let session = 1; session <= 10; session++) await cycle(session);
    const before = await use();
    for (let session = 11; session <= 110; session++) await cycle(session);
    const after = await use();
    expect([after.files, after.threads]).toEqual([before.files, before.threads]);
    expect(after.kilobytes - before.kilobytes).toBeLessThan(1000);
    await expect.poll(() => inKernel(name), { timeout: 5000 }).toEqual([]);
  });
});
