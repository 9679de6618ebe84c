/** What can follow `kprobe/`, `fentry/`, `raw_tp/` and their like: names that the target kernel itself has. */
import { parseSectionName } from '#core/bpf/section-name';
import type { KernelIndex } from '#core/kernel/model';
import { createMatcher } from '#core/text/fuzzy';
import { iteratorNames } from '../../traced/attachable';
import { operationNames, operationsNamed } from '../../traced/struct-ops';

export interface TargetSearch {
  /** `kprobe/`, as written. */
  readonly prefix: string;
  /** Best first. */
  readonly found: readonly string[];
  /** What one of them belongs to, where the section does not say it. */
  of?(name: string): string;
}

export type Family = 'function' | 'traceable' | 'raw-event' | 'hook' | 'syscall' | 'iterator' | 'operation';

/** By the section's name without its suffixes. Targets of other sections are no names of the kernel. */
const families: Readonly<Record<string, Family>> = {
  kprobe: 'function',
  kretprobe: 'function',
  fentry: 'traceable',
  fexit: 'traceable',
  fmod_ret: 'traceable',
  fsession: 'traceable',
  raw_tp: 'raw-event',
  raw_tracepoint: 'raw-event',
  tp_btf: 'raw-event',
  lsm: 'hook',
  lsm_cgroup: 'hook',
  ksyscall: 'syscall',
  kretsyscall: 'syscall',
  iter: 'iterator',
  struct_ops: 'operation',
};

/** The section whose target is being typed, where the kernel knows names for it. */
export function targetFamily(
  query: string,
): { readonly prefix: string; readonly family: Family } | undefined {
  const section = parseSectionName(query);
  const family = families[section?.def.name.replace(/\..*$/, '') ?? ''];
  if (section?.target === undefined || family === undefined) return undefined;
  return { prefix: query.slice(0, query.length - section.target.length), family };
}

export function searchTargets(index: KernelIndex, query: string, limit: number): TargetSearch | undefined {
  const target = targetFamily(query);
  if (target === undefined) return undefined;
  const found = searcher(index, target.family)(query.slice(target.prefix.length), limit);
  if (target.family !== 'operation') return { prefix: target.prefix, found };
  const of = (name: string): string =>
    operationsNamed(index.types, name)
      .map(({ struct }) => struct)
      .join(', ');
  return { prefix: target.prefix, found, of };
}

/** The kinds of names that sections with these values take theirs from, and that nobody has searched in yet. */
export function unpreparedFamilies(
  index: KernelIndex,
  sections: Iterable<{ readonly value: string }>,
): readonly Family[] {
  const prefixes = new Set<string>();
  for (const { value } of sections) prefixes.add(value.slice(0, value.indexOf('/') + 1));
  const families = new Set([...prefixes].flatMap((prefix) => targetFamily(prefix)?.family ?? []));
  return [...families].filter((family) => made.get(index)?.has(family) !== true);
}

/** Makes what the first searches would have to make, and lets V8 see the search at work. */
export function* prepareFamilies(
  index: KernelIndex,
  families: readonly Family[],
): Generator<undefined, void> {
  for (const family of families) {
    const search = searcher(index, family);
    yield;
    for (const query of rehearsal) {
      search(query, 1);
      yield;
    }
  }
}

/** One for each way to match: of a letter, a word's start, its inside, several words, scattered letters. */
const rehearsal = ['t', 'tc', 'cp_s', 'tcp msg', 'tsmg', 'tcpsendmsg'] as const;

type Search = (query: string, limit: number) => readonly string[];

/** An index is immutable, so what is made of it can be kept as long as it lives: 59,000 functions take 30 ms. */
const made = new WeakMap<KernelIndex, Map<Family, Search>>();

function searcher(index: KernelIndex, family: Family): Search {
  const searches = made.get(index) ?? new Map<Family, Search>();
  made.set(index, searches);
  let search = searches.get(family);
  if (search === undefined) {
    const names = namesOf(index, family);
    const matcher = createMatcher(names);
    search = (query, limit) => matcher.search(query, limit).flatMap((match) => names[match.index] ?? []);
    searches.set(family, search);
  }
  return search;
}

function namesOf({ types, functions, events }: KernelIndex, family: Family): readonly string[] {
  switch (family) {
    case 'function':
      return functions.length > 0 ? functions : types.funcNames();
    case 'traceable':
      return types.funcNames();
    case 'raw-event': {
      const names = without('btf_trace_', types.typedefNames());
      return names.length > 0 ? names : [...new Set(events.map(({ name }) => name))];
    }
    case 'hook':
      return without('bpf_lsm_', types.funcNames());
    case 'syscall':
      return without(
        'sys_enter_',
        events.filter(({ category }) => category === 'syscalls').map(({ name }) => name),
      );
    case 'operation':
      return [...operationNames(types)].sort();
    case 'iterator':
      return [...iteratorNames(types)].sort();
  }
}

/** Those with the prefix, without it, sorted. */
function without(prefix: string, names: readonly string[]): readonly string[] {
  return names.flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : [])).sort();
}
