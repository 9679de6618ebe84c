/**
 * The statements of a function that its program certainly has for the verifier: neither the compiler nor the verifier, which
 * prunes branches on constants of `.rodata` and `.kconfig`, can leave them out. Judged by tokens; loops are not looked into.
 */
import { tokenize, type Token } from '../analysis/lexer';
import type { FunctionDef, MapDef } from '../analysis/model';
import { unknownValues, type Outcomes, type UnknownValues } from './unknown-values';

export interface Statement {
  /** With its semicolon; of `if` and `switch` what is in their parentheses. */
  readonly tokens: readonly Token[];
  /** Those that are evaluated whatever the operands before them are. */
  readonly certain: readonly Token[];
  /** Of `return a ? b : c;` and of the condition of an `if`. */
  readonly outcomes?: Outcomes;
}

export function certainStatements(
  text: string,
  fn: FunctionDef,
  maps: readonly MapDef[],
): readonly Statement[] {
  const tokens = tokenize(text, fn.bodySpan.start, fn.bodySpan.end);
  const reader: Reader = { tokens, unknown: unknownValues(tokens, fn, maps), found: [], gotos: new Set() };
  block(reader, 0);
  return reader.found;
}

interface Reader {
  readonly tokens: readonly Token[];
  readonly unknown: UnknownValues;
  readonly found: Statement[];
  /** Labels that a certain `goto` names. */
  readonly gotos: Set<string>;
}

/** Where a statement ends, and whether what follows it is certain as well. */
interface Read {
  readonly end: number;
  readonly goesOn: boolean;
}

const doubtful: Read = { end: Infinity, goesOn: false };

/** From its brace on. Statements behind one that does not go on are certain again from a label on that is gone to. */
function block(reader: Reader, open: number): Read {
  const { tokens } = reader;
  let at = open + 1;
  let goesOn = true;
  while (at < tokens.length && tokens[at]?.text !== '}') {
    const label = labelAt(tokens, at);
    if (label !== undefined) {
      goesOn ||= reader.gotos.has(tokens[at]?.text ?? '');
      at = label;
      continue;
    }
    const found = reader.found.length;
    const read = statement(reader, at);
    if (!goesOn) reader.found.length = found;
    else if (!read.goesOn) goesOn = false;
    if (read.end > tokens.length) return doubtful;
    at = read.end;
  }
  return { end: at + 1, goesOn };
}

function statement(reader: Reader, at: number): Read {
  const { tokens, unknown, found, gotos } = reader;
  switch (tokens[at]?.text) {
    case '{':
      return block(reader, at);
    case 'if':
      return condition(reader, at);
    case 'switch':
      return alternatives(reader, at);
    case 'for':
    case 'while':
    case 'do':
      return skipped(reader, at);
    case 'return':
    case 'goto':
    case 'break':
    case 'continue': {
      const end = endOfExpression(tokens, at);
      if (end === undefined) return doubtful;
      if (tokens[at].text === 'goto') gotos.add(tokens[at + 1]?.text ?? '');
      const whole = tokens.slice(at, end);
      const question = whole.findIndex(({ text }) => text === '?');
      const outcomes = question > 0 && { outcomes: unknown.outcomes(whole.slice(1, question)) };
      found.push({ tokens: whole, certain: certainPart(whole), ...outcomes });
      return { end, goesOn: false };
    }
    default: {
      const end = endOfExpression(tokens, at);
      if (end === undefined) return doubtful;
      const whole = tokens.slice(at, end);
      found.push({ tokens: whole, certain: certainPart(whole) });
      // A macro with a block: a loop as likely as not.
      if (tokens[end - 1]?.text === '{') return skipped(reader, at);
      unknown.assigned(whole);
      return { end, goesOn: true };
    }
  }
}

/** `if (…) … else …` */
function condition(reader: Reader, at: number): Read {
  const { tokens, unknown, found } = reader;
  const open = at + 1;
  const close = matching(tokens, open);
  if (tokens[open]?.text !== '(' || close === undefined) return doubtful;
  const inside = tokens.slice(open + 1, close);
  const outcomes = unknown.outcomes(inside);
  found.push({ tokens: inside, certain: certainPart(inside), outcomes });
  const then = branch(reader, close + 1, outcomes.taken);
  if (then === undefined) return doubtful;
  unknown.forget(tokens.slice(at, then.end));
  if (tokens[then.end]?.text !== 'else') return { end: then.end, goesOn: then.goesOn || outcomes.passed };
  const other = branch(reader, then.end + 1, outcomes.passed);
  if (other === undefined) return doubtful;
  unknown.forget(tokens.slice(then.end, other.end));
  return {
    end: other.end,
    goesOn: (then.goesOn && (outcomes.taken || other.goesOn)) || (other.goesOn && outcomes.passed),
  };
}

/** Its statements are certain only if it can be taken. */
function branch(reader: Reader, at: number, taken: boolean): Read | undefined {
  const found = reader.found.length;
  const gotos = [...reader.gotos];
  const read = statement(reader, at);
  if (read.end > reader.tokens.length) return undefined;
  if (!taken) {
    reader.found.length = found;
    reader.gotos.clear();
    for (const label of gotos) reader.gotos.add(label);
  }
  return read;
}

