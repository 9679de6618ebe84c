/** Every snippet compiles and loads; what the process-information recipes read is what /proc says. */
import { expect, test } from 'vitest';
import { compileBpf } from '#support/bpf/compile';
import { loadPrograms, runPrograms } from '#support/bpf/loader';
import { requireKernel } from '#support/bpf/requirements';
import { describeUnless } from '#support/requirement';
import { expandSnippet, readSnippets } from '#support/snippets';
import { places, runWitness, type Place, type ProcessTruth } from '#support/witness';

const prelude = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";
`;

/** What a snippet needs around it to be a program. */
const surroundings: Readonly<Record<string, (body: string) => string>> = {
  'bpf-program': (body) => body,
  'bpf-tracepoint': (body) => prelude + body,
  'bpf-map-ringbuf': (body) =>
    `${prelude}${body}\n${handler('bpf_ringbuf_output(&events, &now, sizeof(now), 0);')}`,
  'bpf-map-hash': (body) =>
    `${prelude}${body}\n${handler('bpf_map_update_elem(&counts, &key, &now, BPF_ANY);')}`,
  'bpf-ringbuf-event': (body) =>
    `${prelude}struct event { __u64 time; };\n${ringBuffer}\n${handler(body.replace('\n\n\n', '\nevent->time = now;\n'))}`,
};

const ringBuffer = expandSnippet(
  readSnippets().find(({ prefixes }) => prefixes.includes('bpf-map-ringbuf'))?.body ?? '',
);

function handler(body: string): string {
  return `SEC("tp/syscalls/sys_enter_getpid")
int handle(void *ctx)
{
	__u32 key = 0;
	__u64 now = bpf_ktime_get_ns();

	${body}
	return 0;
}`;
}

/** The recipes: the variable that the snippet declares, as the expression that stores it in `struct seen`. */
const recipes = {
  'bpf-host-pid': 'seen.host_pid = host_pid;',
  'bpf-host-ppid': 'seen.host_ppid = host_ppid;',
  'bpf-ns-pid': 'seen.ns_pid = ns_pid;',
  'bpf-ns-ppid': 'seen.ns_ppid = ns_ppid;',
  'bpf-pid-ns': 'seen.pid_ns_id = pid_ns_id;',
  'bpf-uid': 'seen.uid = uid;',
  'bpf-comm': '__builtin_memcpy(seen.comm, comm, sizeof(comm));',
  'bpf-cgroup-id': 'seen.cgroup_id = cgroup_id;',
} as const;

const bodies = new Map(
  readSnippets().flatMap(({ prefixes, body }) =>
    prefixes.slice(0, 1).map((prefix) => [prefix, expandSnippet(body)] as const),
  ),
);

test('every snippet is tried', () => {
  expect([...bodies.keys()].sort()).toEqual([...Object.keys(surroundings), ...Object.keys(recipes)].sort());
});

/** One handler that runs all recipes, one after the other, and keeps what they read by process. */
const allRecipes = `${prelude}
struct seen {
	__u32 host_pid, host_ppid, ns_pid, ns_ppid, pid_ns_id, uid;
	char comm[16];
	__u64 cgroup_id;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, struct seen);
} processes SEC(".maps");

SEC("tp/syscalls/sys_enter_exit_group")
int on_exit(void *ctx)
{
	struct seen seen = {};
	__u32 key = bpf_get_current_pid_tgid() >> 32;

${Object.entries(recipes)
  .map(([prefix, store]) => `\t{\n${bodies.get(prefix) ?? ''}\n${store}\n\t}`)
  .join('\n')}
	bpf_map_update_elem(&processes, &key, &seen, BPF_ANY);
	return 0;
}
`;

function readSeen(value: Buffer): ProcessTruth {
  return {
    hostPid: value.readUInt32LE(0),
    hostPpid: value.readUInt32LE(4),
    nsPid: value.readUInt32LE(8),
    nsPpid: value.readUInt32LE(12),
    pidNsId: value.readUInt32LE(16),
    uid: value.readUInt32LE(20),
    comm: value.toString('latin1', 24, 40).replace(/\0.*$/s, ''),
    cgroupId: Number(value.readBigUInt64LE(40)),
  };
}

describeUnless(requireKernel(), 'snippets', () => {
  test.each(Object.keys(surroundings))('%s compiles without a warning and loads', async (prefix) => {
    const source = surroundings[prefix]?.(bodies.get(prefix) ?? '') ?? '';
    const { path, messages } = await compileBpf(source, { flags: ['-Wall', '-Wno-unused'] });
    expect(messages).toBe('');
    expect(await loadPrograms(path, { attach: true })).toMatchObject([{ load: 'ok', attach: 'ok' }]);
  });

  test.each(Object.keys(recipes))('%s compiles without a warning and loads', async (prefix) => {
    const source = prelude + handler(bodies.get(prefix) ?? '');
    const { path, messages } = await compileBpf(source, { flags: ['-Wall', '-Wno-unused'] });
    expect(messages).toBe('');
    expect(await loadPrograms(path, { attach: false })).toMatchObject([{ load: 'ok' }]);
  });

  test.each(Object.keys(places) as Place[])('the recipes read what /proc says %s', async (place) => {
    const { path } = await compileBpf(allRecipes);
    let truth: ProcessTruth | undefined;
    const { maps } = await runPrograms(path, {
      maps: ['processes'],
      during: async () => {
        truth = await runWitness(place);
      },
    });
    const seen = maps.get('processes')?.map(({ value }) => readSeen(value));
    expect(seen?.find(({ hostPid }) => hostPid === truth?.hostPid)).toEqual(truth);
  });
});
