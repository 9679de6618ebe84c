/** Programs whose calls and maps only a compiler sees as they are, and what kernels and the checks say of them. */
import { copyFile, readFile } from 'node:fs/promises';
import { readBpfObject } from '#core/elf/bpf-object';
import { checkSource } from '#server/check-source';
import type { Span } from '#server/analysis/model';
import type { DiagnosticCode } from '#server/checks/check';
import type { KernelView } from '#server/view';
import { testAnalyzer } from '#support/analyzer';
import { cached } from './cache';
import { compileBpf } from './compile';
import type { ProgramVerdict } from './loader';

const head = `#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
char LICENSE[] SEC("license") = "GPL";
#define bpf_ksym_exists(sym) ({ !!sym; })
struct task_struct { int pid; } __attribute__((preserve_access_index));
struct task_struct___never { int no_such_field; } __attribute__((preserve_access_index));
enum bpf_func_id___all { BPF_FUNC_ima_file_hash___all = 193, BPF_FUNC_ringbuf_output___all = 130, BPF_FUNC_user_ringbuf_drain___all = 209 };
#define HAS(id) bpf_core_enum_value_exists(enum bpf_func_id___all, BPF_FUNC_##id##___all)
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, __u64); } counts SEC(".maps");
const volatile int setting;
`;

export interface CalledProgram {
  readonly name: string;
  readonly section: string;
  /** In front of the program. */
  readonly before?: string;
  readonly body: string;
}

/** A call with zeros, of a helper for programs of another kind: refused on every kernel, where the verifier comes to it. */
const forPackets = 'bpf_skb_load_bytes(ctx, 0, &byte, 1);';
const macros = '#define LOAD() bpf_skb_load_bytes(ctx, 0, &byte, 1)\n';
const inline = (name: string, how: string): string =>
  `static ${how} long load_${name}(void *ctx)\n{\n\tchar byte = 0;\n\treturn bpf_skb_load_bytes(ctx, 0, &byte, 1);\n}\n`;

/** By what is around the call: each once for programs that must not call it, once for those that may. */
const around: readonly (readonly [name: string, body: string, before?: (name: string) => string])[] = [
  ['plain', forPackets],
  ['macro', 'LOAD();', () => macros],
  ['inlined', 'load_NAME(ctx);', (name) => inline(name, '__always_inline')],
  ['noinline', 'return load_NAME(ctx);', (name) => inline(name, '__noinline')],
  ['never', `if (0) { ${forPackets} }`],
  ['constant', `int on = 0;\n\tif (on) { ${forPackets} }`],
  ['sized', `if (sizeof(long) == 4) { ${forPackets} }`],
  ['no_field', `if (bpf_core_field_exists(struct task_struct___never, no_such_field)) { ${forPackets} }`],
  ['field', `if (bpf_core_field_exists(struct task_struct, pid)) { ${forPackets} }`],
  ['on_number', `if (bpf_get_prandom_u32() > 7) { ${forPackets} }`],
  ['loop', `for (int i = 0; i < 3; i++) { ${forPackets} }`],
  [
    'lookup',
    `__u32 key = 0; __u64 *count = bpf_map_lookup_elem(&counts, &key);\n\tif (count && *count > 3) { ${forPackets} }`,
  ],
  ['returned', `if (bpf_get_prandom_u32() > 7) return 1;\n\t${forPackets}`],
  ['excluded', `__u32 n = bpf_get_prandom_u32();\n\tif (n > 7) return 1;\n\tif (n > 9) { ${forPackets} }`],
  ['switched', `switch (bpf_get_prandom_u32() & 3) { case 1: ${forPackets} break; case 2: break; }`],
  ['both', `if (bpf_get_prandom_u32() > 7) { ${forPackets} } else { ${forPackets} }`],
];

