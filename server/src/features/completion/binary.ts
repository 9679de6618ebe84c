/** Inside `SEC("uprobe//usr/bin/bash:readline")` and `SEC("usdt/…")`: folders and files, then functions or static probes. */
import type { SectionCursor } from '../../analysis/cursor-model';
import type { BinaryStore, Names } from '../../binaries/store';
import type { CompletionItem, CompletionList } from './item';

const maxItems = 50;

export interface BinaryCursor {
  /** `uprobe/`, with the mark before it. */
  readonly prefix: string;
  readonly wants: 'functions' | 'usdt';
  readonly path: string;
  /** What is typed behind the colon; undefined before there is one. */
  readonly probe: string | undefined;
}

/** Undefined in other sections. */
export function binaryCursor(typed: string): BinaryCursor | undefined {
  const parts = /^(\??(?:(u(?:ret)?probe)(?:\.multi|\.session)?|usdt)(?:\.s)?\/)([^:]*)(?::(.*))?$/.exec(
    typed,
  );
  if (parts === null) return undefined;
  const [, prefix = '', uprobe, path = '', probe] = parts;
  return { prefix, wants: uprobe === undefined ? 'usdt' : 'functions', path, probe };
}

/** Undefined in other sections. */
export async function completeBinary(
  store: BinaryStore,
  cursor: SectionCursor,
): Promise<CompletionList | undefined> {
  const found = binaryCursor(cursor.typed);
  if (found === undefined) return undefined;
  const items =
    found.probe === undefined ? await paths(store, cursor, found) : await probes(store, cursor, found);
  return { items, incomplete: true };
}

/** Of the folder that is typed. A file is chosen with its colon, and its probes come next. */
async function paths(
  store: BinaryStore,
  cursor: SectionCursor,
  { prefix, path }: BinaryCursor,
): Promise<readonly CompletionItem[]> {
  const folder = path.startsWith('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '/';
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const entries = await store.entries(folder);
  return entries
    .filter((entry) => entry.name.toLowerCase().includes(name) && !/[":\\]/.test(entry.name))
    .toSorted((a, b) => rank(a.name, name) - rank(b.name, name) || a.name.localeCompare(b.name))
    .slice(0, maxItems)
    .map((entry) => ({
      label: entry.isFolder ? `${entry.name}/` : entry.name,
      labelDescription: folder,
      kind: entry.isFolder ? 'category' : 'function',
      reopen: true,
      replace: cursor.span,
      newText: `${prefix}${folder}${entry.name}${entry.isFolder ? '/' : ':'}`,
      filterText: cursor.typed,
    }));
}

const rank = (name: string, typed: string): number => (name.toLowerCase().startsWith(typed) ? 0 : 1);

async function probes(
  store: BinaryStore,
  cursor: SectionCursor,
  { prefix, wants, path, probe = '' }: BinaryCursor,
): Promise<readonly CompletionItem[]> {
  const binary = await store.binary(path);
  if (binary === undefined) return [];
  const missing = (cursor.quoteClosed ? '' : '"') + (cursor.parenthesisClosed ? '' : ')');
  return search(binary[wants], probe).map((name) => ({
    label: name,
    labelDescription: path.slice(path.lastIndexOf('/') + 1),
    kind: wants === 'usdt' ? 'event' : 'function',
    replace: cursor.span,
    newText: `${prefix}${path}:${name}${missing}`,
    filterText: cursor.typed,
  }));
}

function search({ names, matcher }: Names, query: string): readonly string[] {
  if (query === '') return names.slice(0, maxItems);
  return matcher.search(query, maxItems).flatMap(({ index }) => names[index] ?? []);
}
