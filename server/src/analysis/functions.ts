/**
 * The head of a function definition, read from tokens: in BPF programs heads are where the macros are
 * (`statfunc`, `__always_inline`, `BPF_PROG(name, …)`), and tokens do not mind words they have never seen.
 */
import { splitArguments } from './arguments';
import type { ChunkText } from './chunk-text';
import type { Token } from './lexer';
import { endOfGroup, isAttribute, isQualifier } from './mask';
import type { FunctionDef, Parameter, Span } from './model';

/** libbpf's macros that declare a program and leave `ctx` in scope. */
const wordsMacros = /^BPF_(?:PROG|PROG2)$/;
const registersMacros = /^BPF_(?:KPROBE|KRETPROBE|UPROBE|URETPROBE|KSYSCALL|KPROBE_SYSCALL|USDT)$/;

/** What `ctx` is inside of a function that this macro declares. */
export function macroContext(macro: string): 'words' | 'registers' | undefined {
  if (wordsMacros.test(macro)) return 'words';
  return registersMacros.test(macro) ? 'registers' : undefined;
}

/** The function that a chunk defines; spans are the chunk's own. */
export interface FunctionHead extends Omit<FunctionDef, 'conditional'> {
  /** A preprocessor line stands between the first token and the body: there may be another signature. */
  readonly ambiguous: boolean;
}

/** Tokens of a chunk's declaration, without sections and attributes. */
export function declarationTokens(tokens: readonly Token[]): Token[] {
  const kept: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (!token) break;
    const opens = tokens[i + 1]?.text === '(';
    if (opens && (token.text === 'SEC' || isAttribute(token.text))) i = endOfGroup(tokens, i + 1) - 1;
    else if (!isQualifier(token.text)) kept.push(token);
  }
  return kept;
}

/** Undefined where the chunk defines no function, or declares it in a way that is not understood. */
export function functionHead(chunk: ChunkText): FunctionHead | undefined {
  const declaration = declarationTokens(chunk.tokens);
  const brace = declaration.findIndex((token) => token.text === '{');
  const close = declaration.at(-1);
  const open = declaration[brace];
  if (!open || !close) return undefined;
  // While the body is being typed its brace may be missing: it then reaches as far as the chunk.
  const bodyEnd = close.text === '}' ? close.end : chunk.text.length;
  const list = lastGroup(declaration, brace);
  if (!list) return undefined;
  const [from, to] = list;
  const word = declaration[from - 1];
  const first = declaration[0];
  const parenthesis = declaration[from];
  const end = declaration[to];
  // `name(…) {` without a type before it is a macro that nobody here knows.
  if (!word || !first || !parenthesis || !end || word === first || word.kind !== 'word') return undefined;
  if (declaration.slice(0, from - 1).some((token) => token.text === '=' || token.text === '{'))
    return undefined;
  const parameters = splitArguments(declaration.slice(from + 1, to));
  const macro = /^[A-Z][A-Z0-9_]+$/.test(word.text) ? word.text : undefined;
  const name = macro === undefined ? word : parameters[0]?.length === 1 ? parameters[0][0] : undefined;
  if (name?.kind !== 'word') return undefined;
  return {
    name: name.text,
    nameSpan: { start: name.start, end: name.end },
    span: { start: first.start, end: bodyEnd },
    parameterSpan: { start: parenthesis.end, end: end.start },
    bodySpan: { start: open.start, end: bodyEnd },
    parameters: parameters.slice(macro === undefined ? 0 : 1).flatMap((tokens) => parameter(tokens) ?? []),
    ...(macro !== undefined && { macro }),
    isStatic: declaration.slice(0, from).some((token) => token.text === 'static'),
    ambiguous: chunk.directives.some((line) => line.start > first.start && line.start < open.start),
  };
}

