/** What edits of a text change, line by line. */
import type { Fix } from '#server/checks/check';
import { applyEdits } from '#server/generate/insert';

export interface ChangedLine {
  readonly kind: 'removed' | 'added';
  /** From 1: of a removed line in the text before, of an added one in the text after. */
  readonly line: number;
  readonly text: string;
}

type Edits = Fix['edits'];

/** In the order of the text; removed lines stand before those that take their place. Edits do not overlap. */
export function changedLines(text: string, edits: Edits): readonly ChangedLine[] {
  let moved = 0;
  return hunksOf(text, edits).flatMap((hunk) => {
    const { start, end } = hunk;
    const line = text.slice(0, start).split('\n').length;
    const old = text.slice(start, end).split('\n');
    const now = edited(text, hunk).split('\n');
    const same = alike(old, now);
    const rest = alike(old.slice(same).reverse(), now.slice(same).reverse());
    const changes = [
      ...numbered('removed', old.slice(same, old.length - rest), line + same),
      ...numbered('added', now.slice(same, now.length - rest), line + same + moved),
    ];
    moved += now.length - old.length;
    return changes;
  });
}

interface Hunk {
  /** Whole lines, without the last line feed. */
  readonly start: number;
  readonly end: number;
  readonly own: Edits;
}

/** Edits in the same lines belong together. */
function hunksOf(text: string, edits: Edits): readonly Hunk[] {
  const hunks: Hunk[] = [];
  for (const edit of [...edits].sort((a, b) => a.span.start - b.span.start)) {
    const start = text.lastIndexOf('\n', edit.span.start - 1) + 1;
    const newline = text.indexOf('\n', edit.span.end);
    const end = newline < 0 ? text.length : newline;
    const last = hunks.at(-1);
    if (last && start <= last.end) hunks.splice(-1, 1, { start: last.start, end, own: [...last.own, edit] });
    else hunks.push({ start, end, own: [edit] });
  }
  return hunks;
}

function edited(text: string, { start, end, own }: Hunk): string {
  const all = applyEdits(text, own);
  return all.slice(start, end + all.length - text.length);
}

/** How many lines at the beginning are the same. */
function alike(a: readonly string[], b: readonly string[]): number {
  const different = a.findIndex((line, i) => line !== b[i]);
  return different < 0 ? Math.min(a.length, b.length) : different;
}

function numbered(
  kind: ChangedLine['kind'],
  lines: readonly string[],
  first: number,
): readonly ChangedLine[] {
  return lines.map((text, i) => ({ kind, line: first + i, text }));
}