/** Helpers of several ages, in the program that may call them where the kernel has them. */
const aged: readonly (readonly [name: string, section: string, call: string])[] = [
  ['snprintf', 'raw_tp/sched_switch', 'bpf_snprintf(&byte, 1, 0, 0, 0)'],
  ['loop', 'raw_tp/sched_switch', 'bpf_loop(0, 0, 0, 0)'],
  ['strncmp', 'raw_tp/sched_switch', 'bpf_strncmp(&byte, 1, "a")'],
  ['ktime_tai', 'raw_tp/sched_switch', '((__u64 (*)(void))208)()'],
  ['ktime_coarse', 'tc', 'bpf_ktime_get_coarse_ns()'],
  ['user_drain', 'raw_tp/sched_switch', '((long (*)(void *, void *, void *, __u64))209)(0, 0, 0, 0)'],
  ['task_btf', 'raw_tp/sched_switch', '(long)bpf_get_current_task_btf()'],
  ['ancestor', 'tc', 'bpf_skb_ancestor_cgroup_id(ctx, 0)'],
  ['redirect', 'xdp', 'bpf_redirect(1, 0)'],
  ['redirect_here', 'raw_tp/sched_switch', 'bpf_redirect(1, 0)'],
  ['func_arg', 'raw_tp/sched_switch', 'bpf_get_func_arg_cnt(ctx)'],
];

function helperPrograms(): readonly CalledProgram[] {
  const guarded = (call: string): string => `if (HAS(user_ringbuf_drain)) ${call};`;
  return [
    ...around.flatMap(([name, body, before]) =>
      (['raw_tp/sched_switch', 'tc'] as const).map((section): CalledProgram => {
        const own = `${name}_${section === 'tc' ? 'tc' : 'raw'}`;
        return {
          ...{ name: own, section, body: `char byte = 0;\n\t${body.replaceAll('NAME', own)}` },
          before: name === 'macro' && section === 'tc' ? '' : (before?.(own) ?? ''),
        };
      }),
    ),
    ...aged.flatMap(([name, section, call]): readonly CalledProgram[] => [
      { name: `aged_${name}`, section, body: `char byte = 0;\n\tbyte += ${call};\n\treturn byte;` },
      { name: `guarded_${name}`, section, body: `char byte = 0;\n\t${guarded(call)}\n\treturn byte;` },
    ]),
  ];
}

export const callPrograms = helperPrograms();

/** They are all one object. */
export function sourceOf(programs: readonly CalledProgram[], declarations = ''): string {
  const texts = programs.map(
    ({ name, section, before = '', body }) =>
      `${before}SEC("${section}") int ${name}(void *ctx)\n{\n\t${body}\n\treturn 0;\n}\n`,
  );
  return head + declarations + texts.join('');
}

