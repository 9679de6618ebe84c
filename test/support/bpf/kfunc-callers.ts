/** Programs that call kfuncs as people do, each with whether the kernel takes it: what is said of them with and without their object. */
import { readFile } from 'node:fs/promises';
import { readBpfObject } from '#core/elf/bpf-object';
import { checkSource } from '#server/check-source';
import type { KernelView } from '#server/view';
import { testAnalyzer } from '#support/analyzer';
import { unavailable } from './kfunc-kinds';
import type { ProgramVerdict } from './loader';

interface Caller {
  readonly name: string;
  readonly section: string;
  readonly body: string;
  /** In front of the program. */
  readonly before?: string;
  /** Only the object tells. */
  readonly hidden?: true;
}

/** Tracing programs may call these, raw tracepoints and XDP may not. */
const mask = `struct bpf_cpumask *mask = bpf_cpumask_create();
	if (mask)
		bpf_cpumask_release(mask);`;
const copy = 'bpf_copy_from_user_str(buffer, sizeof(buffer), (void *)8, 0);';

const sections = { btf: 'tp_btf/sched_switch', raw: 'raw_tp/sched_switch', xdp: 'xdp' } as const;

/** Each for programs that may, and those that may not. */
const everywhere = Object.entries(sections).flatMap(([kind, section]): readonly Caller[] => [
  { name: `plain_${kind}`, section, body: mask },
  {
    name: `guarded_${kind}`,
    section,
    body: `if (bpf_ksym_exists(bpf_cpumask_create)) {\n\t${mask}\n\t}`,
    hidden: true,
  },
  { name: `dead_${kind}`, section, body: `if (0) {\n\t${mask}\n\t}` },
  { name: `by_number_${kind}`, section, body: `if (bpf_get_prandom_u32() > 7) {\n\t${mask}\n\t}` },
  {
    ...{ name: `in_macro_${kind}`, section, body: `MASK_${kind}();`, hidden: true },
    before: `#define MASK_${kind}() do { ${mask.replace(/\n\t*/g, ' ')} } while (0)\n`,
  },
  {
    ...{ name: `in_function_${kind}`, section, body: `return masks_${kind}();`, hidden: true },
    before: `static __noinline int masks_${kind}(void)\n{\n\t${mask}\n\treturn 1;\n}\n`,
  },
]);

const callers: readonly Caller[] = [
  ...everywhere,
  { name: 'copies_syscall', section: 'syscall', body: `char buffer[8];\n\t${copy}` },
  { name: 'copies_btf', section: sections.btf, body: `char buffer[8];\n\t${copy}` },
  {
    name: 'copies_later',
    section: 'tc',
    before: `struct work { struct bpf_wq wq; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, struct work); } works SEC(".maps");
static int later(void *map, int *key, void *value)
{
	char buffer[8];
	${copy}
	return 0;
}
`,
    body: `__u32 key = 0;
	struct work *work = bpf_map_lookup_elem(&works, &key);
	if (!work)
		return 0;
	bpf_wq_init(&work->wq, &works, 0);
	bpf_wq_set_callback_impl(&work->wq, later, 0, 0);`,
  },
  {
    name: 'destroys_iter',
    section: 'iter/tcp',
    body: 'struct sock_common *sk = ((struct bpf_iter__tcp *)ctx)->sk_common;\n\tif (sk && sk->skc_family)\n\t\tbpf_sock_destroy(sk);',
  },
  {
    name: 'destroys_btf',
    section: 'tp_btf/tcp_destroy_sock',
    body: 'bpf_sock_destroy(*(struct sock_common **)ctx);',
  },
];

const declarations = `extern struct bpf_cpumask *bpf_cpumask_create(void) __ksym __weak;
extern void bpf_cpumask_release(struct bpf_cpumask *cpumask) __ksym __weak;
extern int bpf_copy_from_user_str(void *dst, __u32 dst__sz, const void *unsafe_ptr__ign, __u64 flags) __ksym __weak;
extern int bpf_wq_init(struct bpf_wq *wq, void *p__map, unsigned int flags) __ksym __weak;
extern int bpf_wq_set_callback_impl(struct bpf_wq *wq, int (*callback_fn)(void *, int *, void *), unsigned int flags, void *aux__prog) __ksym __weak;
int bpf_sock_destroy(struct sock_common *sock) __ksym __weak;
`;

/** Of a kernel that has and tags them, 6.12 or newer. */
export const callersSource = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
#undef bpf_ksym_exists
#define bpf_ksym_exists(sym) ({ !!sym; })
${declarations}${callers
  .map(
    ({ name, section, body, before = '' }) =>
      `${before}SEC("${section}") int ${name}(void *ctx)\n{\n\t${body}\n\treturn 0;\n}\n`,
  )
  .join('')}`;

export interface CallerVerdicts {
  readonly refused: readonly string[];
  readonly loaded: readonly string[];
  /** Refused for something else. */
  readonly others: readonly string[];
  /** Without an object; of those that only the object tells nothing. */
  readonly source: readonly string[];
  readonly object: readonly string[];
}

export async function compareCallers(
  kernel: KernelView,
  path: string,
  verdicts: readonly ProgramVerdict[],
): Promise<CallerVerdicts> {
  const { value: object } = readBpfObject(await readFile(path));
  const isUnavailable = ({ load, log }: ProgramVerdict): boolean =>
    load !== 'ok' && log.split('\n').some((line) => unavailable.test(line));
  const named = (some: readonly ProgramVerdict[]): readonly string[] =>
    some.map(({ program }) => program).sort();
  return {
    refused: named(verdicts.filter(isUnavailable)),
    loaded: named(verdicts.filter(({ load }) => load === 'ok')),
    others: verdicts
      .filter((one) => one.load !== 'ok' && !isUnavailable(one))
      .map(({ program, log }) => `${program}: ${log.slice(-2000)}`),
    source: await reported(kernel, undefined),
    object: await reported(kernel, object),
  };
}

type Compiled = ReturnType<typeof readBpfObject>['value'];

/** The programs that have a finding, each as often as it has. */
async function reported(kernel: KernelView, object: Compiled | undefined): Promise<readonly string[]> {
  const analyzer = await testAnalyzer();
  const uri = 'file:///program.bpf.c';
  const found = await checkSource(callersSource, { analyzer, kernel, uri, ...(object && { object }) });
  const programs = [...callersSource.matchAll(/^SEC\("[^"]+"\) int (\w+)\(/gm)];
  return found
    .filter(({ code }) => code === 'kfunc-unavailable')
    .map(({ span }) => {
      // What stands in front of a program is part of it.
      const end = callersSource.slice(0, span.start).lastIndexOf('\n}\n');
      return programs.find(({ index }) => index > end)?.[1] ?? '';
    })
    .sort();
}

const names = callers.map(({ name }) => name).sort();
const isRefused = (name: string): boolean =>
  (/_(?:raw|xdp)$/.test(name) && !name.startsWith('dead_')) || /^(?:copies|destroys)_btf$/.test(name);
const isHidden = (name: string): boolean => callers.some((one) => one.name === name && one.hidden);

/** On 6.12 and newer. */
export const callersExpected: CallerVerdicts = {
  refused: names.filter(isRefused),
  loaded: names.filter((name) => !isRefused(name)),
  others: [],
  source: names.filter((name) => isRefused(name) && !isHidden(name)),
  object: names.filter(isRefused),
};
