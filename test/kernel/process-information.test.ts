/** What docs/process-information.md says of widely copied recipes is what this kernel says. */
import { expect, test } from 'vitest';
import { compileBpf } from '#support/bpf/compile';
import { loadPrograms, runPrograms } from '#support/bpf/loader';
import { requireKernel } from '#support/bpf/requirements';
import { describeUnless } from '#support/requirement';
import { runWitness, type ProcessTruth } from '#support/witness';

const prelude = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
char LICENSE[] SEC("license") = "GPL";
__u64 result;
`;

const plain = '(struct task_struct *)bpf_get_current_task()';
const tracked = 'bpf_get_current_task_btf()';

function program(task: string, recipe: string, value: string): string {
  return `${prelude}
SEC("tp/syscalls/sys_enter_getpid") int recipe(void *ctx)
{
	struct task_struct *task = ${task};
	${recipe}
	result = ${value};
	return 0;
}`;
}

const pid = `unsigned int level = task->nsproxy->pid_ns_for_children->level;
	u32 pid = task->group_leader->thread_pid->numbers[level].nr;`;
const ppid = `unsigned int p_level = task->real_parent->nsproxy->pid_ns_for_children->level;
	u32 ppid = task->real_parent->group_leader->thread_pid->numbers[p_level].nr;`;

describeUnless(requireKernel(), 'the recipes as they are written', () => {
  test.each([
    ['host PID', plain, 'u32 pid = bpf_get_current_pid_tgid() >> 32;', 'pid', 'loads'],
    ['host parent PID', plain, 'u32 ppid = task->real_parent->tgid;', 'ppid', "invalid mem access 'scalar'"],
    ['host parent PID, tracked task', tracked, 'u32 ppid = task->real_parent->tgid;', 'ppid', 'loads'],
    ['PID', plain, pid, 'pid', "invalid mem access 'scalar'"],
    ['PID, tracked task', tracked, pid, 'pid', 'invalid variable offset'],
    ['parent PID', plain, ppid, 'ppid', "invalid mem access 'scalar'"],
    ['parent PID, tracked task', tracked, ppid, 'ppid', 'invalid variable offset'],
    [
      'namespace id',
      plain,
      'u32 id = task->nsproxy->pid_ns_for_children->ns.inum;',
      'id',
      "invalid mem access 'scalar'",
    ],
    [
      'namespace id, tracked task',
      tracked,
      'u32 id = task->nsproxy->pid_ns_for_children->ns.inum;',
      'id',
      'loads',
    ],
  ])('%s', async (_, task, recipe, value, verdict) => {
    const { path } = await compileBpf(program(task, recipe, value));
    const [answer] = await loadPrograms(path, { attach: false });
    if (verdict === 'loads') expect(answer).toMatchObject({ load: 'ok' });
    else {
      expect(answer).toMatchObject({ load: 'EACCES' });
      expect(answer?.log).toContain(verdict);
    }
  });

  test('namespace id, with the misprint', async () => {
    const recipe = 'u32 id = task->nsproxy->pid_ns_for_children->ns.ium;';
    await expect(compileBpf(program(plain, recipe, 'id'))).rejects.toThrow("no member named 'ium'");
  });

  test('pid_ns_for_children is another namespace than the own after unshare()', async () => {
    const { path } = await compileBpf(`${prelude}
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 4096); __type(key, __u32); __type(value, __u32); } ids SEC(".maps");
SEC("tp/syscalls/sys_enter_exit_group") int recipe(void *ctx)
{
	struct task_struct *task = ${plain};
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	__u32 id = BPF_CORE_READ(task, nsproxy, pid_ns_for_children, ns.inum);
	bpf_map_update_elem(&ids, &pid, &id, BPF_ANY);
	return 0;
}`);
    const witnesses: ProcessTruth[] = [];
    const { maps } = await runPrograms(path, {
      maps: ['ids'],
      during: async () => {
        witnesses.push(await runWitness('as the first process of a PID namespace'));
        witnesses.push(await runWitness('with another PID namespace for its children'));
      },
    });
    const read = witnesses.map(({ hostPid }) =>
      maps
        .get('ids')
        ?.find(({ key }) => key.readUInt32LE() === hostPid)
        ?.value.readUInt32LE(),
    );
    expect(read[0]).toBe(witnesses[0]?.pidNsId);
    expect(read[1]).toEqual(expect.any(Number));
    expect(read[1]).not.toBe(witnesses[1]?.pidNsId);
  });
});
