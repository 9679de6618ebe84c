/** Whether clang keeps a variable that is declared elsewhere: it makes no symbol of one that nothing needs. */
import type { Token } from '../analysis/lexer';
import { certainOf } from '../helpers/bodies';
import { helperNamed } from '../helpers/helpers';
import type { DocumentView } from '../view';

/** Some program hands it, or its address, to a helper. Also one that is not loaded unless asked for: libbpf looks for all. */
export function isCertainlyUsed({ text, source }: DocumentView, name: string): boolean {
  return source.programs.some(({ section, function: fn }) => {
    if (section.conditional || fn.conditional) return false;
    if (!text.slice(fn.bodySpan.start, fn.bodySpan.end).includes(name)) return false;
    return certainOf(source, fn).some(({ certain }) =>
      certain.some((token, n) => token.text === name && isArgument(certain, n)),
    );
  });
}

/** Of a call of a helper, in which it stands as a value or behind `&`. */
function isArgument(tokens: readonly Token[], at: number): boolean {
  let depth = 0;
  if (/^(?:->|\.)$/.test(tokens[at - 1]?.text ?? '')) return false;
  for (let n = at - 1; n > 0; n--) {
    const text = tokens[n]?.text ?? '';
    if (text === ')') depth++;
    else if (text !== '(') continue;
    else if (depth > 0) depth--;
    else if (helperNamed(tokens[n - 1]?.text ?? '')) return true;
  }
  return false;
}
