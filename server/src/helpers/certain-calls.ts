/**
 * Calls of GPL-only helpers that a program certainly makes, judged by its tokens: nothing before them may be left out by
 * the compiler, or by the verifier, which prunes branches on constants of `.rodata` and `.kconfig`.
 */
import { GPL_ONLY_HELPERS } from '#core/bpf/helper-licenses.generated';
import { tokenize, type Token } from '../analysis/lexer';
import type { Span } from '../analysis/model';
import { endOfNullCheck } from '../traced/certain-read';
import type { DocumentView } from '../view';

export interface HelperCall {
  readonly helper: string;
  /** As written: the helper or libbpf's macro around it. */
  readonly callee: string;
  readonly span: Span;
}

/** libbpf's macros that end in a GPL-only helper, whatever its version. */
const macros: ReadonlyMap<string, string> = new Map([
  ['bpf_printk', 'bpf_trace_printk'],
  ['BPF_SEQ_PRINTF', 'bpf_seq_printf'],
  ['BPF_SNPRINTF', 'bpf_snprintf'],
  ['BPF_CORE_READ', 'bpf_probe_read_kernel'],
  ['BPF_CORE_READ_INTO', 'bpf_probe_read_kernel'],
  ['BPF_CORE_READ_STR_INTO', 'bpf_probe_read_kernel_str'],
  ['BPF_CORE_READ_USER', 'bpf_probe_read_user'],
  ['bpf_core_read', 'bpf_probe_read_kernel'],
  ['bpf_core_read_str', 'bpf_probe_read_kernel_str'],
]);

/** Of the file's programs, in the order of the text; none of those under `#if`. */
export function gplOnlyCalls({ text, source }: DocumentView): readonly HelperCall[] {
  const own = new Set([
    ...source.functions.map(({ name }) => name),
    ...Array.from(text.matchAll(/^[ \t]*#[ \t]*(?:define|undef)[ \t]+(\w+)/gm), ([, name]) => name),
  ]);
  return source.programs.flatMap(({ section, function: fn }) => {
    if (section.conditional || fn.conditional) return [];
    return certainTokens(tokenize(text, fn.bodySpan.start, fn.bodySpan.end)).flatMap((token, n, tokens) => {
      const callee = token.text;
      const helper = GPL_ONLY_HELPERS.has(callee) ? callee : macros.get(callee);
      if (helper === undefined || own.has(callee) || tokens[n + 1]?.text !== '(') return [];
      // A member, or a declaration of the same name.
      const before = tokens[n - 1];
      if (/^(?:->|\.|\*)$/.test(before?.text ?? '') || isType(before)) return [];
      return [{ helper, callee, span: { start: token.start, end: token.end } }];
    });
  });
}

const isType = (token: Token | undefined): boolean => token?.kind === 'word' && token.text !== 'return';

/** Behind these, what follows may not be compiled, or not be looked at. */
const doubts = /^(?:while|for|do|switch|goto|else|asm|__asm__|\?)$/;

/** The tokens of a body, from its brace on, that are run whatever happens. */
function certainTokens(body: readonly Token[]): readonly Token[] {
  const certain: Token[] = [];
  let first = true;
  let returns = false;
  let initialisers = 0;
  for (let at = 1; at < body.length; at++) {
    const token = body[at];
    if (token === undefined || isDoubt(body, at)) break;
    if (token.text === 'if') {
      const end = endOfNullCheck(body, at);
      if (end === undefined) return [...certain, ...condition(body, at)];
      at = end;
      continue;
    }
    if (first) returns = token.text === 'return';
    // A block is run for whatever its head says: only `= { … }` is none.
    if (token.text === '{' && (initialisers > 0 || body[at - 1]?.text === '=')) initialisers++;
    else if (token.text === '}' && initialisers > 0) initialisers--;
    else if (token.text === '{' || token.text === '}') break;
    certain.push(token);
    first = token.text === ';';
    if (first && returns) break;
  }
  return certain;
}

/** What is evaluated of `if (a && b)` whatever it is: up to what may keep the rest from it. */
function condition(body: readonly Token[], at: number): readonly Token[] {
  const end = body.findIndex(({ text }, n) => n > at && (isDoubt(body, n) || /^[;{]$/.test(text)));
  return body.slice(at + 1, end < 0 ? body.length : end);
}

/** The lexer takes `&&` for two tokens. */
function isDoubt(tokens: readonly Token[], at: number): boolean {
  const [token, next] = tokens.slice(at, at + 2);
  if (token === undefined || token.kind === 'directive' || doubts.test(token.text)) return true;
  return /^[&|]$/.test(token.text) && next?.text === token.text && next.start === token.end;
}
