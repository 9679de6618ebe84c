/**
 * The offset-preserving mask: C text of the same length, with the same newlines, in which everything that is no C to the
 * grammar (`SEC("…")`, attributes, `__uint(…)`, types as macro arguments), comments and preprocessor lines are blank.
 */
import { isClosed, type Token } from './lexer';
import { isScalarName } from './types';

/** Words that qualify a declaration and mean nothing to its structure. */
const qualifiers = new Set([
  ...[
    '__always_inline',
    '__noinline',
    '__weak',
    '__hidden',
    '__ksym',
    '__kconfig',
    '__naked',
    '__inline',
    '__inline__',
  ],
  ...[
    '__maybe_unused',
    '__unused',
    '__always_unused',
    '__used',
    '__packed',
    '__must_check',
    '__cold',
    '__hot',
  ],
  ...[
    '__user',
    '__kernel',
    '__rcu',
    '__percpu',
    '__iomem',
    '__force',
    '__bitwise',
    '__restrict',
    '__extension__',
  ],
  ...[
    '__arg_ctx',
    '__arg_nonnull',
    '__arg_nullable',
    '__arg_trusted',
    '__arg_arena',
    '__noreturn',
    '__arena',
    '__kptr',
  ],
  ...[
    '__kptr_untrusted',
    '__percpu_kptr',
    '__uptr',
    '__success',
    '__failure',
    '__auto_type_unused',
    'noinline',
  ],
  ...[
    '__section_maps_btf',
    '__attribute_const__',
    '__visible',
    '__nocf_check',
    '__bpf_fastcall',
    '_Noreturn',
    '__preserve_access_index',
    '__pai',
  ],
]);

const attributeWord = /^(?:__attribute(?:__)?|__aligned|_Alignas)$/;
const typeofWord = /^(?:typeof|__typeof__|__typeof|typeof_unqual)$/;
const mapField = /^__(?:uint|type|array|ulong)$/;
const tagKeyword = /^(?:struct|union|enum)$/;
const notCallee = /^(?:if|while|for|switch|return|sizeof|_Alignof|__alignof__|case|do|else|goto)$/;

export function isQualifier(word: string): boolean {
  return qualifiers.has(word) || word.startsWith('__arg_');
}

export function isAttribute(word: string): boolean {
  return attributeWord.test(word);
}

/**
 * Masks `text` from one offset to another; what comes back has that length.
 * @param tokens all code tokens of `text`, in order; what stands between two of them becomes blank
 */
export function maskCode(text: string, tokens: readonly Token[], from = 0, to = text.length): string {
  const inside = tokens.filter((token) => token.start >= from && token.end <= to);
  const dropped = droppedTokens(inside);
  const parts: string[] = [];
  let at = from;
  for (const [i, token] of inside.entries()) {
    parts.push(blank(text.slice(at, token.start)));
    if (dropped.has(i)) parts.push(blank(token.text));
    else parts.push(isCastType(inside, i) ? 'int'.padEnd(token.text.length) : plain(token));
    at = token.end;
  }
  parts.push(blank(text.slice(at, to)));
  return parts.join('');
}

/** The index after the group that opens at `open`, or of the end. */
export function endOfGroup(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    const text = tokens[i]?.text;
    if (text === '(' || text === '[' || text === '{') depth++;
    else if (text === ')' || text === ']' || text === '}') {
      depth--;
      if (depth <= 0) return i + 1;
    }
  }
  return tokens.length;
}

function droppedTokens(tokens: readonly Token[]): Set<number> {
  const dropped = new Set<number>();
  const drop = (from: number, to: number): void => {
    for (let i = from; i < to; i++) dropped.add(i);
  };
  /** Of each open parenthesis: it holds the arguments of a call. */
  const calls: boolean[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (!token || dropped.has(i)) continue;
    if (token.text === '(') calls.push(isCallee(tokens[i - 1]));
    else if (token.text === ')') calls.pop();
    if (token.kind !== 'word') continue;
    const opens = tokens[i + 1]?.text === '(';
    if (isQualifier(token.text)) drop(i, i + 1);
    else if (calls.at(-1) === true && startsArgument(tokens, i)) dropType(tokens, i, dropped);
    else if (!opens) continue;
    else if (token.text === 'SEC' || isAttribute(token.text)) drop(i, endOfGroup(tokens, i + 1));
    else if (typeofWord.test(token.text)) drop(i + 1, endOfGroup(tokens, i + 1));
    else if (mapField.test(token.text)) drop(i, afterSemicolon(tokens, endOfGroup(tokens, i + 1)));
  }
  return dropped;
}

function isCallee(token: Token | undefined): boolean {
  return token?.kind === 'word' && !notCallee.test(token.text);
}

function startsArgument(tokens: readonly Token[], i: number): boolean {
  const before = tokens[i - 1]?.text;
  return before === '(' || before === ',';
}

/** `f(struct task_struct *, x)`: a type as an argument becomes its tag. */
function dropType(tokens: readonly Token[], start: number, dropped: Set<number>): void {
  const text = tokens[start]?.text ?? '';
  if (!tagKeyword.test(text) && text !== 'const') return;
  let i = start;
  while (tagKeyword.test(tokens[i]?.text ?? '') || tokens[i]?.text === 'const') dropped.add(i++);
  const stars = ++i;
  while (tokens[i]?.text === '*') i++;
  if (tokens[i]?.text !== ',' && tokens[i]?.text !== ')') return;
  for (let star = stars; star < i; star++) dropped.add(star);
}

/**
 * The `u64` of `(u64)&x` or `(u64)(x)`: to the grammar, which knows no typedefs, the first is an AND and the second a call.
 * A keyword makes it the cast that it is.
 */
function isCastType(tokens: readonly Token[], i: number): boolean {
  const name = tokens[i]?.text ?? '';
  if (name.length < 3 || !(name.endsWith('_t') || isScalarName(name))) return false;
  if (tokens[i - 1]?.text !== '(' || tokens[i + 1]?.text !== ')') return false;
  const before = tokens[i - 2];
  const after = tokens[i + 2];
  const operand = after !== undefined && (after.kind !== 'punctuation' || /^[&*(~!+-]$/.test(after.text));
  const callee =
    before?.kind === 'word'
      ? !/^(?:return|case|else|do)$/.test(before.text)
      : /^[)\]]$/.test(before?.text ?? '');
  return operand && !callee;
}

function afterSemicolon(tokens: readonly Token[], i: number): number {
  return tokens[i]?.text === ';' ? i + 1 : i;
}

/** ASCII only, literals emptied: their text is read from the source, never from the tree. */
function plain(token: Token): string {
  switch (token.kind) {
    case 'string':
      if (token.text.length < 2 || token.text.includes('\n')) return zero(token.text);
      return `"${' '.repeat(token.text.length - 2)}"`;
    case 'char':
      return isClosed(token.text) && /^[ -~]*$/.test(token.text) ? token.text : zero(token.text);
    default:
      return /[^\x21-\x7e]/.test(token.text) ? token.text.replace(/[^\x21-\x7e\n]/g, '_') : token.text;
  }
}

function zero(text: string): string {
  return `0${blank(text.slice(1))}`;
}

function blank(text: string): string {
  return /^[ \t\r\n]*$/.test(text) ? text : text.replace(/[^\n]/g, ' ');
}
