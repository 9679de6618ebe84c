/**
 * Which kinds of programs may call a helper on which kernel. The kernel's own enum says whether it has the helper, its feature
 * probe or the table of probed kernels whether a kind of program may call it.
 */
import { HELPER_KIND_ROWS, PROBED_RELEASES } from '#core/bpf/helper-kinds.generated';
import { programKind, type ProgramKind } from '#core/bpf/program-kind';
import { inRanges } from '#core/bpf/ranges';
import type { SectionDef } from '#core/bpf/sections';
import type { KernelIndex } from '#core/kernel/model';
import type { Helper } from './helpers';
import { flavourOf, seriesOf } from './series';

/** `absent`: the kernel does not have it. `refused`: not to such programs. Undefined: not known for certain. */
export type Availability = 'available' | 'absent' | 'refused' | undefined;

export type Ask = (helper: Helper, def: SectionDef) => Availability;

/** A kernel is immutable, so what it says can be kept as long as it lives. */
const made = new WeakMap<KernelIndex, Ask>();

/** For many questions about one kernel: its list of helpers is read once, and no question is answered twice. */
export function availabilityOn(index: KernelIndex): Ask {
  const ask = made.get(index) ?? askerOf(index);
  made.set(index, ask);
  return ask;
}

function askerOf(index: KernelIndex): Ask {
  let own: ReadonlySet<string> | undefined;
  const answers = new Map<string, Availability>();
  const answer = (helper: Helper, def: SectionDef): Availability => {
    own ??= kernelHelpers(index);
    if (own.size > 0 && !own.has(enumerator(helper))) return isReplaced(helper) ? undefined : 'absent';
    const kind = programKind(def);
    if (kind === undefined) return undefined;
    return probed(index, helper, def, kind) ?? known(index.provenance.release, helper.id, kind);
  };
  return (helper, def) => {
    const question = `${def.name} ${helper.name}`;
    if (!answers.has(question)) answers.set(question, answer(helper, def));
    return answers.get(question);
  };
}

/** Empty where the kernel's types are not known. */
function kernelHelpers({ types }: KernelIndex): ReadonlySet<string> {
  return new Set(types.enumeration('bpf_func_id')?.map(({ name }) => name));
}

const enumerator = ({ name }: Helper): string => name.replace(/^bpf_/, 'BPF_FUNC_');

/** libbpf calls the older `bpf_probe_read()` and `bpf_probe_read_str()` where these are not. */
const isReplaced = ({ name }: Helper): boolean => /^bpf_probe_read_(?:kernel|user)(?:_str)?$/.test(name);

/** Where the kernel's own list of helpers does not have it; false where there is no such list. */
export function isAbsent(index: KernelIndex, helper: Helper): boolean {
  const own = kernelHelpers(index);
  return own.size > 0 && !own.has(enumerator(helper));
}

/**
 * What a feature probe of the kernel says. It asks about one attach type and no program that sleeps. A bpftool that is older
 * than the kernel does not understand it and lists every helper; the agent lists none that are newer than its libbpf. So it is
 * believed in what it lists for some type of program and not for this one.
 */
function probed(
  { features }: KernelIndex,
  { name }: Helper,
  { programType }: SectionDef,
  kind: ProgramKind,
): Availability {
  const type = programType.replace('BPF_PROG_TYPE_', '');
  if (features === undefined || kind.endsWith(' sleepable') || attachTypesMatter(type)) return undefined;
  const lists = memberOf(features, 'helpers');
  const list = memberOf(lists, `${type.toLowerCase()}_available_helpers`);
  if (!Array.isArray(list) || list.length === 0 || list.includes(name)) return undefined;
  const isListed = Object.values(lists ?? {}).some((other) => Array.isArray(other) && other.includes(name));
  return isListed ? 'refused' : undefined;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}

/** On a probed kernel its programs that do not sleep differ in what they may call. */
function attachTypesMatter(type: string): boolean {
  const rows = HELPER_KIND_ROWS.filter(([kinds]) =>
    kinds.some((kind) => kind.split(' ')[0] === type && !kind.endsWith(' sleepable')),
  );
  return rows.length !== 1;
}

