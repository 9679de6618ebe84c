/**
 * Inside `SEC("…")`: libbpf's section names, then categories, then events. The search is over whole names, so that
 * `fchmodat` finds `tp/syscalls/sys_enter_fchmodat`; accepting an item replaces the whole string.
 */
import type { SectionDef } from '#core/bpf/sections';
import type { EventName } from '#core/kernel/model';
import type { SectionCursor } from '../../analysis/cursor-model';
import { kernelsWithout } from '../../compare/event';
import { notOn } from '../../describe/other-kernels';
import type { TextView } from '../../session/session';
import type { CompletionItem, CompletionList } from './item';
import { withMark } from './mark';
import { browsedSections, sectionNames } from './names';
import { searchTargets } from './targets';

/** Of a search. Lists to browse, of all sections or all categories, are whole. */
const maxItems = 50;

/** Puts an item's text into the string, as its whole new content; `isComplete` where nothing is left to type in it. */
type Place = (
  text: string,
  isComplete: boolean,
) => Pick<CompletionItem, 'replace' | 'newText' | 'filterText'>;

export function completeSection(view: TextView, cursor: SectionCursor): CompletionList {
  const { typed } = cursor;
  const missing = (cursor.quoteClosed ? '' : '"') + (cursor.parenthesisClosed ? '' : ')');
  const mark = typed.startsWith('?') ? '?' : '';
  const query = typed.slice(mark.length);
  const tracepoint = /^(?:tp|tracepoint)(?:\.s)?\//.exec(query)?.[0];
  const place: Place = (text, isComplete) => {
    const newText = mark + text + (isComplete ? missing : '');
    // The client compares `filterText` with what it finds before the cursor; the ranking is ours.
    return typed === ''
      ? { replace: cursor.span, newText }
      : { replace: cursor.span, newText, filterText: typed };
  };
  const items =
    tracepoint === undefined
      ? (targets(view, place, query) ?? anySection(view, place, query))
      : tracepoints(view, place, tracepoint, query.slice(tracepoint.length));
  return { items, incomplete: true };
}

function anySection(view: TextView, place: Place, query: string): readonly CompletionItem[] {
  if (query === '') return browsedSections.map((def) => sectionItem(def, place));
  // What begins as typed is what a browsing user means; the search would put it behind hundreds of events.
  const begin = browsedSections.filter(({ name }) => name.startsWith(query));
  const found = sectionNames(view.kernel.index).searchAll(query, maxItems);
  const others = found.filter((item) => 'category' in item || !begin.includes(item));
  return [...begin, ...others]
    .slice(0, maxItems)
    .map((item) =>
      'category' in item ? eventItem(view, item, place, 'tp/', 'tp/') : sectionItem(item, place),
    );
}

/** `kprobe/do_unl`: names of the kernel behind a section's slash; undefined for other sections. */
function targets(view: TextView, place: Place, query: string): readonly CompletionItem[] | undefined {
  const search = searchTargets(view.kernel.index, query, maxItems);
  return search?.found.map((name) => ({
    label: name,
    labelDescription: search.of?.(name) ?? search.prefix.slice(0, -1),
    kind: 'function',
    ...place(search.prefix + name, true),
  }));
}

function tracepoints(view: TextView, place: Place, prefix: string, query: string): readonly CompletionItem[] {
  const names = sectionNames(view.kernel.index);
  const categories = names.categories
    .filter(({ name }) => name.includes(query))
    .sort((a, b) => Number(b.name.startsWith(query)) - Number(a.name.startsWith(query)))
    .map(({ name, events }): CompletionItem => ({
      label: `${name}/`,
      labelDescription: events === 1 ? '1 event' : `${events} events`,
      kind: 'category',
      reopen: true,
      ...place(`${prefix}${name}/`, false),
    }));
  if (query === '') return categories;
  const events = names
    .searchEvents(query, maxItems)
    .map((event) => eventItem(view, event, place, prefix, ''));
  return [...categories, ...events].slice(0, maxItems);
}

function sectionItem(def: SectionDef, place: Place): CompletionItem {
  const isComplete = def.target === 'exact';
  return {
    label: def.name,
    ...(def.targetForm !== undefined && { labelDetail: `/${def.targetForm}` }),
    labelDescription: def.programType.replace('BPF_PROG_TYPE_', '').toLowerCase(),
    kind: 'section',
    detail: def.summary,
    ...place(isComplete ? def.name : `${def.name}/`, isComplete),
    ...(def.programType === 'BPF_PROG_TYPE_TRACEPOINT' && { reopen: true }),
    subject: { kind: 'section', name: def.name },
  };
}

function eventItem(
  { kernel }: TextView,
  { category, name }: EventName,
  place: Place,
  prefix: string,
  labelPrefix: string,
): CompletionItem {
  const missing = kernelsWithout(kernel, { category, name });
  return {
    label: `${labelPrefix}${category}/${name}`,
    labelDescription: withMark('tracepoint', missing, kernel),
    kind: 'event',
    ...(missing.length > 0 && { detail: `${category}:${name} is ${notOn(missing) ?? ''}` }),
    ...place(`${prefix}${category}/${name}`, true),
    subject: { kind: 'event', category, name },
  };
}
