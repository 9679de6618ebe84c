/**
 * The offset-preserving mask: C text of the same length, with the same newlines, in which everything that is no C to the
 * grammar (`SEC("…")`, attributes, `__uint(…)`, types as macro arguments), comments and preprocessor lines are blank.
 */
import { isClosed, type Token } from './lexer';

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
    parts.push(dropped.has(i) ? blank(token.text) : plain(token));
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
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (token?.kind !== 'word' || dropped.has(i)) continue;
    const opens = tokens[i + 1]?.text === '(';
    if (isQualifier(token.text)) drop(i, i + 1);
    else if (!opens) continue;
    else if (token.text === 'SEC' || isAttribute(token.text)) drop(i, endOfGroup(tokens, i + 1));
    else if (typeofWord.test(token.text)) drop(i + 1, endOfGroup(tokens, i + 1));
    else if (mapField.test(token.text)) drop(i, afterSemicolon(tokens, endOfGroup(tokens, i + 1)));
    else if (!notCallee.test(token.text)) dropTypes(tokens, i + 1, endOfGroup(tokens, i + 1), dropped);
  }
  return dropped;
}

/** `f(struct task_struct *, x)`: a type as an argument becomes its tag. */
function dropTypes(tokens: readonly Token[], open: number, end: number, dropped: Set<number>): void {
  let depth = 0;
  for (let i = open; i < end; i++) {
    const text = tokens[i]?.text ?? '';
    if (text === '(') depth++;
    else if (text === ')') depth--;
    const before = tokens[i - 1]?.text;
    const first = depth === 1 && (before === '(' || before === ',');
    if (first && (tagKeyword.test(text) || text === 'const')) {
      dropped.add(i);
      let star = i + 1;
      while (tagKeyword.test(tokens[star]?.text ?? '')) dropped.add(star++);
      star++;
      while (tokens[star]?.text === '*') star++;
      if (tokens[star]?.text === ',' || tokens[star]?.text === ')') {
        for (let k = star - 1; tokens[k]?.text === '*'; k--) dropped.add(k);
      }
    }
  }
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
