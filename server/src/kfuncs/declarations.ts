/** Functions of the kernel that a file declares: `extern void bpf_rcu_read_lock(void) __ksym;`, by tokens. */
import { tokenize, type Token } from '../analysis/lexer';
import type { Span } from '../analysis/model';

export interface KsymFunction {
  readonly name: string;
  readonly nameSpan: Span;
  /** From `extern` to the semicolon. */
  readonly span: Span;
  /** libbpf loads the object without it. */
  readonly weak: boolean;
}

/** Those that are declared whatever the preprocessor decides. */
export function ksymFunctions(text: string): readonly KsymFunction[] {
  if (!text.includes('__ksym')) return [];
  const tokens = tokenize(text);
  const found: KsymFunction[] = [];
  let conditions = 0;
  let depth = 0;
  for (let at = 0; at < tokens.length; at++) {
    const { kind, text: word = '' } = tokens[at] ?? {};
    if (kind === 'directive') {
      if (/^#\s*if/.test(word)) conditions++;
      if (/^#\s*endif/.test(word)) conditions--;
    } else if (/^[({[]$/.test(word)) depth++;
    else if (/^[)}\]]$/.test(word)) depth--;
    else if (word === 'extern' && depth === 0) {
      const end = tokens.findIndex((token, n) => n > at && /^[;{]$/.test(token.text));
      const declared = end < 0 ? undefined : ksymFunction(tokens.slice(at, end + 1));
      if (declared !== undefined && conditions === 0) found.push(declared);
      if (declared !== undefined) at = end;
    }
  }
  return found;
}

function ksymFunction(tokens: readonly Token[]): KsymFunction | undefined {
  const [first, last] = [tokens[0], tokens.at(-1)];
  if (first === undefined || last?.text !== ';' || !tokens.some(({ text }) => text === '__ksym'))
    return undefined;
  if (tokens.some(({ kind }) => kind === 'directive')) return undefined;
  const open = tokens.findIndex(({ text }, n) => text === '(' && tokens[n - 1]?.text !== '__attribute__');
  const name = tokens[open - 1];
  // `extern const struct rq runqueues __ksym;` is a variable.
  if (open < 2 || name?.kind !== 'word') return undefined;
  return {
    name: name.text,
    nameSpan: { start: name.start, end: name.end },
    span: { start: first.start, end: last.end },
    weak: tokens.some(({ text }) => text === '__weak'),
  };
}
