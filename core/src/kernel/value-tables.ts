/**
 * The tables in the arguments of a print fmt: `__print_symbolic(REC->state, { 0, "R" }, …)` and
 * `__print_flags(REC->flags, "|", { 1 << 0, "A" }, …)`, at any depth, in casts, ternaries and statement expressions.
 */
import { evaluate, type ConstantLookup } from './c/constant-expression';
import { decodeEscapes } from './c/literal';
import { outside, split, textOf, type Range, type Tokens } from './c/tokens';

/** The names that the kernel prints for the values of one field. */
export interface ValueTable {
  readonly field: string;
  /** What the kernel looks up, as written: `REC->state`, `REC->exit_reason & 0xffff`. */
  readonly expression: string;
  /** True where that is the field itself, in brackets or cast at most; else the values are of the expression only. */
  readonly direct: boolean;
  /** `symbolic`: one of the values. `flags`: the set ones, joined by the delimiter. */
  readonly kind: 'symbolic' | 'flags';
  readonly delimiter?: string;
  /** In the order of the kernel, which takes the first that fits. Entries whose value is no constant are left out. */
  readonly values: readonly NamedValue[];
}

export interface NamedValue {
  /** In the range of its C type: `-1` is -1n, `-9ULL` is 2⁶⁴-9. The kernel compares as unsigned long: modulo 2⁶⁴. */
  readonly value: bigint;
  readonly name: string;
}

const printers: ReadonlyMap<string, ValueTable['kind']> = new Map([
  ['__print_symbolic', 'symbolic'],
  ['__print_symbolic_u64', 'symbolic'],
  ['__print_flags', 'flags'],
  ['__print_flags_u64', 'flags'],
]);

export function valueTables(tokens: Tokens, constants: ConstantLookup): readonly ValueTable[] {
  const tables: ValueTable[] = [];
  tokens.list.forEach((token, i) => {
    const kind = token.kind === 'name' ? printers.get(token.text) : undefined;
    const close = tokens.partner[i + 1] ?? -1;
    if (kind === undefined || close < 0 || tokens.list[i + 1]?.text !== '(') return;
    const table = tableOf(tokens, kind, [i + 2, close], constants);
    if (table !== undefined) tables.push(table);
  });
  return tables;
}

/** The names of the fields that the tokens read, each once, in their order. */
export function fieldsIn(tokens: Tokens, from: number, to: number): readonly string[] {
  const fields = new Set<string>();
  for (let i = from; i < to; i++) {
    const token = tokens.list[i];
    if (token?.kind !== 'name') continue;
    const field = token.text === 'REC' ? recordMember(tokens, i, to) : dynamicArgument(tokens, i, to);
    if (field !== undefined) fields.add(field);
  }
  return [...fields];
}

/** `REC->x`, `(REC)->x`, `REC->__data_loc_x`. */
function recordMember(tokens: Tokens, rec: number, to: number): string | undefined {
  let arrow = rec + 1;
  while (tokens.list[arrow]?.text === ')') arrow++;
  const member = tokens.list[arrow + 1];
  if (arrow + 1 >= to || tokens.list[arrow]?.text !== '->' || member?.kind !== 'name') return undefined;
  return member.text.replace(/^__(?:data|rel)_loc_/, '');
}

/** The x of `__get_str(x)` and its like, which all take the bare name of a dynamic field. */
function dynamicArgument(tokens: Tokens, call: number, to: number): string | undefined {
  if (tokens.list[call]?.text.startsWith('__get_') !== true || call + 3 >= to) return undefined;
  const argument = tokens.list[call + 2];
  if (tokens.list[call + 1]?.text !== '(' || tokens.partner[call + 1] !== call + 3) return undefined;
  return argument?.kind === 'name' ? argument.text : undefined;
}

function tableOf(
  tokens: Tokens,
  kind: ValueTable['kind'],
  [from, to]: Range,
  constants: ConstantLookup,
): ValueTable | undefined {
  const [value, ...others] = split(tokens, from, to);
  if (value === undefined) return undefined;
  const [start, end] = value;
  // What is looked up is in the branches of a ternary; its condition only chooses.
  const [field, ...more] = fieldsIn(tokens, outside(tokens, start, end, '?') + 1 || start, end);
  if (field === undefined || more.length > 0) return undefined;
  const entries = kind === 'flags' ? others.slice(1) : others;
  const values = entries.flatMap(([a, b]) => entryOf(tokens, a, b, constants) ?? []);
  const [delimiterRange] = others;
  const delimiter = kind === 'flags' && delimiterRange ? stringOf(tokens, ...delimiterRange) : undefined;
  return {
    field,
    expression: textOf(tokens, start, end),
    direct: isDirect(tokens, start, end),
    kind,
    ...(delimiter === undefined ? {} : { delimiter }),
    values,
  };
}

/** `{ value, "name" }`. */
function entryOf(
  tokens: Tokens,
  from: number,
  to: number,
  constants: ConstantLookup,
): NamedValue | undefined {
  if (tokens.list[from]?.text !== '{' || tokens.partner[from] !== to - 1) return undefined;
  const [value, name, ...more] = split(tokens, from + 1, to - 1);
  if (value === undefined || name === undefined || more.length > 0) return undefined;
  const text = stringOf(tokens, ...name);
  const number = evaluate(tokens, ...value, constants);
  return text === undefined || number === undefined ? undefined : { value: number, name: text };
}

/** The text of literals that stand side by side; undefined for anything else. */
function stringOf(tokens: Tokens, from: number, to: number): string | undefined {
  const literals = tokens.list.slice(from, to);
  if (literals.length === 0 || literals.some((t) => t.kind !== 'string')) return undefined;
  return literals.map((t) => decodeEscapes(t.text.slice(1, -1))).join('');
}

/** `REC->x` under any number of brackets and casts. */
function isDirect(tokens: Tokens, from: number, to: number): boolean {
  let start = from;
  let end = to;
  while (tokens.list[start]?.text === '(') {
    const close = tokens.partner[start] ?? -1;
    if (close < 0 || close >= end) return false;
    if (close === end - 1) {
      start++;
      end--;
    } else if (tokens.list.slice(start + 1, close).every((t) => t.kind === 'name' && t.text !== 'REC'))
      start = close + 1;
    else return false;
  }
  return end - start === 3 && tokens.list[start]?.text === 'REC' && tokens.list[start + 1]?.text === '->';
}
