/** Calls that read the kernel's memory, and whose source is a variable that holds an address of the process: by tokens. */
import type { Token } from '../analysis/lexer';
import type { Span } from '../analysis/model';

/** What reads the kernel's memory, and its counterpart for that of the process. `bpf_probe_read` reads either on x86. */
export const counterparts: ReadonlyMap<string, string> = new Map([
  ['bpf_probe_read_kernel', 'bpf_probe_read_user'],
  ['bpf_probe_read_kernel_str', 'bpf_probe_read_user_str'],
  ['bpf_core_read', 'bpf_core_read_user'],
  ['bpf_core_read_str', 'bpf_core_read_user_str'],
]);
/** dst, size, src: for all of them. */
export const sourceArgument = 2;

export interface Read {
  readonly callee: string;
  readonly calleeSpan: Span;
  readonly argumentSpan: Span;
}

/** Calls whose source, casts aside, is meant. */
export function readsFrom(
  tokens: readonly Token[],
  isMeant: (source: readonly Token[]) => boolean,
): readonly Read[] {
  return tokens.flatMap((token, at) => {
    if (!counterparts.has(token.text) || tokens[at + 1]?.text !== '(') return [];
    const source = argumentsOf(tokens, at + 1)[sourceArgument] ?? [];
    const [first, last] = [source.at(0), source.at(-1)];
    if (first === undefined || last === undefined || !isMeant(withoutCasts(source))) return [];
    const calleeSpan = { start: token.start, end: token.end };
    return [{ callee: token.text, calleeSpan, argumentSpan: { start: first.start, end: last.end } }];
  });
}

/** The variable alone. */
export const isVariable =
  (name: string) =>
  (source: readonly Token[]): boolean =>
    source.length === 1 && source[0]?.text === name;

/** The variable that the expression alone initialises, casts aside. */
export function initialized(tokens: readonly Token[], { start, end }: Span): string | undefined {
  const first = tokens.findIndex((token) => token.start >= start);
  const behind = tokens.find((token) => token.start >= end);
  const equals = tokens.findLastIndex(({ text }, at) => at < first && /^[=;{}]$/.test(text));
  const casts = tokens.slice(equals + 1, first);
  if (tokens[equals]?.text !== '=' || behind?.text !== ';' || withoutCasts(casts).length > 0)
    return undefined;
  const name = tokens[equals - 1];
  // Not a member, an element or a dereference.
  return name?.kind === 'word' && /^(?:\*|\w+|[;{}])$/.test(tokens[equals - 2]?.text ?? '')
    ? name.text
    : undefined;
}

/** How often it is assigned or declared with a value, or its address given away. */
export function writesOf(tokens: readonly Token[], name: string): number {
  const writes = tokens.filter(({ text }, at) => {
    if (text !== name) return false;
    const [before, after, next] = [tokens[at - 1]?.text, tokens[at + 1]?.text ?? '', tokens[at + 2]?.text];
    const isAssigned = after === '=' && next !== '=';
    const isOperated = /^[-+*/%&|^<>]$/.test(after) && (next === '=' || next === after);
    return isAssigned || isOperated || before === '&' || before === '+' || before === '-';
  });
  return writes.length;
}

/** `(const char *)` and the like in front of what is left. */
function withoutCasts(tokens: readonly Token[]): readonly Token[] {
  let at = 0;
  while (tokens[at]?.text === '(') {
    const close = tokens.findIndex(({ text }, n) => n > at && text === ')');
    if (close < 0 || tokens.slice(at + 1, close).some(({ kind, text }) => kind !== 'word' && text !== '*'))
      break;
    at = close + 1;
  }
  return tokens.slice(at);
}

/** Of a call, from its parenthesis on; empty where that is not closed. */
function argumentsOf(tokens: readonly Token[], open: number): readonly (readonly Token[])[] {
  const found: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens.slice(open)) {
    if (/^[([{]$/.test(token.text)) depth++;
    if (/^[)\]}]$/.test(token.text)) depth--;
    if (depth === 0) return found;
    if (depth === 1 && token.text === ',') found.push([]);
    else if (depth > 1 || token.text !== '(') found.at(-1)?.push(token);
  }
  return [];
}
