/**
 * Inside `SEC("…")`: libbpf's section names, then categories, then events. The search is over whole names, so that
 * `fchmodat` finds `tp/syscalls/sys_enter_fchmodat`; accepting an item replaces the whole string.
 */
import type { SectionDef } from '#core/bpf/sections';
import type { EventName } from '#core/kernel/model';
import type { SectionCursor } from '../../analysis/cursor-model';
import type { TextView } from '../../session/session';
import type { CompletionItem, CompletionList } from './item';
import { browsedSections, sectionNames } from './names';
import { searchTargets } from './targets';

/** Of a search. Lists to browse, of all sections or all categories, are whole. */
const maxItems = 50;

/** An item as the string's whole new content; `complete` where nothing is left to type in it. */
type Draft = Omit<CompletionItem, 'replace' | 'newText'> & {
  readonly text: string;
  readonly complete: boolean;
};

export function completeSection(view: TextView, cursor: SectionCursor): CompletionList {
  const { typed } = cursor;
  const missing = (cursor.quoteClosed ? '' : '"') + (cursor.parenthesisClosed ? '' : ')');
  const mark = typed.startsWith('?') ? '?' : '';
  const query = typed.slice(mark.length);
  const tracepoint = /^(?:tp|tracepoint)(?:\.s)?\//.exec(query)?.[0];
  const drafts =
    tracepoint === undefined
      ? (targets(view, query) ?? anySection(view, query))
      : tracepoints(view, tracepoint, query.slice(tracepoint.length));
  return {
    items: drafts.map(({ text, complete, ...item }) => ({
      ...item,
      replace: cursor.span,
      newText: mark + text + (complete ? missing : ''),
      // The client compares this with what it finds before the cursor; the ranking is ours.
      ...(typed !== '' && { filterText: typed }),
    })),
    incomplete: true,
  };
}

function anySection(view: TextView, query: string): readonly Draft[] {
  if (query === '') return browsedSections.map(sectionDraft);
  // What begins as typed is what a browsing user means; the search would put it behind hundreds of events.
  const begin = browsedSections.filter(({ name }) => name.startsWith(query));
  const found = sectionNames(view.kernel.index).searchAll(query, maxItems);
  const others = found.filter((item) => 'category' in item || !begin.includes(item));
  return [...begin, ...others]
    .slice(0, maxItems)
    .map((found) => ('category' in found ? eventDraft(found, 'tp/', 'tp/') : sectionDraft(found)));
}

/** `kprobe/do_unl`: names of the kernel behind a section's slash; undefined for other sections. */
function targets(view: TextView, query: string): readonly Draft[] | undefined {
  const search = searchTargets(view.kernel.index, query, maxItems);
  return search?.found.map((name) => ({
    label: name,
    labelDescription: search.prefix.slice(0, -1),
    kind: 'function',
    text: search.prefix + name,
    complete: true,
  }));
}

function tracepoints(view: TextView, prefix: string, query: string): readonly Draft[] {
  const names = sectionNames(view.kernel.index);
  const categories = names.categories
    .filter(({ name }) => name.includes(query))
    .sort((a, b) => Number(b.name.startsWith(query)) - Number(a.name.startsWith(query)))
    .map(({ name, events }): Draft => ({
      label: `${name}/`,
      labelDescription: events === 1 ? '1 event' : `${events} events`,
      kind: 'category',
      text: `${prefix}${name}/`,
      complete: false,
      reopen: true,
    }));
  if (query === '') return categories;
  const events = names.searchEvents(query, maxItems).map((event) => eventDraft(event, prefix, ''));
  return [...categories, ...events].slice(0, maxItems);
}

function sectionDraft(def: SectionDef): Draft {
  const target = def.target === 'exact' ? '' : '/';
  return {
    label: def.name,
    ...(def.targetForm !== undefined && { labelDetail: `/${def.targetForm}` }),
    labelDescription: def.programType.replace('BPF_PROG_TYPE_', '').toLowerCase(),
    kind: 'section',
    detail: def.summary,
    text: def.name + target,
    complete: def.target === 'exact',
    ...(def.programType === 'BPF_PROG_TYPE_TRACEPOINT' && { reopen: true }),
    subject: { kind: 'section', name: def.name },
  };
}

function eventDraft({ category, name }: EventName, prefix: string, labelPrefix: string): Draft {
  return {
    label: `${labelPrefix}${category}/${name}`,
    labelDescription: 'tracepoint',
    kind: 'event',
    text: `${prefix}${category}/${name}`,
    complete: true,
    subject: { kind: 'event', category, name },
  };
}
