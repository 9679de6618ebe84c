/** What a function does with a pointer, by all of its names. */
import type { Token } from '../analysis/lexer';
import type { SourceAnalysis } from '../analysis/model';
import { callsIn } from '../fixes/calls';
import { assignmentOf, mentions, type Statement } from '../fixes/statements';

/**
 * The variable, and those that are declared as it is and never change: `struct value *other = value;`.
 * Only the variable itself where it is assigned more than once.
 */
export function namesOf(body: Statement, variable: string): ReadonlySet<string> {
  const { tokens } = body;
  const names = new Set([variable]);
  let isOnce: boolean | undefined;
  for (let at = 3; at < tokens.length; at++) {
    const from = tokens[at];
    if (from?.kind !== 'word' || !names.has(from.text) || tokens[at - 1]?.text !== '=') continue;
    const name = tokens[at - 2]?.text ?? '';
    if (tokens[at - 3]?.text !== '*' || tokens[at + 1]?.text !== ';') continue;
    isOnce ??= isAssignedOnce(tokens, variable);
    if (isOnce && isAssignedOnce(tokens, name)) names.add(name);
  }
  return names;
}

/** Neither its address is taken nor anything added. */
function isAssignedOnce(tokens: readonly Token[], name: string): boolean {
  let count = 0;
  return tokens.every(({ text }, n) => {
    if (text !== name || isMember(tokens, n)) return true;
    const [before = '', next = '', behind = ''] = [n - 1, n + 1, n + 2].map((at) => tokens[at]?.text);
    if (next === '=' && behind !== '=') return ++count === 1;
    if (before === '&' && !/^(?:->|\.)$/.test(next)) return false;
    return !(/^[+-]$/.test(next) && (behind === next || behind === '='));
  });
}

const isMember = (tokens: readonly Token[], at: number): boolean =>
  /^(?:->|\.)$/.test(tokens[at - 1]?.text ?? '');

export const mentionsAny = (tokens: readonly Token[], names: ReadonlySet<string>): boolean =>
  tokens.some(({ kind, text }, n) => kind === 'word' && names.has(text) && !isMember(tokens, n));

/** `other = value` of two names of the same pointer. */
export const isCopy = (tokens: readonly Token[], names: ReadonlySet<string>): boolean =>
  tokens.at(-2)?.text === '=' && names.has(tokens.at(-1)?.text ?? '') && names.has(tokens.at(-3)?.text ?? '');

/** It is only read or written through, by the program itself or by functions that do not keep it. */
export function isUse(
  source: SourceAnalysis,
  tokens: readonly Token[],
  names: ReadonlySet<string>,
  isHarmless: (callee: string) => boolean,
): boolean {
  for (const name of names) {
    if (!mentions(tokens, name)) continue;
    const at = assignmentOf(tokens, name);
    if (at >= 0 && !(at === 1 && tokens[0]?.text === '*')) return false;
  }
  const calls = callsIn(source.text, tokens);
  return tokens.every(({ kind, text, start, end }, n) => {
    if (kind !== 'word' || !names.has(text) || isMember(tokens, n)) return true;
    const around = calls.filter(({ span }) => span.start < start && end <= span.end);
    if (around.some(({ name }) => !isHarmless(name) || source.functions.some((fn) => fn.name === name)))
      return false;
    if (around.some(({ name }) => name === 'sizeof')) return true;
    const isThrough = tokens[n + 1]?.text === '->' || tokens[n - 1]?.text === '*';
    // `x = &event->member` is another name for it.
    if (around.length === 0) return isThrough && !tokens.slice(0, n).some((one) => one.text === '&');
    return true;
  });
}

/** Called with the pointer, they look at what it points to. */
export const keepsNothing = (callee: string): boolean =>
  /^(?:sizeof|BPF_CORE_READ\w*|BPF_PROBE_READ\w*|BPF_SNPRINTF|bpf_probe_read\w*|bpf_core_read\w*|bpf_get_current_comm|bpf_printk|__builtin_mem(?:set|cpy)|mem(?:set|cpy)|bpf_get_stack|bpf_d_path|bpf_snprintf)$/.test(
    callee,
  );

/** A macro may do anything: use the pointer by its name, or return. */
export function hasUnknownMacros(source: SourceAnalysis, { tokens }: Statement): boolean {
  return tokens.some(({ kind, text }, n) => {
    if (kind !== 'word' || hint.test(text)) return false;
    if (source.expressions.isMacro(text)) return !source.constants.has(text);
    return tokens[n + 1]?.text === '(' && /^[A-Z][A-Z0-9_]*$/.test(text) && !/^(?:BPF|PT_REGS)_/.test(text);
  });
}

const hint = /^(?:un)?likely$/;
