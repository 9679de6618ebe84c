/** Programs whose functions take about as much of the stack as there is, and what kernels and the checks say of them. */
import { copyFile } from 'node:fs/promises';
import type { KernelView } from '#server/view';
import { cached } from './cache';
import { compileBpf } from './compile';
import { toldOf } from './object-calls';
import type { ProgramVerdict } from './loader';

const head = `#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
struct { __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, __u32); } progs_tc SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, __u32); } progs_ra SEC(".maps");
struct wide { char bytes[200]; };
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 8); __type(key, struct wide); __type(value, __u64); } wides SEC(".maps");
const volatile int setting;
#define READ(a) bpf_probe_read_kernel(a, sizeof(a), ctx)
`;

/** How a function uses so many bytes, and then calls the next one. */
type Form = (bytes: number, next: string) => string;

const plain: Form = (bytes, next) => `char a[${bytes}];\n\tREAD(a);\n\treturn ${next} + a[3];`;
const stored: Form = (bytes, next) =>
  `volatile char a[${bytes}];\n\ta[0] = 1;\n\treturn ${next} + a[${bytes - 1}];`;
const filled: Form = (bytes, next) => `char a[${bytes}];\n\tfill(a, ctx);\n\treturn ${next} + a[3];`;
const atTimes: Form = (bytes, next) =>
  `char a[${bytes}];\n\tif (bpf_get_prandom_u32() > 7)\n\t\treturn READ(a) + a[3];\n\treturn ${next};`;
const never: Form = (bytes, next) =>
  `char a[${bytes}];\n\tif (setting)\n\t\treturn READ(a) + a[3];\n\treturn ${next};`;
/** What the loader sets, the verifier knows; whatever it is, some way goes on. */
const filtered: Form = (bytes, next) =>
  `char a[${bytes}];\n\tif (setting && bpf_get_prandom_u32() != setting)\n\t\treturn 0;\n\tREAD(a);\n\treturn ${next} + a[3];`;
const counted: Form = (bytes, next) =>
  `char a[${bytes}];\n\tlong n = 0;\n\tif (setting)\n\t\tn = bpf_ktime_get_ns();\n\tREAD(a);\n\treturn ${next} + a[3] + n;`;
const afterwards: Form = (bytes, next) =>
  `char a[${bytes}];\n\tif (${next})\n\t\treturn 1;\n\tREAD(a);\n\treturn a[3];`;
const perhaps: Form = (bytes, next) =>
  `char a[${bytes}];\n\tREAD(a);\n\tif (a[3] > 7)\n\t\treturn ${next};\n\treturn 2;`;
const twice: Form = (bytes, next) => `char a[${bytes}];\n\tREAD(a);\n\treturn ${next} + a[3] + ${next};`;
const key: Form = (_, next) =>
  `struct wide k = {};\n\tk.bytes[7] = 1;\n\t__u64 *n = bpf_map_lookup_elem(&wides, &k);\n\treturn ${next} + (n ? 1 : 2);`;
/** An array takes programs of one type. */
const tail: Form = () => 'bpf_tail_call(ctx, &progs_TYPE, 0);\n\treturn 0;';

interface Chain {
  readonly name: string;
  readonly section: string;
  /** The program and what it calls, one the other. */
  readonly frames: readonly (readonly [form: Form, bytes: number])[];
  readonly how?: 'static __noinline' | '__noinline' | 'static __always_inline';
}

const forms = { plain, stored, filled, filtered, counted, atTimes, never, afterwards, perhaps, twice };
/** Around the limit with multiples of 16, of 32, of both. */
const pairs = [
  ...[
    [240, 240],
    [248, 256],
    [256, 256],
    [256, 264],
    [264, 256],
    [240, 272],
    [272, 240],
    [304, 208],
  ],
  ...[
    [8, 504],
    [400, 96],
    [400, 120],
    [200, 300],
    [320, 192],
    [16, 496],
  ],
] as const;
const triples = [
  [176, 160, 176],
  [160, 176, 176],
  [100, 200, 200],
  [160, 160, 192],
  [250, 8, 250],
  [240, 8, 240],
];
const sections = ['tc', 'raw_tp/sched_switch'] as const;

