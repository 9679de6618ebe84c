/**
 * Which kinds of programs may call a function of the kernel, by the table of kernels that were asked. Unlike helpers, kfuncs are
 * also taken away again (tracing programs had `hid_bpf_get_data()` up to 6.10), so of a kernel that was not asked something is
 * known only where the asked ones before and after it say the same.
 */
import { KFUNC_ASKED, KFUNC_KIND_ROWS, KFUNC_NAMES, KFUNC_RELEASES } from '#core/bpf/kfunc-kinds.generated';
import { kfuncKind, type ProgramKind } from '#core/bpf/program-kind';
import { inRanges } from '#core/bpf/ranges';
import type { SectionDef } from '#core/bpf/sections';
import type { KernelIndex } from '#core/kernel/model';
import { flavourOf, seriesOf } from '../helpers/series';
import { isKfunc } from './kfuncs';

const places: ReadonlyMap<string, number> = new Map(KFUNC_NAMES.map((name, n) => [name, n]));
const askedKinds = KFUNC_KIND_ROWS.flatMap(([kinds, callable]) =>
  kinds.map((kind) => ({ kind, callable, isSleepable: kind.endsWith(' sleepable') || kind === 'SYSCALL' })),
);

/** Whether such programs may call it; undefined where that is not known for certain, or the kernel does not have it. */
export function mayCall(index: KernelIndex, name: string, def: SectionDef): boolean | undefined {
  const { types } = index;
  const kind = kfuncKind(def);
  const place = places.get(name);
  if (kind === undefined || place === undefined || types.func(name) === undefined) return undefined;
  // What kfunc-unknown says of.
  if (isKfunc(types, name) === false) return undefined;
  const kernels = kernelsLike(index);
  const answers = kernels.map((kernel) => answerOf(kernel, place, kind));
  if (kernels.length === 1) return answers[0];
  const isRefused = answers.length === 2 && answers.every((answer) => answer === false);
  return isRefused && kernels.every((kernel) => isOffered(kernel, place)) ? false : undefined;
}

/** A kernel is immutable, so what it is like can be kept as long as it lives. */
const known = new WeakMap<KernelIndex, readonly number[]>();

function kernelsLike(index: KernelIndex): readonly number[] {
  const found = known.get(index) ?? findKernelsLike(index.provenance.release);
  known.set(index, found);
  return found;
}

/** The kernel that was asked, where it is configured alike; else the last before it and the first after it; else none. */
function findKernelsLike(release: string): readonly number[] {
  const same = KFUNC_RELEASES.findIndex((asked) => flavourOf(asked) === flavourOf(release));
  if (same >= 0) return [same];
  const series = seriesOf(release);
  if (series === undefined) return [];
  const before = KFUNC_RELEASES.findLastIndex((asked) => (seriesOf(asked) ?? Infinity) <= series);
  // A vendor's kernel is of its series or newer.
  const after = KFUNC_RELEASES.findIndex((asked) => (seriesOf(asked) ?? 0) > series);
  return before >= 0 && after >= 0 ? [before, after] : [];
}

function answerOf(kernel: number, place: number, asked: ProgramKind): boolean | undefined {
  if (!inRanges(KFUNC_ASKED[kernel] ?? '', place)) return undefined;
  const ranges = KFUNC_KIND_ROWS.find(([kinds]) => kinds.includes(asked))?.[1][kernel];
  return ranges === undefined ? undefined : inRanges(ranges, place);
}

const isOffered = (kernel: number, place: number): boolean =>
  KFUNC_KIND_ROWS.some(([, callable]) => inRanges(callable[kernel] ?? '', place));

/** Whether it is refused only because such programs must not sleep: the same ones that may sleep may call it. */
export function isForSleepable(index: KernelIndex, name: string, def: SectionDef): boolean {
  return (
    !def.sleepable &&
    mayCall(index, name, def) === false &&
    mayCall(index, name, { ...def, sleepable: true }) === true
  );
}

