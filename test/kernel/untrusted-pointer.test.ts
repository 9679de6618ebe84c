/** Reads through pointers of every origin, as the running kernel's verifier judges them. */
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import type { FunctionPrototype, StructLayout, TypeIndex, TypeRef } from '#core/btf/types';
import { checkSource } from '#server/check-source';
import { createHeaderStore } from '#server/headers/store';
import type { KernelView } from '#server/view';
import { testAnalyzer } from '#support/analyzer';
import { judge, outcome } from '#support/bpf/judge';
import type { Candidate, Judged } from '#support/bpf/judge';
import { vmlinuxHeader } from '#support/bpf/compile';
import { requireKernel } from '#support/bpf/requirements';
import { applyFix } from '#support/check-fixture';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

/** A way to a pointer, as a program that reads through it. */
interface Origin {
  /** Of the struct that it points to. */
  readonly tag: string;
  readonly section: string;
  /** With the program's name in place of `NAME`. */
  readonly signature: string;
  readonly before?: string;
  readonly pointer: string;
}

const code = ({ section, signature, before = '' }: Origin, name: string, statement: string) => `
SEC("${section}")
int ${signature.replace('NAME', name)}
{
	static volatile unsigned long out;
${before === '' ? '' : `\t${before}\n`}
	${statement}
	return 0;
}
`;

/** The tag of a struct with a definition, behind a pointer. */
function tagOf(types: TypeIndex, type: TypeRef): string | undefined {
  const pointer = types.resolve(type);
  const target = types.kind(pointer) === 'ptr' ? types.target(pointer) : undefined;
  const layout = target && types.layout(target);
  return layout?.kind === 'struct' && layout.members.length > 0 && /^\w+$/.test(layout.name)
    ? layout.name
    : undefined;
}

const isNumber = (types: TypeIndex, type: TypeRef) => /^(?:int|enum)$/.test(types.kind(types.resolve(type)));

/** Paths to numbers: `a`, `a.b`, `a->b`, `a->b->c`, one of each kind. */
function pathsOf(types: TypeIndex, layout: StructLayout, seed: number): readonly string[] {
  const named = layout.members.filter(
    ({ name, bitSize }) => /^[a-z_]\w*$/.test(name) && bitSize === undefined,
  );
  const pick = <T>(list: readonly T[]): T | undefined => list[seed % Math.max(1, list.length)];
  const number = pick(named.filter(({ type }) => isNumber(types, type)));
  const pointer = pick(named.filter(({ type }) => tagOf(types, type) !== undefined));
  const inner = pick(named.filter(({ type }) => types.layout(type)?.kind === 'struct'));
  const target = pointer && types.struct(tagOf(types, pointer.type) ?? '');
  const numberIn = (struct: StructLayout | undefined) =>
    struct?.members.find(
      ({ name, type, bitSize }) => name !== '' && bitSize === undefined && isNumber(types, type),
    )?.name;
  const nested = inner && numberIn(types.layout(inner.type));
  const behind = numberIn(target);
  return [
    ...(number ? [number.name] : []),
    ...(inner && nested ? [`${inner.name}.${nested}`] : []),
    ...(pointer && behind ? [`${pointer.name}->${behind}`] : []),
  ];
}

/** The first parameter that points to a struct. */
function structParameter(types: TypeIndex, { parameters }: FunctionPrototype): [number, string] | undefined {
  for (const [n, { type }] of parameters.slice(0, 5).entries()) {
    const tag = tagOf(types, type);
    if (tag !== undefined) return [n, tag];
  }
  return undefined;
}

/** `BPF_PROG(NAME, a, b, struct T *p)` */
const macro = (name: string, n: number, tag: string) =>
  `${name}(NAME${Array.from({ length: n }, (_, i) => `, unsigned long a${i}`).join('')}, struct ${tag} *p)`;

function every<T>(list: readonly T[], count: number): readonly T[] {
  const step = Math.max(1, Math.floor(list.length / count));
  return list.filter((_, n) => n % step === 0).slice(0, count);
}

