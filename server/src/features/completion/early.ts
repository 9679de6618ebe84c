/** Completion without a parsed document: the first answers of a session wait for nothing else. */
import type { TextView } from '../../session/session';
import { binaryCursor } from './binary';
import type { CompletionList } from './item';
import { completeSection } from './section';
import { sectionCursorIn } from './section-cursor';
import { targetFamily } from './targets';

/** What text and event names alone can answer: inside a SEC string, unless it names a function. */
export function completeEarly(view: TextView, offset: number): CompletionList | undefined {
  const cursor = sectionCursorIn(view.text, offset);
  if (cursor === undefined || targetFamily(cursor.typed.replace(/^\?/, '')) !== undefined) return undefined;
  return binaryCursor(cursor.typed) === undefined ? completeSection(view, cursor) : undefined;
}

/** What text and kernel alone can answer: a SEC string that names a function, a hook or an iterator. */
export function completeTarget(view: TextView, offset: number): CompletionList | undefined {
  const cursor = sectionCursorIn(view.text, offset);
  if (cursor === undefined || targetFamily(cursor.typed.replace(/^\?/, '')) === undefined) return undefined;
  return completeSection(view, cursor);
}
