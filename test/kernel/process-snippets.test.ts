/** What the snippets for process information read is what /proc says. */
import { expect, test } from 'vitest';
import { compileBpf } from '#support/bpf/compile';
import { runPrograms } from '#support/bpf/loader';
import { requireKernel } from '#support/bpf/requirements';
import { describeUnless } from '#support/requirement';
import { readSnippets, snippetText } from '#support/snippets';
import { places, runWitness, type Place, type ProcessTruth } from '#support/witness';

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

test('every recipe is tried', () => {
  const prefixes = readSnippets()
    .filter(({ file }) => file === 'process')
    .map((snippet) => snippet.prefixes[0]);
  expect(prefixes.sort()).toEqual(Object.keys(recipes).sort());
});

/** One handler that runs all recipes, one after the other, and keeps what they read by process. */
const allRecipes = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

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
  .map(([prefix, store]) => `\t{\n${snippetText(prefix)}\n${store}\n\t}`)
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

describeUnless(requireKernel(), 'process snippets', () => {
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
