/** Programs with guards in random forms, the same ones for the same seed. */

const prelude = `#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
char LICENSE[] SEC("license") = "GPL";
struct task_struct { int pid; unsigned int flags; } __attribute__((preserve_access_index));
struct task_struct___never { int no_such_field; } __attribute__((preserve_access_index));
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, long); } values SEC(".maps");
long counter;
#define HAS bpf_core_field_exists(task->pid)
#define LACKS bpf_core_field_exists(((struct task_struct___never *)task)->no_such_field)
#define MISSING BPF_CORE_READ((struct task_struct___never *)task, no_such_field)
`;

/** As many functions of a raw tracepoint, named `random_0` and so on. */
export function randomPrograms(count: number, seed: number): string {
  let state = seed;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const pick = (texts: readonly string[]): string => texts[below(texts.length)] ?? '';

  const condition = (depth: number): string => {
    if (depth > 0 && below(3) > 0) {
      const [a, b] = [condition(depth - 1), condition(depth - 1)];
      return pick([
        `(${a} && ${b})`,
        `(${a} || ${b})`,
        `(!${a})`,
        `(${a} ? ${b} : ${pick(['HAS', 'LACKS'])})`,
      ]);
    }
    const n = below(40);
    return pick([
      ...['(HAS)', '(LACKS)', '(HAS)', '(LACKS)', '(has)', '(lacks)'],
      `(bpf_get_prandom_u32() ${pick(['>', '<', '==', '!=', '>=', '<='])} ${n + 1})`,
      `((int)bpf_get_prandom_u32() ${pick(['>', '<', '=='])} ${n - 20})`,
      `((id >> 32) == ${n})`,
      `((unsigned int)id > ${n})`,
      `(counter ${pick(['>', '<', '=='])} ${n})`,
      `(value && *value != ${n})`,
      `((bpf_get_prandom_u32() & ${2 ** below(6)}) != 0)`,
      `(BPF_CORE_READ(task, pid) ${pick(['>', '=='])} ${n})`,
      `(bpf_core_field_size(task->flags) ${pick(['==', '!=', '>'])} ${pick(['4', '8'])})`,
    ]);
  };

  const statement = (depth: number): string => {
    if (depth === 0)
      return pick(['sum += MISSING;', 'sum += 3;', 'sum += BPF_CORE_READ(task, pid);', 'return sum;']);
    const inner = () => statement(depth - 1);
    return pick([
      `if ${condition(2)} { ${inner()} }`,
      `if ${condition(1)} { ${inner()} } else { ${inner()} }`,
      `for (int i = 0; i < ${2 + below(6)}; i++) { sum += i; if ${condition(0)} { ${inner()} } }`,
      `if (!${condition(1)}) return 1; ${inner()}`,
      `switch (bpf_get_prandom_u32() & 7) { case 1: ${inner()} break; case ${2 + below(5)}: ${inner()} break; default: sum++; }`,
      `${inner()} ${inner()}`,
    ]);
  };

  const programs = Array.from(
    { length: count },
    (_, n) => `SEC("raw_tp/sched_switch") int random_${n}(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	unsigned long long id = bpf_get_current_pid_tgid();
	int key = 0, has = HAS, lacks = LACKS;
	long sum = 0, *value = bpf_map_lookup_elem(&values, &key);

	${statement(3)}
	${statement(2)}
	return sum + has + lacks;
}
`,
  );
  return prelude + programs.join('');
}