/** What the table says of a kernel like one that was probed, or of one that is older. */
function known(release: string, id: number, kind: ProgramKind): Availability {
  const callable = HELPER_KIND_ROWS.find(([kinds]) => kinds.includes(kind))?.[1];
  const series = seriesOf(release);
  if (callable === undefined || series === undefined) return undefined;
  const same = PROBED_RELEASES.findIndex((probe) => flavourOf(probe) === flavourOf(release));
  if (same >= 0) {
    const ids = callable[same];
    return ids === undefined ? undefined : inRanges(ids, id) ? 'available' : 'refused';
  }
  // Kernels gain helpers: what none may call that is as new or newer, and built with the helper, an older one cannot offer.
  const newer = PROBED_RELEASES.flatMap((probe, n) => ((seriesOf(probe) ?? 0) >= series ? [n] : []));
  const answers = newer.flatMap((n) => {
    const ids = callable[n];
    return ids === undefined ? [] : [!inRanges(ids, id) && isOffered(n, id)];
  });
  return answers.length > 0 && answers.every(Boolean) ? 'refused' : undefined;
}

/** Some kind of program may call it there: the kernel was built with it. */
const isOffered = (kernel: number, id: number): boolean =>
  HELPER_KIND_ROWS.some(([, callable]) => inRanges(callable[kernel] ?? '', id));

const typeOf = (kind: ProgramKind): string => (kind.split(' ')[0] ?? '').toLowerCase();
const versionOf = (release = ''): string => /^\d+\.\d+/.exec(release)?.[0] ?? release;

/** The program types that some probed kernel has. */
export const probedTypes: ReadonlySet<string> = new Set(
  HELPER_KIND_ROWS.flatMap(([kinds]) => kinds.map(typeOf)),
);

/** `5.10`, the oldest. */
export const firstProbed = versionOf(PROBED_RELEASES[0]);

/** A program type that may call a helper, on probed kernels. */
export interface CallingType {
  /** `kprobe` */
  readonly type: string;
  /** The first of the probed kernels on which it may: `6.1`. */
  readonly since: string;
  /** Only some programs of this type: those that may sleep, or those of some attach types. */
  readonly only?: 'sleepable' | 'some';
}

/** A helper does not change: what is read of the whole table for it, which takes a millisecond, can be kept. */
const callers = new WeakMap<Helper, readonly CallingType[]>();

/** In the order of the kernels, then of the types. */
export function callingTypes(helper: Helper): readonly CallingType[] {
  const types = callers.get(helper) ?? readCallingTypes(helper);
  callers.set(helper, types);
  return types;
}

function readCallingTypes({ id }: Helper): readonly CallingType[] {
  const kinds = HELPER_KIND_ROWS.flatMap(([names, callable]) => {
    const answers = callable.map((ids) => (ids === undefined ? undefined : inRanges(ids, id)));
    return names.map((name) => ({ name, type: typeOf(name), answers }));
  });
  const types = [...probedTypes].map((type) => kinds.filter((kind) => kind.type === type));
  return PROBED_RELEASES.flatMap((release, kernel) =>
    types.flatMap((own): CallingType[] => {
      const may = own.filter(({ answers }) => answers[kernel] === true);
      const [first] = may;
      const earlier = own.some(({ answers }) => answers.slice(0, kernel).includes(true));
      if (first === undefined || earlier) return [];
      const sleep = may.every(({ name }) => name.endsWith(' sleepable')) ? 'sleepable' : 'some';
      const only = own.some(({ answers }) => answers[kernel] === false) && sleep;
      return [{ type: first.type, since: versionOf(release), ...(only && { only }) }];
    }),
  );
}

/**
 * Whether it is for programs of this kind only where they may sleep, by the newest kernel that was asked. What those that must
 * not sleep may call there, too, an older kernel does not refuse for that.
 */
export function isForSleepable({ id }: Helper, def: SectionDef): boolean {
  const kind = programKind(def) ?? '';
  const onNewest = (asked: string): boolean => {
    const callable = HELPER_KIND_ROWS.find(([kinds]) => kinds.includes(asked))?.[1];
    const newest = callable?.findLast((ids) => ids !== undefined);
    return newest !== undefined && inRanges(newest, id);
  };
  return onNewest(`${kind} sleepable`) && !onNewest(kind);
}
