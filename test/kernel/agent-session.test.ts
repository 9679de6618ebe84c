/** What the agent says of objects that it loads and runs. The same conversations go through a build with sanitizers. */
import { existsSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { startAgent } from '#support/agent/agent';
import type { Agent } from '#support/agent/agent';
import { provoke } from '#support/agent/build';
import { objectOf, onProvoke, ringProgram } from '#support/agent/programs';
import { countLost, countRecords, inKernel, recordsOf } from '#support/agent/records';
import { alone } from '#support/alone';
import { requireKernel } from '#support/bpf/requirements';
import { describeUnless } from '#support/requirement';
import { ensureTracefs } from '#support/tracefs';

/** Names and numbers that no other run of the tests on this machine has. */
const name = `agent_${process.pid}`;
const magic = 1_000_000 + process.pid;

async function running(agent: Agent, session: number): Promise<void> {
  const state = await agent.heard(
    'state',
    (it) => it.session === session && (it.state === 'running' || it.state === 'failed'),
  );
  expect(state).toMatchObject({ state: 'running' });
}

async function stop(agent: Agent, session: number): Promise<void> {
  agent.send(`stop ${session}`);
  expect(await agent.ended(session)).toMatchObject({ state: 'stopped' });
}

const states = (agent: Agent, session: number): readonly string[] =>
  agent.all('state', session).map(({ state }) => state);

const u64 = (base64: string, offset = 0): bigint => Buffer.from(base64, 'base64').readBigUInt64LE(offset);

for (const build of ['plain', 'sanitized'] as const) {
  describeUnless(requireKernel(), `the agent, ${build}`, () => {
    test('says who it is first, and leaves when told', async () => {
      const agent = await startAgent({ build });
      expect(await agent.heard('hello')).toMatchObject({ protocol: 1, pid: agent.pid });
      agent.send('quit');
      expect(await agent.exit).toEqual({ code: 0, signal: null });
      expect(agent.messages[0]?.type).toBe('hello');
    });

    test('takes a program from load to its records', async () => {
      const agent = await startAgent({ build });
      agent.load(7, await objectOf(ringProgram({ name, magic, size: 20 })));
      await running(agent, 7);
      const [maps] = agent.all('maps', 7);
      expect(maps?.maps).toMatchObject([
        { index: 0, name: 'events', kind: 'ringbuf', maxEntries: 65536, internal: false },
        { index: 1, name: '.bss', kind: 'array', valueSize: 16, maxEntries: 1, internal: true },
      ]);
      const [program] = agent.all('program', 7);
      expect(program).toMatchObject({ name, section: 'tp/syscalls/sys_enter_getpriority', error: null });
      expect(program?.log).toMatch(/^processed \d+ insns/m);
      expect(program?.instructions).toBeGreaterThan(10);
      expect(agent.all('attach', 7)).toMatchObject([{ name, state: 'attached', error: null, log: '' }]);

      const before = BigInt(Date.now()) * 1_000_000n;
      await provoke(magic, 5);
      await stop(agent, 7);
      const records = recordsOf(agent, 7, 0);
      expect(records.map(({ data }) => data.readBigUInt64LE())).toEqual([0n, 1n, 2n, 3n, 4n]);
      expect(records.map(({ data, cpu }) => [data.length, cpu])).toEqual(Array(5).fill([20, -1]));
      expect(records.every(({ time }) => time > before && time - before < 10_000_000_000n)).toBe(true);
      expect(states(agent, 7)).toEqual(['loaded', 'running', 'stopped']);
      expect(agent.all('lost')).toEqual([]);
      await expect.poll(() => inKernel(name), { timeout: 5000 }).toEqual([]);
    });

    test('gives a verdict on each program, and runs those that are fine', async () => {
      const agent = await startAgent({ build });
      const object = await objectOf(`
        SEC("tp/syscalls/sys_enter_fchmod") int refused(void *ctx) { return *(volatile int *)-1; }
        SEC("tp/syscalls/sys_enter_fchmod") int relocation(struct trace_event_raw_sys_enter *ctx) { return BPF_CORE_READ(ctx, args[6]); }
        SEC("no_such_type/x") int section(void *ctx) { return 0; }
        SEC("?tp/syscalls/sys_enter_fchmod") int optional(void *ctx) { return 0; }
        SEC("xdp") int by_hand(void *ctx) { return 2; }
        SEC("tp/syscalls/sys_enter_fchmod") int attach(struct trace_event_raw_sys_enter *ctx) { return ctx->args[2]; }
        ${ringProgram({ name, magic })}`);
      agent.load(1, object);
      await running(agent, 1);
      const verdicts = agent.all('program', 1).map((it) => [it.name, it.error?.code ?? 'ok']);
      expect(Object.fromEntries(verdicts)).toEqual({
        refused: 'EACCES',
        relocation: 'EINVAL',
        section: 'EINVAL',
        by_hand: 'ok',
        attach: 'ok',
        [name]: 'ok',
      });
      const log = (program: string): string | undefined =>
        agent.all('program', 1).find((it) => it.name === program)?.log;
      expect(log('refused')).toContain("invalid mem access 'scalar'");
      expect(log('refused')).toContain('return *(volatile int *)-1;');
      expect(log('relocation')).toContain('failed to relocate');
      expect(log('section')).toContain('missing BPF prog type');
      const attached = agent.all('attach', 1).map((it) => [it.name, it.state]);
      expect(Object.fromEntries(attached)).toEqual({
        by_hand: 'skipped',
        attach: 'failed',
        [name]: 'attached',
      });
      await provoke(magic, 3);
      await stop(agent, 1);
      expect(countRecords(agent, 1)).toBe(3);
    });

    test('verifies without attaching, and with the log that is asked for', async () => {
      const agent = await startAgent({ build });
      const source = ringProgram({ name, magic });
      const logOf = async (session: number, words: string): Promise<string> => {
        agent.load(session, await objectOf(source), `verify ${words}`);
        expect(await agent.ended(session)).toMatchObject({ state: 'stopped' });
        expect(states(agent, session)).toEqual(['loaded', 'stopped']);
        const [program] = agent.all('program', session);
        expect(program).toMatchObject({ name, error: null });
        return program?.log ?? '';
      };
      const [short, whole] = [await logOf(1, ''), await logOf(2, 'level=2')];
      expect(short).toMatch(/processed \d+ insns/);
      expect(short).not.toContain('exit');
      // With the source lines and what every instruction leaves in the registers.
      expect(whole).toContain('event->who = who');
      expect(whole).toMatch(/^\d+: .* exit/m);
      expect(agent.all('attach')).toEqual([]);
      await expect.poll(() => inKernel(name), { timeout: 5000 }).toEqual([]);
    });

    test('loads only what it is told to, optional programs too', async () => {
      const agent = await startAgent({ build });
      const object = await objectOf(`
        SEC("tp/syscalls/sys_enter_fchmod") int broken(void *ctx) { return *(volatile int *)-1; }
        SEC("?tp/syscalls/sys_enter_fchmod") int optional(void *ctx) { return 0; }
        SEC("tp/syscalls/sys_enter_fchmod") int plain(void *ctx) { return 0; }`);
      agent.load(1, object, 'only=optional');
      await running(agent, 1);
      agent.load(2, object, 'only=optional only=plain verify');
      await agent.ended(2);
      const names = (session: number): readonly string[] =>
        agent.all('program', session).map((it) => it.name);
      expect(names(1)).toEqual(['optional']);
      expect([...names(2)].sort()).toEqual(['optional', 'plain']);
      agent.load(3, object, 'only=nothing');
      expect(await agent.ended(3)).toMatchObject({ state: 'failed', error: { code: 'ENOENT' } });
      agent.load(4, object, 'only=broken');
      expect(await agent.ended(4)).toMatchObject({ state: 'failed', error: null });
      await stop(agent, 1);
    });

    test('runs a second session while the first is stopped in full flow, and loses nothing of either', async () => {
      const agent = await startAgent({ build });
      const object = await objectOf(ringProgram({ name, magic, ringSize: 1 << 20 }));
      agent.load(1, object);
      await running(agent, 1);
      let isProvoking = true;
      const provoked = provoke(magic, 60_000, 20_000).finally(() => (isProvoking = false));
      agent.load(2, object);
      await running(agent, 2);
      await stop(agent, 1);
      expect(isProvoking).toBe(true); // it does not wait for the other to be silent
      await provoked;
      await stop(agent, 2);
      const numbers = (session: number): readonly bigint[] =>
        recordsOf(agent, session, 0).map(({ data }) => data.readBigUInt64LE());
      const [first, second] = [numbers(1), numbers(2)];
      // Each saw a run without a gap, and together they saw all.
      expect(first).toEqual(first.map((_, n) => BigInt(n)));
      expect(second).toEqual(second.map((_, n) => 60_000n - BigInt(second.length - n)));
      expect(first.length + second.length).toBeGreaterThanOrEqual(60_000);
      expect(agent.all('error')).toEqual([]);
    });

    test('reads perf buffers, and tells the CPU', async () => {
      const agent = await startAgent({ build });
      const object = await objectOf(`
        struct { __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY); __uint(key_size, 4); __uint(value_size, 4); } events SEC(".maps");
        ${onProvoke(
          name,
          magic,
          `__u64 event[2] = { who, bpf_get_smp_processor_id() };
          bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, event, sizeof(event));`,
        )}`);
      agent.load(1, object);
      await running(agent, 1);
      await provoke(magic, 100);
      await stop(agent, 1);
      const records = recordsOf(agent, 1, 0);
      const numbers = records.map(({ data }) => Number(data.readBigUInt64LE())).sort((a, b) => a - b);
      expect(numbers).toEqual(Array.from({ length: 100 }, (_, n) => n));
      expect(records.every(({ data, cpu }) => data.readBigUInt64LE(8) === BigInt(cpu))).toBe(true);
      expect(agent.all('lost')).toEqual([]);
    });

    test('dumps maps and global variables when they change', async () => {
      const agent = await startAgent({ build });
      const map = (type: string, entries: number): string =>
        `struct { __uint(type, BPF_MAP_TYPE_${type}); __uint(max_entries, ${entries}); __type(key, __u32); __type(value, __u64); }`;
      const object = await objectOf(`
        ${map('HASH', 5000)} hash SEC(".maps");
        ${map('LRU_HASH', 4096)} lru SEC(".maps");
        ${map('PERCPU_ARRAY', 2)} percpu SEC(".maps");
        ${map('LRU_PERCPU_HASH', 4096)} lru_percpu SEC(".maps");
        ${map('ARRAY', 3)} array SEC(".maps");
        ${map('QUEUE', 3).replace('__type(key, __u32);', '')} queue SEC(".maps");
        __u64 seen = 0;
        const volatile __u64 limit = 42;
        ${onProvoke(
          name,
          magic,
          `__u32 key = who, zero = 0; __u64 value = who * 3, *slot;
          if (who > limit * 1000) return 0;
          bpf_map_update_elem(&hash, &key, &value, 0);
          if (who < 2) {
            bpf_map_update_elem(&lru, &key, &value, 0);
            bpf_map_update_elem(&lru_percpu, &key, &value, 0);
          }
          slot = bpf_map_lookup_elem(&percpu, &zero);
          if (slot) __sync_fetch_and_add(slot, 1);
          slot = bpf_map_lookup_elem(&array, &zero);
          if (slot) __sync_fetch_and_add(slot, 1);
          __sync_fetch_and_add(&seen, 1);`,
        )}`);
      agent.load(1, object, 'dump=50');
      await running(agent, 1);
      const index = new Map(agent.all('maps', 1)[0]?.maps.map((it) => [it.name, it.index]));
      const last = (of: string): { entries: readonly [string, string][]; truncated: boolean } | undefined =>
        agent.all('map', 1).findLast((dump) => dump.map === index.get(of));
      await provoke(magic, 1);
      await agent.heard('map', (dump) => dump.map === index.get('hash') && dump.entries.length === 1);
      await provoke(magic, 999);
      await stop(agent, 1);

      const entries = new Map(
        last('hash')?.entries.map(([key, value]) => [Buffer.from(key, 'base64').readUInt32LE(), u64(value)]),
      );
      expect(entries).toEqual(new Map(Array.from({ length: 999 }, (_, n) => [n, BigInt(n * 3)])));
      expect(last('hash')?.truncated).toBe(false);
      expect(
        last('lru')
          ?.entries.map(([, value]) => u64(value))
          .sort(),
      ).toEqual([0n, 3n]);
      const ofCpus = (value = ''): bigint => {
        const bytes = Buffer.from(value, 'base64');
        let sum = 0n;
        for (let at = 0; at < bytes.length; at += 8) sum += bytes.readBigUInt64LE(at);
        return sum;
      };
      expect(last('percpu')?.entries.map(([, value]) => ofCpus(value))).toEqual([1000n, 0n]);
      expect(last('lru_percpu')?.entries).toHaveLength(2);
      expect(last('array')?.entries.map(([, value]) => u64(value))).toEqual([1000n, 0n, 0n]);
      expect(u64(last('.bss')?.entries[0]?.[1] ?? '')).toBe(1000n);
      expect(u64(last('.rodata')?.entries[0]?.[1] ?? '')).toBe(42n);
      expect(last('queue')).toBeUndefined();
      expect(agent.all('map', 1).filter((dump) => dump.map === index.get('.rodata'))).toHaveLength(1);
    });

    test('shows a thousand entries of a large map, and says that there are more', async () => {
      const agent = await startAgent({ build });
      const object = await objectOf(`
        struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 5000); __type(key, __u32); __type(value, __u64); } hash SEC(".maps");
        ${onProvoke(name, magic, `__u32 key = who; bpf_map_update_elem(&hash, &key, &who, 0);`)}`);
      agent.load(1, object, 'dump=3600000');
      await running(agent, 1);
      await provoke(magic, 1001);
      await stop(agent, 1);
      const [dump] = agent.all('map', 1);
      expect(dump).toMatchObject({ map: 0, truncated: true });
      expect(new Set(dump?.entries.map(([key]) => key)).size).toBe(1000);
    });

    test('counts runs and their time, and only while it is asked to', async () => {
      const agent = await startAgent({ build });
      const object = await objectOf(ringProgram({ name, magic }));
      agent.load(1, object, 'stats dump=50');
      await running(agent, 1);
      await provoke(magic, 100);
      await stop(agent, 1);
      const stats = agent.all('stats', 1).at(-1)?.programs;
      expect(stats).toMatchObject([{ name }]);
      // getpriority() of others counts too.
      expect(stats?.[0]?.runs).toBeGreaterThanOrEqual(100);
      expect(stats?.[0]?.nanoseconds).toBeGreaterThan(1000);
      agent.load(2, object);
      await running(agent, 2);
      await stop(agent, 2);
      expect(agent.all('stats', 2)).toEqual([]);
    });

    test('says when a ring buffer was full and the program counts nothing', async () => {
      const agent = await startAgent({ build });
      agent.load(1, await objectOf(ringProgram({ name, magic, ringSize: 4096, counts: false })));
      await running(agent, 1);
      agent.process.kill('SIGSTOP');
      await provoke(magic, 1000);
      agent.process.kill('SIGCONT');
      await stop(agent, 1);
      // 24 bytes each; one byte less than the buffer's size can be in use.
      expect(countRecords(agent, 1)).toBe(Math.floor(4095 / 24));
      expect(agent.all('lost', 1)).toMatchObject([{ source: 'full', name: 'events', count: 1 }]);
      expect(countLost(agent, 1, 'counter')).toBe(0);
    });

    test('shows what its programs print, and nothing of others', async () => {
      await alone('trace_pipe');
      await ensureTracefs();
      const printer = (of: string, number: number, format: string): Promise<Buffer> =>
        objectOf(onProvoke(of, number, `bpf_printk("${format}", who, "word", 1, 2);`));
      const [agent, other] = [await startAgent({ build }), await startAgent({ build })];
      agent.load(1, await printer(name, magic, 'mine %d [%s] %x 100%% %d'));
      await running(agent, 1);
      other.load(2, await objectOf(ringProgram({ name: `o${name}`, magic })));
      await running(other, 2);
      // Loaded by somebody else, into the same trace buffer.
      other.load(3, await printer(`p${name}`, magic + 1, 'theirs %d %s %d %d'), 'verify');
      await other.ended(3);
      await provoke(magic, 3);
      await agent.heard('printk', ({ text }) => text.startsWith('mine 2'));
      await stop(agent, 1);
      expect(agent.all('printk').map((it) => it.text)).toEqual(
        [0, 1, 2].map((n) => `mine ${n} [word] 1 100% 2`),
      );
      expect(agent.all('printk').every((it) => it.comm === 'provoke' && it.pid > 0 && it.time > 0)).toBe(
        true,
      );
      expect(other.all('printk')).toEqual([]);
      expect(other.all('notice')).toEqual([]);
    });

    test('says when somebody else reads trace_pipe', async () => {
      await alone('trace_pipe');
      const tracefs = await ensureTracefs();
      expect(existsSync(`${tracefs}/trace_pipe`)).toBe(true);
      const object = await objectOf(onProvoke(name, magic, `bpf_printk("hello %d", who);`));
      const [first, second] = [await startAgent({ build }), await startAgent({ build })];
      first.load(1, object);
      await running(first, 1);
      expect(first.all('notice')).toEqual([]);
      second.load(1, object);
      await running(second, 1);
      const notice = await second.heard('notice');
      expect(notice.code).toBe('trace-pipe-shared');
      onTestFinished(() => expect(second.all('notice')).toHaveLength(1));
    });
  });
}
