/**
 * Whether a function certainly reads a parameter, judged by its tokens: the value is returned, stored through a pointer or
 * given to a helper, and nothing before it may be dropped by the compiler or by the verifier, which prunes branches on
 * constants of `.rodata` and `.kconfig`.
 */
import { tokenize, type Token } from '../analysis/lexer';

const doubts = /^(?:while|for|switch|goto|else|\?|sizeof|typeof|__typeof__)$/;

/** @param body of the function, with its braces */
export function readsCertainly(body: string, name: string): boolean {
  const tokens = tokenize(body);
  /** Pointers that were checked: what they point to outlives the function. */
  const checked = new Set<string>();
  let statement: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (token === undefined || token.kind === 'directive' || doubts.test(token.text)) return false;
    // `&&` and `||` are two tokens each.
    if (/^[&|]$/.test(token.text) && tokens[i + 1]?.text === token.text) return false;
    if (token.text === 'if') {
      const end = endOfNullCheck(tokens, i);
      if (end === undefined) return false;
      checked.add(tokens[i + 3]?.text ?? '');
      i = end;
      statement = [];
    } else if (/^[;{}]$/.test(token.text)) {
      // What follows an unconditional return is not compiled.
      if (statement[0]?.text === 'return') return false;
      statement = [];
    } else {
      if (token.text === name && isUsed(statement, checked)) return true;
      statement.push(token);
    }
  }
  return false;
}

/** What stands before the name in its statement makes something of its value. */
function isUsed(before: readonly Token[], checked: ReadonlySet<string>): boolean {
  const last = before.at(-1)?.text;
  if (last === '.' || last === '->' || before.some(({ text }) => text === 'void')) return false;
  const first = before[0]?.text;
  if (first === 'return') return true;
  const call = before.findLastIndex(({ text }, i) => text === '(' && before[i + 1]?.text !== ')');
  if (/^bpf_[a-z0-9_]+$/.test(before[call - 1]?.text ?? '') && !before.some(({ text }) => text === ')'))
    return true;
  return last === '=' && before[1]?.text === '->' && checked.has(first ?? '');
}

/**
 * Of `if (!event) return 0;`, where the function has assigned `event`: the last token of it. A check like this one is
 * no constant.
 */
export function endOfNullCheck(tokens: readonly Token[], at: number): number | undefined {
  const [open, not, word, close] = tokens.slice(at + 1, at + 5);
  if (open?.text !== '(' || not?.text !== '!' || word?.kind !== 'word' || close?.text !== ')')
    return undefined;
  const assigned = tokens.some(
    (token, i) => i < at && token.text === word.text && tokens[i + 1]?.text === '=',
  );
  const rest = tokens.slice(at + 5);
  const end = rest.findIndex(({ text }) => text === ';');
  if (!assigned || rest[0]?.text !== 'return' || end < 0) return undefined;
  return at + 5 + end;
}
