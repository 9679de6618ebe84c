/** Which register a refusal is about, and where its value comes from. */
import { calledFunction, parameterName, positionOf, registerBefore } from './circumstances';
import type { Circumstances } from './circumstances';
import type { Blame } from './messages/rule';
import type { RegisterValue } from './register-state';
import type { Trace, TraceEnd } from './trace';
import { indexExpression, nameAtOrigin, nameOfValue } from './value-name';

export interface Culprit {
  readonly register: number;
  readonly trace: Trace;
  /** What the source calls it. */
  readonly name?: string;
  readonly holds?: RegisterValue;
}

/** The register that a rule is about; undefined where it is about none, or the log has no instructions. */
export function culpritOf(c: Circumstances, about: Blame): Culprit | undefined {
  const register = c.at < 0 ? undefined : registerOf(c, about);
  if (register === undefined) return undefined;
  const trace = c.tracer.trace(c.at, register);
  const name = nameOfValue(c, c.at, register, trace);
  const holds = registerBefore(c, c.at, register);
  return { register, trace, ...(name !== undefined && { name }), ...(holds && { holds }) };
}

function registerOf(c: Circumstances, about: Blame): number | undefined {
  const named = /^R(\d+)$/.exec(c.facts.get('reg') ?? c.facts.get('arg') ?? '')?.[1];
  switch (about) {
    case 'none':
      return undefined;
    case 'result':
      return 0;
    case 'address':
      return addressRegister(c) ?? (named === undefined ? undefined : Number(named));
    case 'size':
      return named === undefined ? sizeArgument(c) : Number(named);
    default:
      if (named !== undefined) return Number(named);
      return argumentNumber(c) ?? addressRegister(c) ?? arithmeticTarget(c);
  }
}

/** The only argument of a helper that is called a size; kernels before 6.8 do not name the register. */
function sizeArgument(c: Circumstances): number | undefined {
  const call = calledFunction(c, c.at);
  const sizes = [1, 2, 3, 4, 5].filter(
    (at) => call !== undefined && /(?:^|_)(?:size|len|sz)(?:_|$)/.test(parameterName(call, at) ?? ''),
  );
  return sizes.length === 1 ? sizes[0] : undefined;
}

function addressRegister({ tracer, at }: Circumstances): number | undefined {
  const effect = tracer.steps[at]?.effect;
  if (effect?.kind === 'load') return effect.from;
  if (effect?.kind === 'store' || effect?.kind === 'atomic') return effect.base;
  return undefined;
}

function arithmeticTarget({ tracer, at }: Circumstances): number | undefined {
  const effect = tracer.steps[at]?.effect;
  return effect?.kind === 'arithmetic' ? effect.to : undefined;
}

/** The number that was added to a pointer, on the way to where it is used. */
export interface Index {
  readonly register: number;
  readonly at: number;
  readonly trace: Trace;
  readonly name?: string;
  readonly holds?: RegisterValue;
}

export function indexOf(c: Circumstances, pointer: Culprit): Index | undefined {
  const own = c.tracer.steps[c.at]?.effect;
  const additions = pointer.trace.steps.filter((step) => step.kind === 'arithmetic');
  const candidates = [
    ...(own?.kind === 'arithmetic' && own.by !== undefined ? [{ at: c.at, by: own.by }] : []),
    ...additions.flatMap(({ at, by }) => (by === undefined ? [] : [{ at, by }])),
  ];
  for (const { at, by } of candidates) {
    const holds = registerBefore(c, at, by);
    if (holds?.type === 'scalar' && holds.constant !== undefined) continue;
    // `number += pointer` makes a pointer, too: then the number is the other one.
    const isPointer = holds !== undefined && holds.type !== 'scalar';
    const register = isPointer ? targetRegister(c, at) : by;
    if (register === undefined) continue;
    const trace = c.tracer.trace(at, register);
    const value = isPointer ? registerBefore(c, at, register) : holds;
    const name = indexExpression(c, at) ?? indexExpression(c, c.at) ?? mentionedOrigin(c, at, trace);
    return { register, at, trace, ...(name !== undefined && { name }), ...(value && { holds: value }) };
  }
  return undefined;
}

function targetRegister({ tracer }: Circumstances, at: number): number | undefined {
  const effect = tracer.steps[at]?.effect;
  return effect?.kind === 'arithmetic' ? effect.to : undefined;
}

function mentionedOrigin(c: Circumstances, at: number, trace: Trace): string | undefined {
  const name = nameAtOrigin(c, trace);
  const here = positionOf(c, at);
  return name !== undefined && here?.text.includes(name) ? name : undefined;
}

/** The number of the argument that is wrong, from 1. */
export function argumentNumber({ facts, at, tracer }: Circumstances): number | undefined {
  const effect = tracer.steps[at]?.effect;
  const isCall = effect === undefined || effect.kind === 'call' || effect.kind === 'call-local';
  const register = /^R([1-5])$/.exec(facts.get('reg') ?? facts.get('arg') ?? '')?.[1];
  if (register !== undefined) return isCall ? Number(register) : undefined;
  // `arg#0` counts from 0; `arg #1` does in some kernels and not in others.
  const fromZero = /^arg#?(\d+)$/.exec(facts.get('arg') ?? '')?.[1] ?? facts.get('n');
  if (fromZero !== undefined && isCall) return Number(fromZero) + 1;
  const fromOne = facts.get('nth');
  return fromOne === undefined ? undefined : Number(fromOne);
}

/** `argument 2 (key) of bpf_map_lookup_elem()` */
export function argumentPhrase(c: Circumstances): string | undefined {
  const number = argumentNumber(c);
  if (number === undefined || c.at < 0) return undefined;
  const call = calledFunction(c, c.at);
  const parameter = call === undefined ? undefined : parameterName(call, number);
  return `argument ${number}${parameter === undefined ? '' : ` (${parameter})`}${call ? ` of ${call}()` : ''}`;
}

/** Where a value comes from, as a phrase: `bpf_map_lookup_elem() on line 12`. */
export function originPhrase(c: Circumstances, end: TraceEnd): string | undefined {
  switch (end.kind) {
    case 'call': {
      const name = calledFunction(c, end.at) ?? end.name;
      return name === '' ? undefined : `${name}()${onLine(c, end.at)}`;
    }
    case 'clobbered':
    case 'written':
      return end.name === '' ? undefined : `${end.name}()${onLine(c, end.at)}`;
    case 'load':
      return onLine(c, end.at) === '' ? undefined : `a read from memory${onLine(c, end.at)}`;
    case 'constant':
      return end.value === undefined ? undefined : `the constant ${end.value}${onLine(c, end.at)}`;
    case 'ctx':
      return 'the program’s ctx';
    default:
      return undefined;
  }
}

/** Empty where it is the line at which the verifier stopped, or no line is known. */
function onLine(c: Circumstances, at: number): string {
  const line = positionOf(c, at)?.line;
  return line === undefined || line === positionOf(c, c.at)?.line ? '' : ` on line ${line}`;
}
