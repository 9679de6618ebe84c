/**
 * The stack of `#if`s around a place. Text under one may not be compiled at all, and text under `#if 0` is not.
 */

/** `guard`: an include guard, always taken; `off`: `#if 0`; `open`: anything else. */
export type ConditionKind = 'guard' | 'off' | 'open';

export interface Condition {
  readonly kind: ConditionKind;
  readonly outer: Conditions;
  /** Kinds from the outside in, one letter each: two stacks are equal when their keys are. */
  readonly key: string;
}

/** Undefined outside of any `#if`. */
export type Conditions = Condition | undefined;

export type ConditionalDirective = 'if' | 'else' | 'endif';

export function conditionalDirective(line: string): ConditionalDirective | undefined {
  switch (directiveName(line)) {
    case 'if':
    case 'ifdef':
    case 'ifndef':
      return 'if';
    case 'else':
    case 'elif':
    case 'elifdef':
    case 'elifndef':
      return 'else';
    case 'endif':
      return 'endif';
    default:
      return undefined;
  }
}

/** The word after the `#`. */
export function directiveName(line: string): string {
  return /^\s*#\s*([A-Za-z_]\w*)/.exec(line)?.[1] ?? '';
}

/** The stack after a conditional directive. `guard` says that this `#ifndef` is the file's include guard. */
export function afterDirective(conditions: Conditions, line: string, guard = false): Conditions {
  switch (conditionalDirective(line)) {
    case 'if':
      return push(conditions, guard ? 'guard' : isZero(line) ? 'off' : 'open');
    case 'else':
      return conditions && push(conditions.outer, 'open');
    case 'endif':
      return conditions?.outer;
    case undefined:
      return conditions;
  }
}

/** Under an `#if` that is not an include guard. */
export function isConditional(conditions: Conditions): boolean {
  return conditions !== undefined && /[^g]/.test(conditions.key);
}

/** Under `#if 0`. */
export function isOff(conditions: Conditions): boolean {
  return conditions?.key.includes('0') ?? false;
}

export function keyOf(conditions: Conditions): string {
  return conditions?.key ?? '';
}

function push(outer: Conditions, kind: ConditionKind): Condition {
  const letter = kind === 'guard' ? 'g' : kind === 'off' ? '0' : 'o';
  return { kind, outer, key: `${keyOf(outer)}${letter}` };
}

function isZero(line: string): boolean {
  return /^\s*#\s*if\s+0\s*(?:\/[/*].*)?$/s.test(line);
}
