/** The names that a SEC string can be made of, prepared for search with the first search on a kernel. */
import { SECTIONS } from '#core/bpf/section-table';
import type { SectionDef } from '#core/bpf/sections';
import type { EventName, KernelIndex } from '#core/kernel/model';
import { createMatcher, type Matcher } from '#core/text/fuzzy';

export interface SectionNames {
  /** With the number of its events; the most used first, then sorted. */
  readonly categories: readonly { readonly name: string; readonly events: number }[];
  /** Best first. An empty query gives none. */
  searchEvents(query: string, limit: number): readonly EventName[];
  /** The same, of one category where it is given, and how many match in all. */
  countEvents(
    query: string,
    limit: number,
    category?: string,
  ): { events: readonly EventName[]; total: number };
  /** Sections and events in one ranking. */
  searchAll(query: string, limit: number): readonly (SectionDef | EventName)[];
}

/** Before all others where the list is browsed: what most programs use. */
const popularSections = ['tp', 'kprobe', 'kretprobe', 'fentry', 'fexit', 'tp_btf', 'raw_tp', 'ksyscall', 'uprobe', 'uretprobe', 'usdt', 'xdp', 'tc', 'lsm', 'perf_event', 'iter', 'struct_ops']; // prettier-ignore
const popularCategories = ['syscalls', 'raw_syscalls', 'sched', 'signal', 'sock', 'tcp', 'net', 'block', 'kmem', 'irq', 'timer']; // prettier-ignore

/** libbpf's sections in the order of a list that is browsed. */
export const browsedSections: readonly SectionDef[] = inFront(SECTIONS, popularSections);

/** An index is immutable, so what is made of it can be kept as long as it lives. */
const made = new WeakMap<KernelIndex, SectionNames>();

export function sectionNames(index: KernelIndex): SectionNames {
  let names = made.get(index);
  if (names === undefined) made.set(index, (names = createNames(index.events)));
  return names;
}

/** Makes what the first search would have to make. */
export function prepareSearch(index: KernelIndex): void {
  const names = sectionNames(index);
  names.searchEvents(' ', 1);
  names.searchAll(' ', 1);
}

function createNames(events: readonly EventName[]): SectionNames {
  const everything = [...SECTIONS, ...events];
  const later = <T>(items: readonly T[], text: (item: T) => string) => {
    let matcher: Matcher | undefined;
    return () => (matcher ??= createMatcher(items.map(text)));
  };
  const search = <T>(items: readonly T[], matcher: () => Matcher) => {
    return (query: string, limit: number) => {
      if (query === '') return [];
      return matcher()
        .search(query, limit)
        .flatMap(({ index }) => items[index] ?? []);
    };
  };
  const counts = new Map<string, number>();
  for (const { category } of events) counts.set(category, (counts.get(category) ?? 0) + 1);
  const categories = [...counts].map(([name, count]) => ({ name, events: count }));
  const path = ({ category, name }: EventName) => `${category}/${name}`;
  const eventMatcher = later(events, path);
  return {
    categories: inFront(categories, popularCategories),
    searchEvents: search(events, eventMatcher),
    countEvents(query, limit, category) {
      const accepts = (index: number) => category === undefined || events[index]?.category === category;
      const { matches, total } = eventMatcher().searchAndCount(query, limit, accepts);
      return { events: matches.flatMap(({ index }) => events[index] ?? []), total };
    },
    searchAll: search(
      everything,
      later(everything, (item) => ('category' in item ? path(item) : item.name)),
    ),
  };
}

function inFront<T extends { readonly name: string }>(
  items: readonly T[],
  first: readonly string[],
): readonly T[] {
  const chosen = first.flatMap((name) => items.find((item) => item.name === name) ?? []);
  return [...chosen, ...items.filter((item) => !chosen.includes(item))];
}