/** The findings of a code by program; those of declarations are the object's. */
export async function toldOf(
  source: string,
  kernel: KernelView,
  code: DiagnosticCode,
  path: string,
): Promise<ReadonlyMap<string, readonly Span[]>> {
  const { value: object } = readBpfObject(await readFile(path));
  const analyzer = await testAnalyzer();
  const found = await checkSource(source, { analyzer, kernel, uri: 'file:///program.bpf.c', object });
  const programs = [...source.matchAll(/^SEC\("[^"]+"\) int (\w+)\(/gm)];
  const byProgram = new Map<string, readonly Span[]>();
  for (const { span } of found.filter((one) => one.code === code)) {
    // What stands in front of a program, its own functions, is part of it.
    const end = source.slice(0, span.start).lastIndexOf('\n}\n');
    const [, name = 'object'] = programs.find(({ index }) => index > end) ?? [];
    byProgram.set(name, [...(byProgram.get(name) ?? []), span]);
  }
  return byProgram;
}

async function compiled(source: string): Promise<string> {
  return cached('calls.bpf.o', [source], async (path) => {
    await copyFile((await compileBpf(source, { flags: ['-w'] })).path, path);
  });
}

const refusal =
  /program of this type cannot use helper|unknown func|invalid func|call might sleep|invalid kernel function call|is not allowed|BPF_CALL uses reserved|func ksym/;

/** How each program is loaded of an object. */
type Load = (path: string) => Promise<readonly ProgramVerdict[]>;

export interface Disagreement {
  /** Refused for what it calls, by the kernel or by libbpf, and not reported. */
  readonly silent: readonly string[];
  /** Reported, and not refused for it. */
  readonly wrong: readonly string[];
  readonly refused: number;
  readonly taken: number;
  /** Programs of which something is said twice in one place. */
  readonly twice: readonly string[];
}

async function compare(
  source: string,
  kernel: KernelView,
  code: DiagnosticCode,
  load: Load,
): Promise<Disagreement> {
  const path = await compiled(source);
  const verdicts = await load(path);
  const told = await toldOf(source, kernel, code, path);
  const isRefused = ({ load: verdict, log }: ProgramVerdict) => verdict !== 'ok' && refusal.test(log);
  const refused = verdicts.filter(isRefused).map(({ program }) => program);
  const names = verdicts.map(({ program }) => program);
  return {
    silent: refused.filter((name) => !told.has(name) && !told.has('object')),
    wrong: [...told.keys()].filter((name) => name !== 'object' && !refused.includes(name)),
    refused: refused.length,
    taken: names.length - refused.length,
    twice: [...told].flatMap(([name, spans]) => (overlap(spans) ? [name] : [])),
  };
}

const overlap = (spans: readonly Span[]): boolean =>
  spans.some((a, n) => spans.slice(n + 1).some((b) => a.start < b.end && b.start < a.end));

export function compareHelperCalls(kernel: KernelView, load: Load): Promise<Disagreement> {
  return compare(sourceOf(callPrograms), kernel, 'helper-unavailable', load);
}

/** The programs of `weakFunctions`, and those of `strongFunctions`. */
export async function compareKernelCalls(kernel: KernelView, load: Load): Promise<readonly Disagreement[]> {
  const sources = [
    sourceOf(weakFunctions.programs, weakFunctions.declarations),
    ...strongFunctions.map(({ declarations, ...program }) => sourceOf([program], declarations)),
  ];
  const all: Disagreement[] = [];
  for (const source of sources) all.push(await compare(source, kernel, 'kfunc-unknown', load));
  return all;
}

/** Types of maps by number, as a macro of a header may have them: which of them the kernel makes, and which it is said to have. */
export async function compareMapTypes(kernel: KernelView, load: Load): Promise<readonly string[]> {
  const told: string[] = [];
  for (const [type, rest] of mapTypes) {
    const source = `${head}#define MAP(name, kind) struct { __uint(type, kind); ${rest} } name SEC(".maps")
MAP(things, ${type});
SEC("raw_tp/sched_switch") int asks(void *ctx) { return bpf_map_lookup_elem(&things, ctx) != 0; }
`;
    const path = await compiled(source);
    const [verdict] = await load(path);
    const isMade = !/failed to create: |map 'things'/.test(verdict?.log ?? '');
    const findings = await toldOf(source, kernel, 'map-definition', path);
    told.push(`${type} ${isMade ? 'made' : 'refused'} ${findings.size > 0 ? 'reported' : 'silent'}`);
  }
  return told;
}

/** Programs of types of several ages, one of them with a section that a macro writes: the same of them. */
export async function compareProgramTypes(kernel: KernelView, load: Load): Promise<readonly string[]> {
  const source = `${head}#define SYSCALL(name) SEC("syscall") int name(void *ctx) { return 0; }
SEC("syscall") int written(void *ctx)\n{\n\treturn 0;\n}
SYSCALL(by_macro)
#if 0
SEC("syscall") int left_out(void *ctx)\n{\n\treturn 0;\n}
#endif
SEC("sk_lookup") int lookup(void *ctx)\n{\n\treturn 1;\n}
SEC("xdp") int packet(void *ctx)\n{\n\treturn 1;\n}
`;
  const path = await compiled(source);
  const verdicts = await load(path);
  const told = await toldOf(source, kernel, 'unknown-section', path);
  const spans = [...told.values()].flat().map(({ start, end }) => source.slice(start, end));
  const refused = verdicts.filter((one) => one.load !== 'ok').map(({ program }) => program);
  return [`refused: ${refused.join()}`, `reported: ${spans.join()}`];
}

const sized = '__type(key, __u32); __type(value, __u64);';
const mapTypes: readonly (readonly [number, string])[] = [
  [1, `${sized} __uint(max_entries, 8);`],
  [27, '__uint(max_entries, 4096);'],
  [29, `${sized} __uint(map_flags, 1);`],
  [30, '__type(value, __u64); __uint(max_entries, 8);'],
  [31, '__uint(max_entries, 4096);'],
  [32, `${sized} __uint(map_flags, 1);`],
];

const lock = 'bpf_rcu_read_lock(); bpf_rcu_read_unlock();';
const preempt = 'bpf_preempt_disable(); bpf_preempt_enable();';
const declared = (name: string, mark: string): string => `extern void ${name}(void) __ksym${mark};\n`;
const functions = ['bpf_rcu_read_lock', 'bpf_rcu_read_unlock', 'bpf_preempt_disable', 'bpf_preempt_enable'];
const section = 'tp_btf/sched_switch';
const traced = (name: string, body: string, before = ''): CalledProgram => ({ name, section, body, before });

/** All of them are one object. */
export const weakFunctions = {
  declarations: [...functions, 'bpf_no_such', 'schedule'].map((name) => declared(name, ' __weak')).join(''),
  programs: [
    traced('rcu', lock),
    traced('rcu_guarded', `if (bpf_ksym_exists(bpf_rcu_read_lock)) { ${lock} }`),
    traced('rcu_returned', `if (!bpf_rcu_read_lock) return 0;\n\t${lock}`),
    traced('preempt', preempt),
    traced('preempt_guarded', `if (bpf_preempt_disable && bpf_preempt_enable) { ${preempt} }`),
    traced('preempt_other_guard', `if (bpf_rcu_read_lock) { ${preempt} }`),
    traced('never', 'bpf_no_such();'),
    traced('never_guarded', 'if (bpf_ksym_exists(bpf_no_such)) bpf_no_such();'),
    traced('never_dead', 'if (0) bpf_no_such();'),
    traced('never_by_number', 'if (bpf_get_prandom_u32() > 7) bpf_no_such();'),
    traced('never_by_setting', 'if (setting) bpf_no_such();'),
    traced('never_in_macro', 'NEVER();', '#define NEVER() bpf_no_such()\n'),
    traced(
      'never_in_function',
      'return calls_never();',
      'static __noinline int calls_never(void)\n{\n\tbpf_no_such();\n\treturn 1;\n}\n',
    ),
    traced('ordinary', 'schedule();'),
    traced('ordinary_where_never', 'if (!bpf_no_such) schedule();'),
    traced('ordinary_by_number', 'if (bpf_get_prandom_u32() > 7) schedule();'),
  ],
};

/** Each an object of its own: libbpf loads none of the programs where it does not find one of the functions. */
export const strongFunctions: readonly (CalledProgram & { readonly declarations: string })[] = [
  { ...traced('strong_rcu', lock), declarations: functions.map((name) => declared(name, '')).join('') },
  {
    ...traced('strong_rcu_dead', `if (0) { ${lock} }`),
    declarations: functions.map((name) => declared(name, '')).join(''),
  },
  {
    ...traced(
      'strong_rcu_guarded',
      `if (bpf_core_field_exists(struct task_struct___never, no_such_field)) { ${lock} }`,
    ),
    declarations: functions.map((name) => declared(name, '')).join(''),
  },
  { ...traced('strong_never', 'bpf_no_such();'), declarations: declared('bpf_no_such', '') },
  { ...traced('strong_ordinary', 'schedule();'), declarations: declared('schedule', '') },
  {
    ...traced('strong_other', 'bpf_rcu_read_lock(1);'),
    declarations: 'extern void bpf_rcu_read_lock(int) __ksym;\n',
  },
  {
    ...traced('strong_in_macro', ''),
    declarations:
      '#define CALL(f) extern void f(void) __ksym; static __noinline int calls_##f(void) { f(); return 0; }\nCALL(bpf_no_such)\n',
    body: 'return calls_bpf_no_such();',
  },
];
