/**
 * Values of which neither the compiler nor the verifier knows anything, so that both branches of a condition on them are
 * verified: what a helper returned, a scalar of ctx, an argument of a traced function. Followed statement by statement,
 * each until it is tested, since then something is known of it.
 */
import type { Token } from '../analysis/lexer';
import type { FunctionDef, MapDef } from '../analysis/model';
import { helperNamed } from './helpers';

/** Whether the verifier certainly looks at what follows a condition that holds, and at what follows one that does not. */
export interface Outcomes {
  readonly taken: boolean;
  readonly passed: boolean;
  /** Of the terms between `&&` or `||`, each on the ways that come to it. */
  readonly operands?: readonly Outcomes[];
}

export interface UnknownValues {
  /** Of a condition, or of the value of a `switch`. */
  outcomes(condition: readonly Token[]): Outcomes;
  assigned(statement: readonly Token[]): void;
  /** Of what these tokens may have assigned, nothing is known any more. */
  forget(tokens: readonly Token[]): void;
}

/** `assigned`: by a call that is not followed; a pointer of which the verifier may know that it is not NULL. */
type State = 'unknown' | 'assigned';

const never: Outcomes = { taken: false, passed: false };
const both: Outcomes = { taken: true, passed: true };

export function unknownValues(
  body: readonly Token[],
  fn: FunctionDef,
  maps: readonly MapDef[],
): UnknownValues {
  const states = new Map<string, State>();
  const signed = new Set(
    body.flatMap(({ text }, n) => (signedTypes.test(text) ? [body[n + 1]?.text ?? ''] : [])),
  );
  const [first] = fn.parameters;
  const ctx = fn.macro === undefined && first !== undefined ? first.name : 'ctx';
  const tested = new Set<string>();
  if (fn.macro !== undefined)
    for (const { name, type } of fn.parameters) if (!type.includes('*')) states.set(name, 'unknown');

  /** What a value of one term is known by; undefined where something may be known of it. */
  function unknownTerm(term: string): { readonly key: string; readonly signed: boolean } | undefined {
    if (states.get(term) === 'unknown') return { key: term, signed: signed.has(term) };
    const [base, member] = term.split(arrow);
    const isScalar = /^(?:\w+|args\[\d\])$/.test(member ?? '') && !addresses.test(member ?? '');
    if (base === ctx && isScalar) return { key: term, signed: false };
    const call = helperCall(term);
    return call && { key: `${term} ${tested.size}`, signed: call.signed };
  }

  /** `bpf_helper(…)`, if its result can be anything; that of a pointer, if it can be NULL. */
  function helperCall(term: string): { readonly signed: boolean } | undefined {
    const call = /^(?:\([\w*]+\))?(bpf_\w+)\((.*)\)$/.exec(term);
    const helper = call?.[1] === undefined ? undefined : helperNamed(call[1]);
    if (helper === undefined || !closesAtEnd(term)) return undefined;
    const returns = helper.prototype.slice(0, helper.prototype.indexOf(helper.name));
    if (!returns.includes('*')) return { signed: !returns.startsWith('__u') };
    const nullable = helper.name === 'bpf_ringbuf_reserve' || isLookup(helper.name, call?.[2] ?? '');
    return nullable ? { signed: false } : undefined;
  }

  /** Newer verifiers know that a constant index of an array has an element. */
  function isLookup(helper: string, list: string): boolean {
    const name = /^&(\w+),/.exec(list)?.[1];
    const type = maps.find((map) => map.name === name)?.type;
    return helper === 'bpf_map_lookup_elem' && type !== undefined && /HASH|LPM_TRIE/.test(type);
  }

  function operand(text: string): Outcomes {
    const bare = text.replace(/^(?:un)?likely(?=\()/, '');
    if (bare.startsWith('(') && matchingEnd(bare) === bare.length - 1) return operand(bare.slice(1, -1));
    const compared = /^(!?)(.+?)(?:(==|!=|<=|>=|<|>)(-?)(\w+))?$/.exec(bare);
    const [, not = '', term = '', operator, minus, other = ''] = compared ?? [];
    const known = unknownTerm(term);
    // `if (!event) return 0;`: what follows is verified, whatever is known of the pointer.
    if (known === undefined)
      return not === '!' && states.has(term) && !tested.has(term) ? { taken: false, passed: true } : never;
    if (tested.has(known.key)) return never;
    tested.add(known.key);
    if (operator === undefined) return both;
    if (minus === '-' || (/^[<>]/.test(operator) && other === '0')) return known.signed ? both : never;
    if (/^\d+$/.test(other)) return not === '' && Number(other) <= 127 ? both : never;
    return /^[A-Z][A-Z0-9_]*$/.test(other) && /^[!=]=$/.test(operator) && not === '' ? both : never;
  }

  function forget(tokens: readonly Token[]): void {
    for (const [n, { text }] of tokens.entries()) {
      const next = tokens[n + 1]?.text ?? '';
      const changed = /^[=+*/%&|^-]$/.test(next) && !isComparison(tokens, n + 1);
      if (states.has(text) && (changed || /^[&+-]$/.test(tokens[n - 1]?.text ?? ''))) states.delete(text);
    }
  }

  return {
    outcomes(condition) {
      const text = joined(condition);
      const and = topLevel(text, '&&');
      const or = topLevel(text, '||');
      const [all, operands] = or.length > 1 ? [false, or] : [true, and];
      if ((or.length > 1 && and.length > 1) || /sizeof|\?|\{/.test(withoutArguments(text))) return never;
      const outcomes = operands.map(operand);
      const taken = outcomes.map((outcome) => outcome.taken);
      const passed = outcomes.map((outcome) => outcome.passed);
      return all
        ? { taken: taken.every(Boolean), passed: passed.some(Boolean), operands: outcomes }
        : { taken: taken.some(Boolean), passed: passed.every(Boolean), operands: outcomes };
    },
    assigned(statement) {
      const at = statement.findIndex(({ text }, n) => text === '=' && !isComparison(statement, n));
      const name = statement[at - 1]?.text ?? '';
      forget(statement);
      if (at < 1 || !/^\w+$/.test(name) || /^(?:\.|->)$/.test(statement[at - 2]?.text ?? '')) return;
      const term = joined(statement.slice(at + 1, -1));
      const followed = unknownTerm(term);
      if (followed !== undefined && !tested.has(followed.key)) states.set(name, 'unknown');
      else if (/\w\(/.test(term)) states.set(name, 'assigned');
      else states.delete(name);
      tested.delete(name);
    },
    forget,
  };
}

/** `bpf_probe_read(dst, sizeof(dst), src) < 0`: what is passed does not decide it. */
const withoutArguments = (text: string): string =>
  text.replace(/\bbpf_\w+\((?:[^()]|\([^()]*\))*\)/g, 'bpf_()');

/** One character for `->`, so that its `>` is no comparison. */
const arrow = '→';
const joined = (tokens: readonly Token[]): string =>
  tokens.map(({ text }) => (text === '->' ? arrow : text)).join('');

const signedTypes = /^(?:int|long|s32|s64|__s32|__s64)$/;
/** Members of contexts that are addresses. */
const addresses = /^(?:data|data_end|data_meta|sk|flow_keys|optval|optval_end|skb|args)$/;

/** Whether the `=` here is half of `==`, `!=`, `<=` or `>=`, or the operator here is not followed by one. */
function isComparison(tokens: readonly Token[], at: number): boolean {
  const [before = '', here = '', next = ''] = [at - 1, at, at + 1].map((n) => tokens[n]?.text);
  if (here === '=') return next === '=' || /^[=!<>]$/.test(before);
  return next !== '=' && !(/^[+-]$/.test(here) && next === here);
}

/** The index of the parenthesis that closes the first one. */
function matchingEnd(text: string): number {
  let depth = 0;
  for (let at = text.indexOf('('); at < text.length; at++) {
    if (text[at] === '(') depth++;
    else if (text[at] === ')' && --depth === 0) return at;
  }
  return -1;
}

/** `f(a)(b)` and `f(a) + g(b)` do not. */
function closesAtEnd(call: string): boolean {
  const name = call.replace(/^\([\w*]+\)/, '');
  return matchingEnd(name) === name.length - 1;
}

/** The parts between operators that stand in no parentheses. */
function topLevel(text: string, operator: '&&' | '||'): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (/[([]/.test(text[at] ?? '')) depth++;
    else if (/[)\]]/.test(text[at] ?? '')) depth--;
    else if (depth === 0 && text.startsWith(operator, at)) {
      parts.push(text.slice(from, at));
      from = at + operator.length;
    }
  }
  return [...parts, text.slice(from)];
}
