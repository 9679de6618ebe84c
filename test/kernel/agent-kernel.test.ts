/** What the agent says about the host's kernel, compared with other tools that read the same. */
import { readFile } from 'node:fs/promises';
import { hostname, release } from 'node:os';
import { expect, test } from 'vitest';
import * as v from 'valibot';
import { startAgent } from '#support/agent/agent';
import type { Agent } from '#support/agent/agent';
import { agentPath } from '#support/agent/build';
import { objectOf } from '#support/agent/programs';
import { kernelBtf, requireKernel } from '#support/bpf/requirements';
import { mustRun } from '#support/process';
import { describeUnless } from '#support/requirement';
import { ensureTracefs, tracefs } from '#support/tracefs';

type Part = 'vmlinux' | 'btf' | 'features';

async function answer(agent: Agent, of: Part): Promise<Buffer> {
  agent.send(of);
  await agent.heard('chunk', (chunk) => chunk.of === of && chunk.last);
  const chunks = agent.all('chunk').filter((chunk) => chunk.of === of);
  expect(chunks.filter(({ last }) => last)).toHaveLength(1);
  return Buffer.concat(chunks.map(({ data }) => Buffer.from(data, 'base64')));
}

const Features = v.object({
  program_types: v.record(v.string(), v.boolean()),
  map_types: v.record(v.string(), v.boolean()),
  helpers: v.record(v.string(), v.array(v.string())),
});

const fnv1a = (bytes: Uint8Array): string => {
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
};

for (const build of ['plain', 'sanitized'] as const) {
  describeUnless(requireKernel(), `the agent about its host, ${build}`, () => {
    test('says what the host is', async () => {
      await ensureTracefs();
      const agent = await startAgent({ build });
      agent.send('facts');
      const facts = await agent.heard('facts');
      const btf = await readFile(kernelBtf);
      const status = await readFile('/proc/self/status', 'utf8');
      expect(facts).toMatchObject({
        release: release(),
        machine: (await mustRun('uname', ['-m'])).trim(),
        hostname: hostname(),
        uid: 0,
        capabilities: /CapEff:\s+(\w+)/.exec(status)?.[1],
        btf: { size: btf.length, hash: fnv1a(btf) },
        tracefs: { path: tracefs, private: false },
        cpus:
          Number((await readFile('/sys/devices/system/cpu/possible', 'utf8')).trim().split('-').at(-1)) + 1,
        sysctl: {
          unprivilegedBpfDisabled: (
            await readFile('/proc/sys/kernel/unprivileged_bpf_disabled', 'utf8')
          ).trim(),
        },
      });
      const config = JSON.parse(await mustRun('bpftool', ['-j', 'feature', 'probe', 'kernel'])) as {
        system_config: Record<string, string | null>;
      };
      for (const option of ['CONFIG_BPF_EVENTS', 'CONFIG_KPROBE_EVENTS', 'CONFIG_DEBUG_INFO_BTF'])
        expect([option, facts.config[option] ?? null]).toEqual([option, config.system_config[option]]);
    });

    test('dumps the types as bpftool does', async () => {
      const agent = await startAgent({ build });
      const header = (await answer(agent, 'vmlinux')).toString();
      const reference = await mustRun('bpftool', ['btf', 'dump', 'file', kernelBtf, 'format', 'c']);
      // What differs between the versions of libbpf that the two were built with.
      const comparable = (text: string): string =>
        text.replaceAll('(void);', '();').replaceAll(' __attribute__((mode(byte)))', '');
      expect(header.length).toBeGreaterThan(1_000_000);
      expect(comparable(header) === comparable(reference)).toBe(true);
      expect(header).toContain('\n#define __VMLINUX_H__\n');
      expect(header).toContain('preserve_access_index');
    });

    test('passes on the BTF', async () => {
      const agent = await startAgent({ build });
      expect((await answer(agent, 'btf')).equals(await readFile(kernelBtf))).toBe(true);
    });
  });
}

async function canLoad(agent: Agent, section: string): Promise<boolean> {
  agent.load(100, await objectOf(`SEC("${section}") int f(void *ctx) { return 0; }`), 'verify');
  return (await agent.ended(100)).state === 'stopped';
}

describeUnless(requireKernel(), 'the features that the agent finds', () => {
  test('are those that programs meet', async () => {
    const agent = await startAgent();
    const text = (await answer(agent, 'features')).toString();
    expect(await mustRun(await agentPath('plain'), ['--features'])).toBe(text);
    const features = v.parse(Features, JSON.parse(text));
    const reference = v.parse(Features, JSON.parse(await mustRun('bpftool', ['-j', 'feature', 'probe'])));
    expect(features.map_types).toMatchObject(reference.map_types);
    // bpftool gives some nothing to attach to.
    const asked = (types: Record<string, boolean>): [string, boolean][] =>
      Object.entries(types).filter(([type]) => !/_(tracing|lsm|ext|struct_ops)_/.test(type));
    expect(features.program_types).toMatchObject(Object.fromEntries(asked(reference.program_types)));
    expect(asked(reference.program_types).length).toBeGreaterThan(20);

    // A helper of each kind, called in earnest.
    const sections = {
      tracepoint: 'tp/sched/sched_switch',
      raw_tracepoint: 'raw_tp/sched_switch',
      xdp: 'xdp',
      socket_filter: 'socket',
      tracing: (await canLoad(agent, 'fentry/vfs_read')) ? 'fentry/vfs_read' : 'tp_btf/sched_switch',
      kprobe: 'kprobe/vfs_read',
    };
    const calls = {
      bpf_get_current_task: 'bpf_get_current_task();',
      bpf_ktime_get_ns: 'bpf_ktime_get_ns();',
      bpf_get_smp_processor_id: 'bpf_get_smp_processor_id();',
      bpf_get_current_pid_tgid: 'bpf_get_current_pid_tgid();',
      bpf_get_socket_cookie: 'bpf_get_socket_cookie(ctx);',
      bpf_xdp_adjust_head: 'bpf_xdp_adjust_head(ctx, 0);',
      bpf_send_signal: 'bpf_send_signal(0);',
      bpf_get_func_ip: 'bpf_get_func_ip(ctx);',
      bpf_jiffies64: 'bpf_jiffies64();',
    };
    const programs = Object.entries(sections).flatMap(([type, section], t) =>
      Object.entries(calls).map(([helper, call], h) => ({
        type,
        helper,
        call,
        section,
        name: `f_${t}_${h}`,
      })),
    );
    const object = await objectOf(
      programs
        .map(({ section, name, call }) => `SEC("${section}") int ${name}(void *ctx) { ${call} return 0; }`)
        .join('\n'),
    );
    agent.load(1, object, 'verify');
    await agent.ended(1);
    const verdicts = new Map(agent.all('program', 1).map((it) => [it.name, it]));
    const wrong = programs.flatMap(({ type, helper, name }) => {
      const verdict = verdicts.get(name);
      const listed = features.helpers[`${type}_available_helpers`]?.includes(helper) ?? false;
      const refused = /unknown func|invalid func|cannot use helper/.test(verdict?.log ?? '');
      return verdict && listed === !refused
        ? []
        : [`${helper} in ${type}: listed ${listed}, refused ${refused}`];
    });
    expect(wrong).toEqual([]);
    expect(verdicts.size).toBe(54);
    const listed = programs.filter(({ type, helper }) =>
      features.helpers[`${type}_available_helpers`]?.includes(helper),
    );
    expect(listed.length).toBeGreaterThan(20);
    expect(listed.length).toBeLessThan(50);
  });
});
