/** A declaration that an item brings with it, of a function or variable of the kernel. */
import type { DocumentView } from '../../view';
import type { CompletionItem } from './item';

type Edit = NonNullable<CompletionItem['additionalEdits']>[number];

/** Behind the declarations that are there, else behind the includes. @param text with its semicolon */
export function declarationEdit({ text, source }: DocumentView, declaration: string): Edit {
  const declared = [source.kernelFunctions.at(-1), source.externs.at(-1)].filter((one) => one !== undefined);
  const last = declared.sort((a, b) => b.span.end - a.span.end)[0] ?? source.includes.at(-1);
  const line = last === undefined ? -1 : text.indexOf('\n', last.span.end - 1);
  const at = last === undefined ? 0 : line < 0 ? text.length : line + 1;
  const lead = last !== undefined && line < 0 ? '\n' : '';
  return { span: { start: at, end: at }, newText: `${lead}${declaration}\n` };
}