/** No program may call it that must not sleep, though parts of one may that sleep: callbacks of `bpf_wq_set_callback()`. */
export function isSleepable(index: KernelIndex, name: string): boolean {
  const place = places.get(name) ?? -1;
  return !kernelsLike(index).some((kernel) =>
    askedKinds.some(
      ({ callable, isSleepable: sleeps }) => !sleeps && inRanges(callable[kernel] ?? '', place),
    ),
  );
}

/** Who may call a function on some of the asked kernels. */
export interface Callers {
  /** The series of the kernels on which it is so, `6.12`; none where it is the target's own answer. */
  readonly on: readonly string[];
  /** `xdp`, `tracing (trace_iter)`, `kprobe (that may sleep)`; `every` for all that the kernel has. */
  readonly types: readonly string[] | 'every';
  /** Types of programs that the kernels have, and that were not asked: `lsm`. */
  readonly unasked: readonly string[];
}

/** On the kernel, where one like it was asked; else on all that were. Empty where none of these was asked about it. */
export function callersOf(index: KernelIndex, name: string): readonly Callers[] {
  const place = places.get(name);
  if (place === undefined) return [];
  const like = kernelsLike(index);
  const kernels = like.length === 1 ? like : [...KFUNC_RELEASES.keys()];
  const found = new Map<string, Callers>();
  for (const kernel of kernels) {
    if (!inRanges(KFUNC_ASKED[kernel] ?? '', place)) continue;
    const types = typesThatMay(kernel, place);
    const unasked = types === 'every' ? [] : typesNotAsked(kernel);
    const key = `${types.toString()};${unasked.toString()}`;
    const [series = ''] = /^\d+\.\d+/.exec(KFUNC_RELEASES[kernel] ?? '') ?? [];
    const on = like.length === 1 ? [] : [...(found.get(key)?.on ?? []), series];
    found.set(key, { types, unasked, on });
  }
  return [...found.values()];
}

/** More attach types than these are not listed. */
const mostAttachTypes = 3;

function typesThatMay(kernel: number, place: number): readonly string[] | 'every' {
  const byType = new Map<string, { all: Answered[]; may: Answered[] }>();
  for (const { kind, callable, isSleepable } of askedKinds) {
    const ranges = callable[kernel];
    if (ranges === undefined) continue;
    const [type = '', ...rest] = kind.split(' ');
    const attach = rest.filter((word) => word !== 'sleepable').join(' ');
    const own = byType.get(type) ?? { all: [], may: [] };
    byType.set(type, own);
    const answered = { attach, isSleepable };
    own.all.push(answered);
    if (inRanges(ranges, place)) own.may.push(answered);
  }
  const types = [...byType].flatMap(([type, { all, may }]) => {
    if (may.length === 0) return [];
    const name = type.toLowerCase();
    return [may.length === all.length ? name : `${name} (${onlySome(all, may)})`];
  });
  const isWhole = types.length === byType.size && types.every((type) => !type.includes('('));
  return isWhole ? 'every' : types;
}

/** Those that an older kernel loaded, and this one did not for its configuration. */
function typesNotAsked(kernel: number): readonly string[] {
  const typeOf = (kind: string): string => (kind.split(' ')[0] ?? '').toLowerCase();
  const asked = askedKinds.filter(({ callable }) => callable[kernel] !== undefined);
  const older = askedKinds.filter(({ callable }) =>
    callable.slice(0, kernel).some((ranges) => ranges !== undefined),
  );
  const known = new Set(asked.map(({ kind }) => typeOf(kind)));
  return [...new Set(older.map(({ kind }) => typeOf(kind)))].filter((type) => !known.has(type));
}

interface Answered {
  readonly attach: string;
  readonly isSleepable: boolean;
}

/** Those that may sleep, or those of some attach types. */
function onlySome(all: readonly Answered[], may: readonly Answered[]): string {
  const sleeping = all.filter(({ isSleepable }) => isSleepable).length;
  const doSleep = may.every((one) => one.isSleepable);
  if (doSleep && may.length === sleeping) return 'that may sleep';
  const attachTypes = [...new Set(may.map(({ attach }) => attach))];
  const isShort = attachTypes.length <= mostAttachTypes && !attachTypes.includes('');
  const which = isShort ? attachTypes.join(', ').toLowerCase() : 'some';
  return doSleep ? `${which} that may sleep` : which;
}
