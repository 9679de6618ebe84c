/**
 * C constant expressions as they stand in the tables of a print fmt: integers, casts, operators. Computed in
 * the types C would use (int 32 bits, long 64, as on every target here), because `~0`, `1 << 31` and `-9ULL`
 * differ by them. Total and bounded: whatever is unknown (a name, a call, undefined behaviour) gives undefined.
 */
import { apply, applySign, cast, common, literal, named, wrap, type CastType, type Integer } from './integer';
import { outside, type Tokens } from './tokens';

/** Enough for what kernels print, and no danger to the stack. */
const maxDepth = 100;

/** The value of a named constant (an enumerator of the kernel), where it is known for certain. */
export type ConstantLookup = (name: string) => bigint | undefined;

/** The value of the tokens `from` to `to` (exclusive), in the range of its C type. */
export function evaluate(
  tokens: Tokens,
  from: number,
  to: number,
  constants: ConstantLookup = () => undefined,
): bigint | undefined {
  const inRange = from < to && to <= tokens.list.length;
  return inRange ? ternary({ ...tokens, constants }, from, to, 0)?.value : undefined;
}

interface Source extends Tokens {
  readonly constants: ConstantLookup;
}

/** Operators by level, the loosest first; all of them group from the left. */
const levels: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '>', '<=', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

function ternary(tokens: Source, from: number, to: number, depth: number): Integer | undefined {
  if (depth > maxDepth) return undefined;
  const question = outside(tokens, from, to, '?');
  if (question < 0) return binary(tokens, from, to, 0, depth);
  const colon = matchingColon(tokens, question, to);
  if (colon < 0) return undefined;
  const condition = binary(tokens, from, question, 0, depth + 1);
  const yes = ternary(tokens, question + 1, colon, depth + 1);
  const no = ternary(tokens, colon + 1, to, depth + 1);
  if (condition === undefined || yes === undefined || no === undefined) return undefined;
  const type = common(yes, no);
  return wrap(condition.value !== 0n ? yes.value : no.value, type);
}

/** The `:` of the `?` at this index; the ternaries between them have their own. */
function matchingColon(tokens: Tokens, question: number, to: number): number {
  let open = 1;
  for (let i = question + 1; i < to; i++) {
    const text = tokens.list[i]?.text;
    if (text === '?') open++;
    else if (text === ':' && --open === 0) return i;
    else i = Math.max(i, tokens.partner[i] ?? -1);
  }
  return -1;
}

/** Splits at every operator of this level, then folds from the left; a range without one goes a level down. */
function binary(tokens: Source, from: number, to: number, level: number, depth: number): Integer | undefined {
  const operators = levels[level];
  if (operators === undefined) return unary(tokens, from, to, depth);
  let result: Integer | undefined;
  let operator = '';
  let start = from;
  for (let i = from; i <= to; i++) {
    const token = i < to ? tokens.list[i] : undefined;
    if (token !== undefined && !(operators.includes(token.text) && isBinaryAt(tokens, from, i))) {
      i = Math.max(i, tokens.partner[i] ?? -1);
      continue;
    }
    if (start >= i) return undefined;
    const operand = binary(tokens, start, i, level + 1, depth);
    if (operand === undefined) return undefined;
    result = operator === '' ? operand : result && apply(operator, result, operand);
    if (result === undefined) return undefined;
    operator = token?.text ?? '';
    start = i + 1;
  }
  return result;
}

/** `-` and `+` join two operands only behind an operand; behind a cast they are signs, which `unary` sorts out. */
function isBinaryAt(tokens: Tokens, from: number, i: number): boolean {
  const before = i > from ? tokens.list[i - 1] : undefined;
  if (before === undefined || before.kind === 'operator') return false;
  return !(before.text === ')' && castType(tokens, tokens.partner[i - 1] ?? -1, i - 1) !== undefined);
}

function unary(tokens: Source, from: number, to: number, depth: number): Integer | undefined {
  const first = tokens.list[from];
  if (first === undefined || from >= to || depth > maxDepth) return undefined;
  if (first.kind === 'operator') {
    const operand = unary(tokens, from + 1, to, depth + 1);
    return operand && applySign(first.text, operand);
  }
  const close = tokens.partner[from] ?? -1;
  if (first.text === '(' && close > from && close < to) {
    if (close === to - 1) return ternary(tokens, from + 1, close, depth + 1);
    const type = castType(tokens, from, close);
    const operand = unary(tokens, close + 1, to, depth + 1);
    return type && operand && cast(operand, type);
  }
  if (to !== from + 1) return undefined;
  return first.kind === 'name' ? named(tokens.constants(first.text)) : literal(first);
}

const namedTypes: ReadonlyMap<string, CastType> = new Map<string, CastType>([
  ...(['8', '16', '32', '64'] as const).flatMap((w) => {
    const width = Number(w) as 8 | 16 | 32 | 64;
    const unsigned = ['u', '__u', '__be', '__le'].map((p) => [p + w, { width, unsigned: true }] as const);
    const signed = ['s', '__s'].map((p) => [p + w, { width, unsigned: false }] as const);
    return [
      ...unsigned,
      ...signed,
      [`uint${w}_t`, { width, unsigned: true }] as const,
      [`int${w}_t`, { width, unsigned: false }] as const,
    ];
  }),
  ...['gfp_t', 'fmode_t', 'vm_fault_t', 'blk_opf_t', 'slab_flags_t', 'dev_t'].map(
    (name) => [name, { width: 32, unsigned: true }] as const,
  ),
  ['size_t', { width: 64, unsigned: true }],
  ['ssize_t', { width: 64, unsigned: false }],
  ['__kernel_rwf_t', { width: 32, unsigned: false }],
]);

const words = ['signed', 'unsigned', 'char', 'short', 'int', 'long', 'const', 'volatile', '__force'];

/** The type between these two brackets, or undefined where they hold no type that an integer can be cast to. */
function castType(tokens: Tokens, open: number, close: number): CastType | undefined {
  if (open < 0 || tokens.list[open]?.text !== '(') return undefined;
  const names = tokens.list.slice(open + 1, close);
  if (names.length === 0 || names.length > 6 || names.some((t) => t.kind !== 'name')) return undefined;
  const texts = names.map((t) => t.text).filter((t) => t !== 'const' && t !== 'volatile' && t !== '__force');
  const [only] = texts;
  if (texts.length === 1 && only !== undefined && !words.includes(only))
    return namedTypes.get(only) ?? 'unknown';
  if (texts.length === 2 && only === 'enum') return 'unknown';
  if (texts.length === 0 || texts.some((t) => !words.includes(t))) return undefined;
  const unsigned = texts.includes('unsigned');
  if (texts.includes('char')) return { width: 8, unsigned };
  if (texts.includes('short')) return { width: 16, unsigned };
  return { width: texts.includes('long') ? 64 : 32, unsigned };
}
