/** Hover on a variable that libbpf fills in, where the file declares it and where it is used. */
import { isInComment, tokensBefore } from '../analysis/cursor-tokens';
import { describeSetting, describeVariable } from '../describe/extern';
import { madeUpSetting } from '../externs/settings';
import type { DocumentView } from '../view';
import type { Hover } from './hover';
import { wordAt } from './word';

export function externHover(view: DocumentView, offset: number): Hover | undefined {
  const span = wordAt(view.text, offset);
  const name = span && view.text.slice(span.start, span.end);
  if (span === undefined || name === undefined) return undefined;
  const declared = view.source.externs.find((one) => one.name === name);
  // libbpf's own headers declare those that it makes up.
  if (!declared && !madeUpSetting(name)) return undefined;
  if (isInComment(view.text, span.end)) return undefined;
  const before = tokensBefore(view.text, span.end);
  if (before.at(-1)?.kind !== 'word' || /^(?:->|\.|struct)$/.test(before.at(-2)?.text ?? ''))
    return undefined;
  const { index } = view.kernel;
  const markdown =
    declared?.kind === 'variable' ? describeVariable(index, declared) : describeSetting(index, name);
  return { markdown, span };
}
