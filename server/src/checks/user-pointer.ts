/**
 * The arguments of a system call that are pointers hold addresses of the process. The verifier refuses to read through
 * them, and a helper that reads the kernel's memory does not reach them: it fails and leaves zeros.
 */
import { fieldFacts } from '#core/kernel/fields';
import { tokenize, type Token } from '../analysis/lexer';
import type { CtxUse, Span } from '../analysis/model';
import { fieldOfUse } from '../ctx/field';
import { certainUses } from '../ctx/tracepoint-uses';
import type { DocumentView } from '../view';
import type { Check, Finding } from './check';

/** What reads the kernel's memory, and its counterpart for that of the process. `bpf_probe_read` reads either on x86. */
const counterparts: ReadonlyMap<string, string> = new Map([
  ['bpf_probe_read_kernel', 'bpf_probe_read_user'],
  ['bpf_probe_read_kernel_str', 'bpf_probe_read_user_str'],
  ['bpf_core_read', 'bpf_core_read_user'],
  ['bpf_core_read_str', 'bpf_core_read_user_str'],
]);
/** dst, size, src: for all of them. */
const sourceArgument = 2;

export const userPointer: Check = {
  code: 'user-pointer',
  run: (view) =>
    certainUses(view).flatMap(({ use, format }): readonly Finding[] => {
      const field = use.access === 'read' ? fieldOfUse(view, use, format)?.field : undefined;
      if (field === undefined || fieldFacts(format, field).value !== 'user-pointer') return [];
      if (use.dereferenced) return [refused(use, field.name)];
      const reads = use.consumer === undefined ? readsOfLocal(view, use) : readsOf(use.consumer);
      return reads.map((read) => failing(read, field.name));
    }),
};

interface Read {
  readonly callee: string;
  readonly calleeSpan: Span;
  readonly argumentSpan: Span;
}

function refused({ span }: CtxUse, name: string): Finding {
  return {
    code: 'user-pointer',
    span,
    severity: 'error',
    dependsOnKernel: true,
    message: `${name} points into the memory of the process: the verifier refuses to read through it. Copy what is there with bpf_probe_read_user() or bpf_probe_read_user_str().`,
    fixes: [],
  };
}

function failing({ callee, calleeSpan, argumentSpan }: Read, name: string): Finding {
  const right = counterparts.get(callee) ?? '';
  return {
    code: 'user-pointer',
    span: argumentSpan,
    severity: 'warning',
    dependsOnKernel: true,
    message: `${name} points into the memory of the process, which ${callee}() does not read: it fails and leaves zeros. Use ${right}().`,
    fixes: [
      { title: `Change to ${right}()`, edits: [{ span: calleeSpan, newText: right }], preferred: true },
    ],
  };
}

function readsOf(consumer: NonNullable<CtxUse['consumer']>): readonly Read[] {
  return consumer.argument === sourceArgument && counterparts.has(consumer.callee) ? [consumer] : [];
}

/** Of `const char *name = (const char *)ctx->args[1];`, where nothing else is ever put into the variable. */
function readsOfLocal({ text }: DocumentView, { programs, span }: CtxUse): readonly Read[] {
  const [program, ...others] = programs;
  const { bodySpan } = program.function;
  if (others.length > 0 || span.start < bodySpan.start || span.end > bodySpan.end) return [];
  const tokens = tokenize(text, bodySpan.start, bodySpan.end);
  const name = initialized(tokens, span);
  if (name === undefined || tokens.some(({ kind }) => kind === 'directive') || isChanged(tokens, name))
    return [];
  return tokens.flatMap((token, at) => {
    if (!counterparts.has(token.text) || tokens[at + 1]?.text !== '(') return [];
    const source = argumentsOf(tokens, at + 1)[sourceArgument];
    const [first, last] = [source?.at(0), source?.at(-1)];
    if (source === undefined || first === undefined || last === undefined) return [];
    if (withoutCasts(source).length !== 1 || last.text !== name) return [];
    const calleeSpan = { start: token.start, end: token.end };
    return [{ callee: token.text, calleeSpan, argumentSpan: { start: first.start, end: last.end } }];
  });
}

/** The variable that the expression alone initialises, casts aside. */
function initialized(tokens: readonly Token[], { start, end }: Span): string | undefined {
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

/** Assigned again, declared again, or its address is given away. */
function isChanged(tokens: readonly Token[], name: string): boolean {
  const writes = tokens.filter(({ text }, at) => {
    if (text !== name) return false;
    const [before, after, next] = [tokens[at - 1]?.text, tokens[at + 1]?.text ?? '', tokens[at + 2]?.text];
    const isAssigned = after === '=' && next !== '=';
    const isOperated = /^[-+*/%&|^<>]$/.test(after) && (next === '=' || next === after);
    return isAssigned || isOperated || before === '&' || before === '+' || before === '-';
  });
  return writes.length !== 1;
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
