/** Hover on the name of a BPF helper. */
import { isInComment, tokensBefore } from '../analysis/cursor-tokens';
import { describeCallers, describeHelper } from '../describe/helper';
import type { HelperDocs } from '../helpers/docs';
import { helperNamed, type Helper } from '../helpers/helpers';
import type { DocumentView } from '../view';
import type { Hover } from './hover';
import { wordAt } from './word';

/** Its documentation is read only where a helper is found. */
export async function helperHover(
  view: DocumentView,
  offset: number,
  docs: () => Promise<HelperDocs>,
): Promise<Hover | undefined> {
  const span = wordAt(view.text, offset);
  const helper = span && helperNamed(view.text.slice(span.start, span.end));
  if (span === undefined || helper === undefined || !isHelper(view, helper, span.end)) return undefined;
  const { index } = view.kernel;
  // The prototype and what libbpf's header says of it are clangd's.
  if (view.besideClangd) return { markdown: describeCallers(index, helper), span };
  const doc = (await docs()).get(helper.name);
  return { markdown: describeHelper(index, helper, doc), span };
}

/** Not a word of a comment or a string, not a member, and not what the file itself defines by that name. */
function isHelper({ text, source }: DocumentView, { name }: Helper, end: number): boolean {
  if (isInComment(text, end) || source.lookup.definesFunction(name)) return false;
  const tokens = tokensBefore(text, end);
  return tokens.at(-1)?.kind === 'word' && !/^(?:->|\.)$/.test(tokens.at(-2)?.text ?? '');
}
