/** What a host's facts mean for somebody who wants to run programs there. Numbers of capabilities: linux/capability.h. */
import { expect, test } from 'vitest';
import type { HostFacts } from '#core/agent/protocol';
import { hostFindings } from '#runner/doctor/findings';

const good: HostFacts = {
  type: 'facts',
  release: '6.1.0-37-amd64',
  machine: 'x86_64',
  hostname: 'host',
  uid: 0,
  capabilities: '000001ffffffffff',
  btf: { size: 5_000_000, hash: '0' },
  tracefs: { path: '/sys/kernel/tracing', private: false },
  bpffs: true,
  lockdown: 'none',
  sysctl: {
    unprivilegedBpfDisabled: '2',
    bpfJitEnable: '1',
    perfEventParanoid: '3',
    bpfStatsEnabled: '0',
  },
  memlock: 8 << 20,
  cpus: 2,
  container: false,
  config: { CONFIG_BPF_SYSCALL: 'y', CONFIG_BPF_EVENTS: 'y', CONFIG_FTRACE_SYSCALLS: 'y' },
};

const states = (facts: Partial<HostFacts>) =>
  Object.fromEntries(hostFindings({ ...good, ...facts }).map(({ what, state }) => [what, state]));

test('a good host has nothing to do, and every row says so', () => {
  expect(states({})).toEqual(
    Object.fromEntries(
      [
        ...['kernel', 'privileges', 'capabilities', 'BTF', 'tracefs', 'bpffs', 'lockdown'],
        ...['locked memory', 'JIT', 'configuration'],
      ].map((what) => [what, 'ok']),
    ),
  );
});

test.each<readonly [string, Partial<HostFacts>, Readonly<Record<string, string>>]>([
  ['no capability', { uid: 1000, capabilities: '0' }, { privileges: 'problem', capabilities: 'problem' }],
  ['CAP_BPF alone', { capabilities: (1n << 39n).toString(16) }, { capabilities: 'problem' }],
  [
    'CAP_BPF and CAP_PERFMON',
    { capabilities: ((1n << 39n) | (1n << 38n)).toString(16) },
    { privileges: 'ok', capabilities: 'warning' },
  ],
  [
    'those and CAP_NET_ADMIN',
    { capabilities: ((1n << 39n) | (1n << 38n) | (1n << 12n)).toString(16) },
    { capabilities: 'ok' },
  ],
  ['CAP_SYS_ADMIN alone', { capabilities: (1n << 21n).toString(16) }, { capabilities: 'warning' }],
  ['capabilities that are none', { capabilities: 'what?' }, { capabilities: 'problem' }],
  ['no BTF', { btf: null }, { BTF: 'problem' }],
  ['no tracefs', { tracefs: null }, { tracefs: 'problem' }],
  ['a tracefs of the agent’s own', { tracefs: { path: '/x', private: true } }, { tracefs: 'ok' }],
  ['no bpffs', { bpffs: false }, { bpffs: 'warning' }],
  ['integrity', { lockdown: 'integrity' }, { lockdown: 'warning' }],
  ['confidentiality', { lockdown: 'confidentiality' }, { lockdown: 'problem' }],
  [
    'little locked memory where it counts',
    { release: '5.10.0-34-amd64', memlock: 64 << 10 },
    { 'locked memory': 'warning' },
  ],
  [
    'no limit of locked memory where it counts',
    { release: '5.10.0-34-amd64', memlock: null },
    { 'locked memory': 'ok' },
  ],
  ['no JIT', { sysctl: { ...good.sysctl, bpfJitEnable: '0' } }, { JIT: 'warning' }],
  [
    'no syscall events',
    { config: { ...good.config, CONFIG_FTRACE_SYSCALLS: 'n' } },
    { configuration: 'problem' },
  ],
])('%s', (_, facts, expected) => {
  expect(states(facts)).toMatchObject(expected);
});

test('what is not ok says what to do', () => {
  const bad: HostFacts = {
    ...good,
    ...{ release: '5.10.0', capabilities: '0', btf: null, tracefs: null, bpffs: false, memlock: 1 },
    ...{ lockdown: 'integrity', config: { CONFIG_BPF_SYSCALL: 'y' } },
    sysctl: { ...good.sysctl, bpfJitEnable: '0' },
  };
  const findings = hostFindings(bad).filter(({ state }) => state !== 'ok');
  expect(findings).toHaveLength(9);
  for (const { help } of findings) expect(help).toMatch(/^\S+ .*\S/);
});

test('a setting that is not there is not judged', () => {
  expect(states({ sysctl: { ...good.sysctl, bpfJitEnable: null } })).not.toHaveProperty('JIT');
});