/** `switch (…) { … }`: each label can be gone to where nothing is known of the value, but for `default`. */
function alternatives(reader: Reader, at: number): Read {
  const { tokens, unknown } = reader;
  const close = matching(tokens, at + 1);
  const open = (close ?? 0) + 1;
  const end = tokens[open]?.text === '{' ? matching(tokens, open) : undefined;
  if (close === undefined || end === undefined) return doubtful;
  const inside = tokens.slice(at + 2, close);
  reader.found.push({ tokens: inside, certain: certainPart(inside) });
  const { taken } = unknown.outcomes(inside);
  let goesOn = false;
  for (let next = open + 1; next < end;) {
    const label = tokens[next]?.text;
    if (label === 'case' || label === 'default') {
      goesOn = taken && label === 'case';
      next = tokens.findIndex(({ text }, n) => n > next && text === ':') + 1;
      if (next === 0) return doubtful;
      continue;
    }
    const found = reader.found.length;
    const read = statement(reader, next);
    if (read.end > end) return doubtful;
    if (!goesOn) reader.found.length = found;
    goesOn &&= read.goesOn;
    next = read.end;
  }
  unknown.forget(tokens.slice(open, end));
  return { end: end + 1, goesOn: !leaves(tokens.slice(open, end)) };
}

/** What is not looked into. Behind it all is certain unless it may leave. */
function skipped({ tokens, unknown }: Reader, at: number): Read {
  let next = at;
  // The head, then one statement; of `do`, that and its condition.
  if (tokens[at]?.text !== 'do') {
    const close = matching(tokens, at + 1);
    if (close === undefined) return doubtful;
    next = close;
  }
  const end = endOfStatement(tokens, next + 1);
  if (end === undefined) return doubtful;
  const behind = tokens[at]?.text === 'do' ? endOfExpression(tokens, end) : end;
  if (behind === undefined) return doubtful;
  const whole = tokens.slice(at, behind);
  unknown.forget(whole);
  return { end: behind, goesOn: !leaves(whole) };
}

const leaves = (tokens: readonly Token[]): boolean =>
  tokens.some(({ kind, text }) => kind === 'directive' || text === 'return' || text === 'goto');

/** Of a statement that is skipped: a block, a nested head, or an expression. */
function endOfStatement(tokens: readonly Token[], at: number): number | undefined {
  const text = tokens[at]?.text ?? '';
  if (text === '{') {
    const close = matching(tokens, at);
    return close === undefined ? undefined : close + 1;
  }
  // A branch of a branch: nobody who writes so needs us.
  if (/^(?:if|for|while|do|switch)$/.test(text)) return undefined;
  return endOfExpression(tokens, at);
}

/** After the `;`, or after the `{` that no expression has: of a macro that begins a block. */
function endOfExpression(tokens: readonly Token[], from: number): number | undefined {
  for (let at = from; at < tokens.length; at++) {
    const token = tokens[at];
    if (token === undefined || token.kind === 'directive' || /^(?:asm|__asm__|__asm|})$/.test(token.text))
      return undefined;
    if (token.text === ';') return at + 1;
    if (!/^[([{]$/.test(token.text)) continue;
    const before = tokens[at - 1]?.text ?? '';
    // `= { … }`, `(struct key){ … }` and `({ … })` are values.
    if (token.text === '{' && before === ')' && tokens[from]?.kind === 'word' && isHead(tokens, from, at))
      return at + 1;
    const close = matching(tokens, at);
    if (close === undefined || tokens.slice(at, close).some(({ kind }) => kind === 'directive'))
      return undefined;
    at = close;
  }
  return undefined;
}

/** `bpf_for(i, 0, 10) {`: nothing but a name and its parentheses before the brace. */
const isHead = (tokens: readonly Token[], from: number, brace: number): boolean =>
  tokens[from + 1]?.text === '(' && matching(tokens, from + 1) === brace - 1;

/** After `name:`, where that is a label. */
function labelAt(tokens: readonly Token[], at: number): number | undefined {
  const [name, colon] = tokens.slice(at, at + 2);
  return name?.kind === 'word' && colon?.text === ':' && name.text !== 'default' ? at + 2 : undefined;
}

function matching(tokens: readonly Token[], open: number): number | undefined {
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    const text = tokens[at]?.text ?? '';
    if (/^[([{]$/.test(text)) depth++;
    else if (/^[)\]}]$/.test(text) && --depth === 0) return at;
  }
  return undefined;
}

/** Up to what may keep the rest from being evaluated; the lexer takes `&&` for two tokens. */
function certainPart(tokens: readonly Token[]): readonly Token[] {
  const end = tokens.findIndex(({ text, end: after }, n) => {
    if (/^(?:\?|sizeof|typeof|__typeof__)$/.test(text)) return true;
    const next = tokens[n + 1];
    return /^[&|]$/.test(text) && next?.text === text && next.start === after;
  });
  return end < 0 ? tokens : tokens.slice(0, end);
}
