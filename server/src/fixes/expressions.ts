/** Chains of members in a statement: `task->real_parent->tgid`. */
import type { Token } from '../analysis/lexer';
import { spanOf } from './calls';
import type { Span } from '../analysis/model';

export interface Chain {
  readonly span: Span;
  readonly tokens: readonly Token[];
  readonly base: string;
  /** What is behind each `->`: `real_parent`, `tgid`, `ns.inum`. */
  readonly steps: readonly string[];
}

/** The chain of names around an offset, where it is read as a value. */
export function chainAt(tokens: readonly Token[], offset: number): Chain | undefined {
  const at = tokens.findIndex(({ start, end }) => start <= offset && offset < end);
  if (at < 0) return undefined;
  const found = chains(tokens).filter(([from, to]) => from <= at && at < to);
  // A chain whose line is known, but not its column.
  const all = found.length === 0 ? chains(tokens) : found;
  const [only] = all;
  return only && all.length === 1 ? readChain(tokens, ...only) : undefined;
}

/** All `a->b…` of the tokens, as places in them. */
function chains(tokens: readonly Token[]): [number, number][] {
  const found: [number, number][] = [];
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i]?.kind !== 'word' || !/^(?:->|\.)$/.test(tokens[i + 1]?.text ?? '')) continue;
    const from = i;
    while (/^(?:->|\.)$/.test(tokens[i + 1]?.text ?? '') && tokens[i + 2]?.kind === 'word') i += 2;
    if (tokens.slice(from, i + 1).some(({ text }) => text === '->')) found.push([from, i + 1]);
  }
  return found;
}

function readChain(tokens: readonly Token[], from: number, to: number): Chain | undefined {
  const own = tokens.slice(from, to);
  const [base] = own;
  const previous = tokens[from - 1]?.text;
  const next = tokens[to]?.text;
  const isChanged =
    (next === '=' && tokens[to + 1]?.text !== '=') ||
    (/^[-+*/%&|^]$/.test(next ?? '') && (tokens[to + 1]?.text === '=' || tokens[to + 1]?.text === next)) ||
    (/^[<>]$/.test(next ?? '') && tokens[to + 1]?.text === next && tokens[to + 2]?.text === '=');
  const isLogicalAnd = next === '&' && tokens[to + 1]?.text === '&';
  if (
    (isChanged && !isLogicalAnd && !(next === '|' && tokens[to + 1]?.text === '|')) ||
    next === '[' ||
    next === '('
  )
    return undefined;
  const before = tokens[from - 2]?.text;
  const isAddress = previous === '&' && before !== '&' && !/^[\w)\]]+$/.test(before ?? '');
  const isStep = (previous === '+' || previous === '-') && before === previous;
  if (!base || isAddress || isStep || previous === '->' || previous === '.' || previous === '*')
    return undefined;
  const steps: string[] = [];
  for (let i = 1; i < own.length; i += 2) {
    const member = own[i + 1]?.text ?? '';
    if (own[i]?.text === '->') steps.push(member);
    else if (steps.length > 0) steps.push(`${steps.pop() ?? ''}.${member}`);
    else return undefined;
  }
  return { span: spanOf(own), tokens: own, base: base.text, steps };
}