function chains(): readonly Chain[] {
  const made: Omit<Chain, 'section'>[] = [];
  for (const [name, form] of Object.entries(forms)) {
    for (const sizes of [...pairs, ...triples]) {
      made.push({
        name: `${name}_${sizes.join('_')}`,
        frames: sizes.map((bytes, n) => [n === 0 || form !== filled ? form : plain, bytes] as const),
      });
    }
  }
  for (const sizes of triples) {
    const frames = sizes.map((bytes) => [plain, bytes] as const);
    made.push({ name: `global_${sizes.join('_')}`, frames, how: '__noinline' });
  }
  for (const bytes of [100, 150, 160]) {
    // Of one function, clang itself does not take more.
    const frames = [bytes, bytes, bytes].map((one) => [plain, one] as const);
    made.push({ name: `inline_${bytes}`, frames, how: 'static __always_inline' });
  }
  for (const bytes of [264, 280, 296, 312]) {
    made.push({
      name: `key_${bytes}`,
      frames: [
        [plain, bytes],
        [key, 200],
      ],
    });
  }
  for (const count of [7, 8, 9]) {
    for (const bytes of [8, 56, 64, 72]) {
      const frames = Array.from({ length: count }, () => [stored, bytes] as const);
      made.push({ name: `deep_${count}_${bytes}`, frames });
    }
    const frames = Array.from({ length: count }, () => [stored, 8] as const);
    made.push({ name: `deep_global_${count}`, frames, how: '__noinline' });
  }
  for (const bytes of [200, 224, 232, 240, 248, 256, 264, 400]) {
    made.push({
      name: `tail_${bytes}`,
      frames: [
        [plain, bytes],
        [tail, 0],
      ],
    });
    made.push({
      name: `tail_after_${bytes}`,
      frames: [
        [plain, bytes / 2],
        [plain, bytes / 2],
        [tail, 0],
      ],
    });
    made.push({
      name: `tail_first_${bytes}`,
      frames: [
        [tail, 0],
        [plain, bytes],
      ],
    });
  }
  return made.flatMap((one) =>
    // What a function does with its bytes, the two kinds of programs do not differ in.
    sections
      .filter((section) => section === 'tc' || /^(?:plain|deep_\d|tail)_/.test(one.name))
      .map((section): Chain => ({ ...one, section, name: `${one.name}_${section.slice(0, 2)}` })),
  );
}

export const stackChains = chains();