/** Those that the verifier does not know. */
function untrackedOrigins({ index }: KernelView): readonly Origin[] {
  const { types } = index;
  const task = { tag: 'task_struct', pointer: 'p' };
  const current = 'struct task_struct *p = (void *)bpf_get_current_task();';
  const tasks = [
    'tp/sched/sched_switch',
    'raw_tp/sys_enter',
    'kprobe/do_unlinkat',
    'perf_event',
    'tp_btf/sys_enter',
  ].map((section) => ({
    ...task,
    section,
    signature: 'NAME(void *ctx)',
    before: current,
  }));
  const copies = tasks.map((origin, n) => ({
    ...origin,

    before: `struct task_struct *task = (void *)bpf_get_current_task();\n\tstruct task_struct *p = BPF_CORE_READ(task, ${n % 2 ? 'real_parent' : 'group_leader'});`,
  }));
  const direct = tasks.map((origin) => ({
    ...origin,
    ...{
      before: '',
      pointer: '((struct task_struct *)bpf_get_current_task())',
    },
  }));
  const kprobes = functions(types, 24).flatMap(([name, n, tag]): Origin[] => [
    {
      tag,
      section: `kprobe/${name}`,
      signature: macro('BPF_KPROBE', n, tag),
      pointer: 'p',
    },
    {
      ...{
        tag,
        section: `kprobe/${name}`,
        signature: 'NAME(struct pt_regs *ctx)',
        pointer: 'p',
      },
      before: `struct ${tag} *p = (void *)PT_REGS_PARM${n + 1}(ctx);`,
    },
  ]);
  const raw = events(types, 24).flatMap(([event, n, tag]): Origin[] => [
    {
      tag,
      section: `raw_tp/${event}`,
      signature: macro('BPF_PROG', n, tag),
      pointer: 'p',
    },
    {
      ...{ tag, section: `raw_tp/${event}`, pointer: 'p' },
      signature: 'NAME(struct bpf_raw_tracepoint_args *ctx)',
      before: `struct ${tag} *p = (void *)ctx->args[${n}];`,
    },
  ]);
  const fields = index.events.flatMap(({ category, name }): Origin[] => {
    const struct = `trace_event_raw_${name}`;
    const members = category === 'syscalls' ? undefined : types.struct(struct)?.members;
    const field = members?.find(
      ({ name: member, type }) => member !== 'ent' && /^(?:ptr)$/.test(types.kind(types.resolve(type))),
    );
    if (!field) return [];
    return [
      {
        ...{ tag: 'sk_buff', section: `tp/${category}/${name}`, pointer: 'p' },
        ...{
          signature: `NAME(struct ${struct} *ctx)`,
          before: `struct sk_buff *p = (void *)ctx->${field.name};`,
        },
      },
    ];
  });
  return [...tasks, ...copies, ...direct, ...kprobes, ...raw, ...every(fields, 16)];
}

/** Those that it does know. Programs on functions (fentry, lsm) do not load everywhere, and get theirs as `tp_btf` does. */
function trackedOrigins({ index }: KernelView): readonly Origin[] {
  const { types } = index;
  const task = { tag: 'task_struct', pointer: 'p' };
  const sections = ['tp/sched/sched_switch', 'raw_tp/sys_enter', 'tp_btf/sys_enter', 'perf_event'];
  const tasks = sections.flatMap((section): Origin[] => {
    const program = { ...task, section, signature: 'NAME(void *ctx)' };
    const cast = 'struct task_struct *p = bpf_core_cast((void *)bpf_get_current_task(), struct task_struct);';
    return [
      {
        ...program,

        before: 'struct task_struct *p = bpf_get_current_task_btf();',
      },
      { ...program, before: cast },
      {
        ...{ ...program, tag: 'timespec64', pointer: '(&copy)' },
        before: 'struct timespec64 copy = {};\n\tbpf_get_current_comm(&copy, sizeof(copy));',
      },
      {
        ...{ ...program, tag: 'timespec64' },
        before:
          '__u32 zero = 0;\n\tstruct timespec64 *p = bpf_map_lookup_elem(&values, &zero);\n\tif (!p)\n\t\treturn 0;',
      },
    ];
  });
  const parameters = events(types, 160).map(([event, n, tag]) => ({
    ...{
      tag,
      section: `tp_btf/${event}`,
      signature: macro('BPF_PROG', n, tag),
      pointer: 'p',
    },
  }));
  const iterator = {
    ...{ ...task, section: 'iter/task', signature: 'NAME(struct bpf_iter__task *ctx)' },
    before: 'struct task_struct *p = ctx->task;\n\tif (!p)\n\t\treturn 0;',
  };
  return [...tasks, ...parameters, iterator];
}

/** Functions of the kernel with a pointer to a struct among their first parameters. */
function functions(types: TypeIndex, count: number): readonly [string, number, string][] {
  const named = types.funcNames().filter((name) => /^(?:vfs|tcp|dev|ip|do|sock|security)_\w+$/.test(name));
  const found = named.flatMap((name): [string, number, string][] => {
    const prototype = types.func(name);
    const parameter = prototype && structParameter(types, prototype);
    return parameter ? [[name, ...parameter]] : [];
  });
  return every(found, count);
}

