/** Hover on the name of a kfunc. */
import { isInComment, tokensBefore } from '../analysis/cursor-tokens';
import { describeKfunc } from '../describe/kfunc';
import { kfuncNamed } from '../kfuncs/kfuncs';
import type { DocumentView } from '../view';
import type { Hover } from './hover';
import { wordAt } from './word';

export function kfuncHover(view: DocumentView, offset: number): Hover | undefined {
  const span = wordAt(view.text, offset);
  const name = span && view.text.slice(span.start, span.end);
  if (span === undefined || name === undefined || name.length < 3) return undefined;
  const { index } = view.kernel;
  const kfunc = kfuncNamed(index.types, name);
  if (kfunc === undefined || isInComment(view.text, span.end)) return undefined;
  if (view.source.lookup.definesFunction(name)) return undefined;
  const before = tokensBefore(view.text, span.end);
  if (before.at(-1)?.kind !== 'word' || /^(?:->|\.)$/.test(before.at(-2)?.text ?? '')) return undefined;
  return { markdown: describeKfunc(index, kfunc), span };
}