function textOf({ name, section, frames, how = 'static __noinline' }: Chain): string {
  const next = (n: number): string =>
    n + 1 < frames.length ? `${name}_${n + 1}(ctx)` : 'bpf_get_prandom_u32()';
  const functions = frames.map(([form, bytes], n) => {
    const before = n === 0 ? `SEC("${section}") int ${name}` : `${how} long ${name}_${n}`;
    // What a global function gets is not ctx.
    const context = how === '__noinline' && n > 0 ? 'void' : 'void *ctx';
    const own = form(bytes, next(n));
    const body =
      how === '__noinline'
        ? own.replaceAll('(ctx)', '()').replaceAll('READ(a)', 'bpf_probe_read_kernel(a, sizeof(a), 0)')
        : own;
    const fill =
      form === filled
        ? `static __noinline long fill_${name}_${n}(char *a, void *ctx)\n{\n\treturn bpf_probe_read_kernel(a, ${bytes}, ctx);\n}\n`
        : '';
    return `${fill}${before}(${context})\n{\n\t${body.replace('fill(', `fill_${name}_${n}(`).replace('TYPE', section.slice(0, 2))}\n}\n`;
  });
  return functions.reverse().join('');
}

/** The only ones: the newest kernels do not count functions that are verified on their own. */
export const undecidedChains: readonly string[] = ['deep_global_9_tc'];

/** What is wrongly said, what is not said, and how many were refused and taken. */
export interface StackComparison {
  readonly wrong: readonly string[];
  readonly silent: readonly string[];
  /** Said elsewhere than at a call of a function of the chain. */
  readonly misplaced: readonly string[];
  readonly refused: number;
  readonly taken: number;
}

const refusal = /combined stack size|tail_calls are not allowed when|the call stack of|stack size of subprog/;

export async function compareStackChains(
  kernel: KernelView,
  load: (path: string) => Promise<readonly ProgramVerdict[]>,
): Promise<StackComparison> {
  const source = head + stackChains.map(textOf).join('');
  const { told, ...result } = await compare(source, 'stack.bpf.o', kernel, load);
  return {
    ...result,
    misplaced: [...told].flatMap(([name, spans]) => {
      const texts = spans.map(({ start, end }) => source.slice(start, end));
      return texts.length === 1 && texts[0]?.includes(name) && source[spans[0]?.end ?? 0] === '('
        ? []
        : texts;
    }),
  };
}

/** What is said of each program of a source, beside what a kernel says. */
async function compare(
  source: string,
  name: string,
  kernel: KernelView,
  load: (path: string) => Promise<readonly ProgramVerdict[]>,
) {
  const path = await cached(name, [source], async (to) => {
    await copyFile((await compileBpf(source, { flags: ['-w'] })).path, to);
  });
  const verdicts = await load(path);
  const told = await toldOf(source, kernel, 'stack-limit', path);
  const other = verdicts.filter(({ load: verdict, log }) => verdict !== 'ok' && !refusal.test(log));
  if (other.length > 0)
    throw new Error(`refused for something else: ${other[0]?.program} ${other[0]?.load} ${other[0]?.log}`);
  const refused = verdicts.flatMap(({ program, load: verdict }) => (verdict === 'ok' ? [] : [program]));
  return {
    told,
    wrong: [...told.keys()].filter((program) => !refused.includes(program)),
    silent: refused.filter((program) => !told.has(program)),
    refused: refused.length,
    taken: verdicts.length - refused.length,
  };
}

const callbackHead = `${head}struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 4); __type(key, __u32); __type(value, struct timed { struct bpf_timer timer; __u64 n; }); } timers SEC(".maps");
`;

/** How a program has a function called back. */
const callbackForms: readonly (readonly [name: string, call: string])[] = [
  ['looped', 'bpf_loop(4, CALLED, 0, 0)'],
  ['counted', 'bpf_loop(bpf_get_prandom_u32(), CALLED, 0, 0)'],
  ['not_looped', 'bpf_loop(0, CALLED, 0, 0)'],
  ['each', 'bpf_for_each_map_elem(&wides, CALLED, 0, 0)'],
  ['at_times', '(bpf_get_prandom_u32() > 7 ? bpf_loop(4, CALLED, 0, 0) : 0)'],
  ['twice', 'bpf_loop(4, CALLED, 0, 0) + bpf_for_each_map_elem(&wides, CALLED_each, 0, 0)'],
];
const timed = `__u32 zero = 0;
	struct timed *t = bpf_map_lookup_elem(&timers, &zero);
	if (!t)
		return 0;
	bpf_timer_set_callback(&t->timer, CALLED);`;

function callbackText(name: string, call: string, own: number, called: number): string {
  const isTimer = call.includes('timer');
  const use = (bytes: number): string => `char a[${bytes}];\n\tbpf_probe_read_kernel(a, sizeof(a), 0);`;
  const callback = (suffix: string, parameters: string, bytes: number): string =>
    `static long ${name}_called${suffix}(${parameters})\n{\n\t${use(bytes)}\n\treturn ${isTimer ? '0' : 'a[3] & 1'};\n}\n`;
  const inMap = /for_each|timer/.test(call.replace('CALLED_each', ''));
  const first = inMap
    ? isTimer
      ? 'void *map, __u32 *key, void *value'
      : 'void *map, void *key, void *value, void *c'
    : '__u64 i, void *c';
  const each = call.includes('CALLED_each')
    ? callback('_each', 'void *map, void *key, void *value, void *c', 8)
    : '';
  const text = call.replaceAll('CALLED', `${name}_called`);
  const body = isTimer ? `${use(own)}\n\t${text}\n\treturn a[3];` : `${use(own)}\n\treturn ${text} + a[3];`;
  return `${callback('', first, called)}${each}SEC("tc") int ${name}(void *ctx)\n{\n\t${body}\n}\n`;
}

/** How often it is called is not known, or never: some kernels verify the function then. */
export const undecidedCallbacks = /^(?:counted|not_looped)_/;

/** As `compareStackChains`, of functions that helpers call back; kernels since 5.17 have all of these. */
export async function compareCallbacks(
  kernel: KernelView,
  load: (path: string) => Promise<readonly ProgramVerdict[]>,
): Promise<Omit<StackComparison, 'misplaced'>> {
  const texts = [...callbackForms, ['timer', timed] as const].flatMap(([name, call]) =>
    pairs.map(([own, called]) => callbackText(`${name}_${own}_${called}`, call, own, called)),
  );
  const source = callbackHead + texts.join('');
  return compare(source, 'callbacks.bpf.o', kernel, load);
}
