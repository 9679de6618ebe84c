import { expect, it } from 'vitest';
import { checks, checkSteps, runChecks } from '#server/checks/index';
import { featureView } from '#support/feature-view';
import { fixtureContext } from './context';

const context = await fixtureContext('6.1-debian-amd64');

/** Each with a lookup that nobody looks at, a record that nobody submits, a large array and a wrong return value. */
const program = (n: number) => `SEC("cgroup/connect4")
int program_${n}(struct bpf_sock_addr *ctx)
{
	int key = 0;
	char large[600] = {};
	long *value = bpf_map_lookup_elem(&values, &key);
	*value += 1;
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e)
		return 7;
	bpf_trace_printk(large, sizeof(large));
	return 7;
}
`;
const text = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
struct event { int a; };
struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, int); __type(value, long); __uint(max_entries, 8); } values SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");
${[0, 1, 2].map(program).join('\n')}`;

const { view } = featureView(text, context);
const inParts = checks.filter((check) => check.parts !== undefined);

it.each(inParts.map((check) => [check.code, check] as const))(
  'finds with %s in a program what it finds there in the whole',
  (_, check) => {
    const parts = [...(check.parts?.(view) ?? [])];
    expect(parts).toHaveLength(3);
    expect(parts.flat()).toEqual(check.run(view));
    for (const part of parts) expect(part).not.toEqual([]);
  },
);

it('takes a step for each of them', () => {
  const steps = checkSteps(view);
  let count = 0;
  let step = steps.next();
  for (; !step.done; step = steps.next()) count++;
  expect(count).toBe(checks.length + inParts.length * 2);
  expect(step.value).toEqual(runChecks(view));
});
