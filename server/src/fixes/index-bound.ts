/** `if (i >= 16) return 0;` before an index is used; a check that lets too much through is made right. */
import { HELPER_ROWS } from '#core/bpf/helpers.generated';
import type { Token } from '../analysis/lexer';
import { spelled } from './calls';
import { declarationOf, isUnsigned, isWide, lengthOf, memberOf, type Declared } from './declared';
import { guardsOf, upperBound } from './guards';
import { linesBefore } from './layout';
import { guard, leaveAt, loopAround } from './leave';
import type { Edit, FixContext, VerdictFix } from './model';
import { mentions } from './statements';

export const indexBound: VerdictFix = {
  rules: [
    'unbounded-index',
    'map-value-index',
    'stack-variable-bounds',
    'memory-index',
    'negative-index',
    'pointer-offset-range',
  ],
  fix(c) {
    const { stop, verdict } = c;
    const name = verdict.index ?? verdict.value;
    if (name === undefined || !/^[A-Za-z_]\w*$/.test(name)) return undefined;
    const declared = declarationOf(c, stop, name);
    const unsigned = declared && isUnsigned(declared);
    if (!declared || unsigned === undefined || !mentions(stop.statement.tokens, name)) return undefined;
    const loop = loopAround(stop.statement);
    if (loop && mentions(loop.head, name)) return undefined;
    if (isTruncated(declared)) {
      const masked = maskedIndex(c, name);
      if (masked) return masked;
    }
    const guards = guardsOf(stop.statement, name);
    const upper = guards.findLast(({ operator }) => operator.startsWith('>'));
    const lower = guards.findLast(({ operator }) => operator.startsWith('<'));
    const isNegative = !unsigned && /^(?:negative-index|pointer-offset-range)$/.test(verdict.rule);
    if (isNegative && lower) return change(lower.span, `${name} < 0`, name);
    if (isNegative && upper)
      return change({ start: upper.span.start, end: upper.span.start }, `${name} < 0 || `, name);
    const array = arrayAt(stop.statement.tokens, name, stop.offset);
    const length = array && lengthOf(c, stop, array);
    if (!array || length === undefined) return undefined;
    if (upper) {
      const allowed = upperBound(upper);
      const elements = countOf(c, array);
      if (allowed === undefined || (elements !== undefined && allowed < elements)) return undefined;
      return change(upper.span, `${name} >= ${allowed === elements ? elements : length}`, name);
    }
    return unboundedAt(c, name, `${unsigned ? '' : `${name} < 0 || `}${name} >= ${length}`);
  },
};

function change(span: Edit['span'], newText: string, name: string): ReturnType<VerdictFix['fix']> {
  return {
    title: `Check \`${name}\` against what the array has`,
    edits: [{ span, newText }],
    preferred: true,
  };
}

function unboundedAt(c: FixContext, name: string, condition: string): ReturnType<VerdictFix['fix']> {
  const { statement } = c.stop;
  if (statement.kind === 'loop') return undefined;
  const leave = leaveAt(c, c.stop, statement);
  const edits = leave && linesBefore(c.text, statement, guard(condition, leave));
  return edits && { title: `Return early where \`${name}\` is beyond the array`, edits, preferred: true };
}

/**
 * Whether it is the lower half of a wider value: then the compiler asks `i & ~15` of the whole one where the program asks
 * `i >= 16`, and the verifier learns nothing from that.
 */
function isTruncated({ type, initializer }: Declared): boolean {
  if (isWide(type)) return false;
  const [name, open] = initializer ?? [];
  const row = open?.text === '(' ? HELPER_ROWS.find(([, helper]) => helper === name?.text) : undefined;
  return !row?.[2].startsWith('__u32 ');
}

/** `i & 15` in an array of 16; undefined for a length that no mask says. */
function maskedIndex(c: FixContext, name: string): ReturnType<VerdictFix['fix']> {
  const array = arrayAt(c.stop.statement.tokens, name, c.stop.offset);
  const count = array && countOf(c, array);
  if (!array || count === undefined || count < 2 || (count & (count - 1)) !== 0) return undefined;
  const edits = c.stop.statement.tokens.flatMap((token, i, tokens): Edit[] => {
    const isIndex = token.text === name && tokens[i - 1]?.text === '[' && tokens[i + 1]?.text === ']';
    const isOwn = tokens[i - 2]?.text === array.at(-1)?.text;
    return isIndex && isOwn
      ? [{ span: { start: token.end, end: token.end }, newText: ` & ${count - 1}` }]
      : [];
  });
  if (edits.length === 0) return undefined;
  return { title: `Mask \`${name}\` with ${count - 1}, the last of the array`, edits, preferred: true };
}

/** `t->cells` of `t->cells[i]`, where the index stands behind one array only. */
function arrayAt(tokens: readonly Token[], index: string, offset: number): readonly Token[] | undefined {
  const found = tokens.flatMap(({ text }, i) => {
    if (text !== '[' || tokens[i + 1]?.text !== index || tokens[i + 2]?.text !== ']') return [];
    let from = i - 1;
    while (/^(?:->|\.)$/.test(tokens[from - 1]?.text ?? '')) from -= 2;
    return tokens[from]?.kind === 'word' ? [tokens.slice(from, i)] : [];
  });
  const different = new Set(found.map(spelled));
  const here = found.find(
    (array) => (array[0]?.start ?? 0) <= offset && offset <= (array.at(-1)?.end ?? 0) + index.length,
  );
  return different.size === 1 ? found[0] : here;
}

/** The number of elements, where the definition says it as a number. */
function countOf(c: FixContext, array: readonly Token[]): number | undefined {
  const [variable] = array;
  if (array.length > 1 || !variable) return memberOf(c, c.stop, array)?.dimensions[0];
  const declared = declarationOf(c, c.stop, variable.text);
  const size = declared && /^\s*\[\s*(\d+)\s*\]/.exec(c.text.slice(declared.nameSpan.end, declared.end))?.[1];
  return size === undefined ? undefined : Number(size);
}