/** The name of the function that a chunk only declares: `int f(void);`. */
export function prototypeName(chunk: ChunkText): string | undefined {
  const declaration = declarationTokens(chunk.tokens);
  if (
    declaration.at(-1)?.text !== ';' ||
    declaration.some((token) => token.text === '{' || token.text === '=')
  ) {
    return undefined;
  }
  const list = lastGroup(declaration, declaration.length - 1);
  const word = list && declaration[list[0] - 1];
  return word?.kind === 'word' && word !== declaration[0] ? word.text : undefined;
}

/** The name that `int x;` or `struct s x = {…};` defines, unless it is constant, static or declared elsewhere. */
export function mutableVariable(tokens: readonly Token[]): string | undefined {
  const declaration = declarationTokens(tokens);
  const end = declaration.findIndex((token) => /^[=;[({]$/.test(token.text));
  const head = declaration.slice(0, end);
  if (end < 2 || /^[({]$/.test(declaration[end]?.text ?? '')) return undefined;
  if (head.some((token) => /^(?:const|static|extern|typedef)$/.test(token.text) || token.text === ','))
    return undefined;
  const name = head.at(-1);
  return name?.kind === 'word' ? name.text : undefined;
}

/** The indices of the parentheses right before `end`; trailing words (attributes nobody knows) may follow them. */
function lastGroup(tokens: readonly Token[], end: number): [number, number] | undefined {
  let close = end - 1;
  while (close >= 0 && tokens[close]?.kind === 'word') close--;
  if (tokens[close]?.text !== ')') return undefined;
  let depth = 0;
  for (let i = close; i >= 0; i--) {
    if (tokens[i]?.text === ')') depth++;
    else if (tokens[i]?.text === '(' && --depth === 0) return [i, close];
  }
  return undefined;
}

/** Undefined for `void`, which is no parameter. */
function parameter(tokens: readonly Token[]): Parameter | undefined {
  const first = tokens[0];
  const last = tokens.at(-1);
  if (!first || !last || (tokens.length === 1 && first.text === 'void')) return undefined;
  const span: Span = { start: first.start, end: last.end };
  const nameIndex = parameterName(tokens);
  const name = tokens[nameIndex];
  if (!name) return { name: '', span, type: typeText(tokens), typeSpan: span };
  return {
    name: name.text,
    nameSpan: { start: name.start, end: name.end },
    span,
    type: typeText(tokens.filter((_, i) => i !== nameIndex)),
    typeSpan: { start: first.start, end: (tokens[nameIndex - 1] ?? first).end },
  };
}

const qualifier = /^(?:const|volatile|restrict|__restrict|register)$/;
const typeWord = /^(?:struct|union|enum|unsigned|signed|long|short|int|char|void|float|double|_Bool|bool)$/;

/** The index of the declared name, or -1. */
function parameterName(tokens: readonly Token[]): number {
  const pointer = tokens.findIndex((token) => token.text === '*' || token.text === '^');
  if (pointer >= 0) {
    return tokens.findIndex(
      (token, i) => i > pointer && token.kind === 'word' && !qualifier.test(token.text),
    );
  }
  const bracket = tokens.findIndex((token) => token.text === '[');
  const words = tokens.slice(0, bracket < 0 ? tokens.length : bracket);
  const last = words.length - 1;
  const word = words[last];
  const before = words.slice(0, last).filter((token) => !qualifier.test(token.text));
  if (word?.kind !== 'word' || typeWord.test(word.text) || qualifier.test(word.text) || before.length === 0)
    return -1;
  const tag = /^(?:struct|union|enum)$/.test(before.at(-1)?.text ?? '');
  return tag ? -1 : last;
}

/** Tokens with one blank between words, and before the first `*`: `struct T *`, `__u64 []`. */
export function typeText(tokens: readonly Token[]): string {
  let text = '';
  for (const [i, token] of tokens.entries()) {
    const glued =
      i === 0 ||
      (/^[*\]),]$/.test(token.text) && text.endsWith('*')) ||
      /[([]$/.test(text) ||
      /^[\]),]$/.test(token.text);
    text += glued ? token.text : ` ${token.text}`;
  }
  return text;
}
