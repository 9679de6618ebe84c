/** What the registers held when the verifier came to a line of the source, and what the line made of them. */
import { positionOf, registerBefore } from './circumstances';
import type { ExplainOptions, Walk } from './circumstances';
import { writtenRegisters } from './instruction';
import { parseLog } from './log';
import type { VerifiedInstruction } from './model';
import type { Visit } from './outline';
import { parseRegisterValue } from './register-state';
import type { RegisterValue } from './register-state';
import { Tracer } from './trace';
import { nameAtOrigin } from './value-name';

export interface LineState {
  /** Of the line, in the order in which they were verified. */
  readonly instructions: readonly VerifiedInstruction[];
  /** Before the first of them. */
  readonly before: readonly HeldValue[];
  /** What they wrote last, where the log says it. */
  readonly after: readonly HeldValue[];
}

export interface HeldValue {
  readonly register: number;
  readonly value: RegisterValue;
  /** In the words of the log. */
  readonly text?: string;
  /** The variable that it was assigned to. */
  readonly name?: string;
}

/** @param text one program's log @param visit one of its outline */
export function lineState(text: string, visit: Visit, options: ExplainOptions = {}): LineState | undefined {
  const log = parseLog(upTo(text, visit.last)).value.programs.at(-1);
  const path = log?.path ?? [];
  const begin = path.findIndex(({ logLine }) => logLine >= visit.first);
  if (log === undefined || begin < 0) return undefined;
  const ofFunction = log.globalFunction !== undefined;
  const complete = path[0]?.index === 0 || ofFunction;
  const walk: Walk = { options, tracer: new Tracer(path, { complete, globalFunction: ofFunction }) };
  return { instructions: path.slice(begin), before: heldBefore(walk, begin), after: heldAfter(walk, begin) };
}

function heldBefore(walk: Walk, at: number): readonly HeldValue[] {
  return [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((register) => {
    const value = registerBefore(walk, at, register);
    return value === undefined ? [] : [{ register, value, ...nameOf(walk, at, register) }];
  });
}

function heldAfter({ tracer }: Walk, begin: number): readonly HeldValue[] {
  const frame = tracer.steps[begin]?.frame;
  const held = new Map<number, HeldValue>();
  for (const { instruction, effect, frame: current } of tracer.steps.slice(begin)) {
    if (current !== frame) continue;
    for (const register of writtenRegisters(effect)) {
      const text = instruction.after?.values.get(`R${register}`);
      if (text === undefined) held.delete(register);
      else held.set(register, { register, text, value: parseRegisterValue(text) });
    }
  }
  return [...held.values()].sort((a, b) => a.register - b.register);
}

/** Where the value was not changed since. What is computed on the line that assigns it is what is assigned. */
function nameOf(walk: Walk, at: number, register: number): { readonly name?: string } {
  const trace = walk.tracer.trace(at, register);
  if (trace.end.kind !== 'call' && trace.end.kind !== 'load') return {};
  const origin = positionOf(walk, trace.end.at)?.line;
  const isChanged = trace.steps.some(
    (step) =>
      step.kind === 'arithmetic' && (origin === undefined || positionOf(walk, step.at)?.line !== origin),
  );
  const name = isChanged ? undefined : nameAtOrigin(walk, trace);
  return name === undefined ? {} : { name };
}

function upTo(text: string, lines: number): string {
  let end = -1;
  for (let line = 0; line < lines; line++) {
    end = text.indexOf('\n', end + 1);
    if (end < 0) return text;
  }
  return text.slice(0, end);
}