/** Raw tracepoints with such a parameter. */
function events(types: TypeIndex, count: number): readonly [string, number, string][] {
  const found = types.typedefNames().flatMap((name): [string, number, string][] => {
    const event = /^btf_trace_(\w+)$/.exec(name)?.[1];
    const typedef = types.typedef(name);
    const pointer = event === undefined ? undefined : typedef && types.target(types.resolve(typedef));
    const prototype = pointer && types.prototype(pointer);
    const parameter =
      prototype && structParameter(types, { ...prototype, parameters: prototype.parameters.slice(1) });
    return event !== undefined && parameter ? [[event, ...parameter]] : [];
  });
  return every(found, count);
}

/** What programs do with a value. */
function statement(value: string, n: number): string {
  const shapes = [
    `out = ${value};`,
    `if (${value})\n\t\tout = 1;`,
    `out += (unsigned int)${value} + 1;`,
    `unsigned long number = ${value};\n\n\tout = number;`,
    `bpf_printk("%d", ${value});`,
    `for (int i = 0; i < 4; i++)\n\t\tout += ${value};`,
    `out = (unsigned long)bpf_get_smp_processor_id() > 0 ? ${value} : 0;`,
  ];
  return shapes[n % shapes.length] ?? '';
}

function generate({ index }: KernelView, origins: readonly Origin[], prefix: string): readonly Candidate[] {
  const { types } = index;
  return origins.flatMap((origin, n): Candidate[] => {
    const layout = types.struct(origin.tag);
    if (layout === undefined) return [];
    return pathsOf(types, layout, n).map((path, i) => {
      const name = `${prefix}_${n}_${i}`;
      return {
        name,
        text: code(origin, name, statement(`${origin.pointer}->${path}`, n + i)),
      };
    });
  });
}

const head = '#include "vmlinux.h"\n#include <bpf/bpf_core_read.h>\n';

/** What newer libbpf has in bpf_core_read.h, and a map. */
const shared = `
extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym __weak;
#ifndef bpf_core_cast
#define bpf_core_cast(ptr, type) ((typeof(type) *)bpf_rdonly_cast((ptr), bpf_core_type_id_kernel(type)))
#endif

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct timespec64);
} values SEC(".maps");
`;

/** The programs after their fixes. */
async function fixed(candidates: readonly Candidate[], kernel: KernelView): Promise<readonly Candidate[]> {
  const analyzer = await testAnalyzer();
  const store = createHeaderStore(analyzer);
  const uri = pathToFileURL(join(dirname(await vmlinuxHeader()), 'program.bpf.c')).href;
  return Promise.all(
    candidates.map(async ({ name, text }) => {
      const whole = head + text;
      const findings = await checkSource(whole, {
        ...{ analyzer, kernel, uri },
        headers: (document, includes) => store.load(document, includes, []),
      });
      const finding = findings.find((one) => one.code === 'untrusted-pointer');
      if (!finding) throw new Error(`nothing is reported of ${text}`);
      return { name, text: applyFix(whole, finding).slice(head.length) };
    }),
  );
}

const isReported = ({ findings }: Judged) => findings.some((finding) => finding.code === 'untrusted-pointer');
const textsOf = (judged: readonly Judged[]) =>
  judged.map(({ candidate, kernel }) => candidate.text + kernel.log);

describeUnless(requireKernel(), 'untrusted-pointer', () => {
  test('what is reported is refused, and loads when it is fixed', async () => {
    const kernel = await liveKernel();
    const untracked = generate(kernel, untrackedOrigins(kernel), 'number');
    const tracked = generate(kernel, trackedOrigins(kernel), 'pointer');
    const judged = await judge([...untracked, ...tracked], { attach: false, kernel, shared });
    const ofNumbers = judged.slice(0, untracked.length);
    const ofPointers = judged.slice(untracked.length);
    const loads = (one: Judged) => outcome(one.kernel) === 'ok';
    expect(textsOf(judged.filter((one) => isReported(one) && loads(one)))).toEqual([]);
    expect(textsOf(ofPointers.filter(isReported))).toEqual([]);

    // Each of these must be refused, and none is missed.
    expect(untracked.length).toBeGreaterThan(200);
    expect(textsOf(ofNumbers.filter(loads))).toEqual([]);
    expect(textsOf(ofNumbers.filter((one) => !isReported(one)))).toEqual([]);
    // Those that are refused may be NULL, or are of a type that this libbpf cannot relocate.
    expect(tracked.length).toBeGreaterThan(350);
    expect(ofPointers.filter(loads).length).toBeGreaterThan(tracked.length * 0.95);

    const repaired = await fixed(untracked, kernel);
    const again = await judge(repaired, { attach: false, kernel, shared });
    expect(textsOf(again.filter((one) => !loads(one)))).toEqual([]);
    expect(again.filter(isReported)).toEqual([]);
  });
});
