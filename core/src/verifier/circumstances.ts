/** What is known where the verifier stopped: the ground on which explanations stand. */
import { HELPER_ROWS } from '../bpf/helpers.generated';
import type { Step } from './frames';
import { writtenRegisters } from './instruction';
import type { MatchedMessage } from './message-match';
import type { ProgramLog, SourcePosition } from './model';
import type { ProgramLines } from './position';
import { parseRegisterValue } from './register-state';
import type { RegisterValue } from './register-state';
import type { Tracer } from './trace';

export interface ExplainOptions {
  /** The section of the program, where it is known: `tp/syscalls/sys_enter_openat`. */
  readonly section?: string;
  /** Of the object's program. */
  readonly lines?: ProgramLines;
  /** The lines of a source file, where it can be read. */
  readonly source?: (file: string) => readonly string[] | undefined;
}

/** A way through a program, and what its source says about it. */
export interface Walk {
  readonly options: ExplainOptions;
  readonly tracer: Tracer;
}

export interface Circumstances extends Walk {
  readonly log: ProgramLog;
  readonly message: MatchedMessage;
  /** The kernel's words that the table has names for, of all its messages. */
  readonly facts: ReadonlyMap<string, string>;
  /** Where in the path the verifier stopped; -1 where the log has no path. */
  readonly at: number;
}

export function stepAt({ tracer }: Circumstances, at: number): Step | undefined {
  return tracer.steps[at];
}

/** The name of the function that is called at a step. */
export function calledFunction({ tracer, options }: Walk, at: number): string | undefined {
  const step = tracer.steps[at];
  if (step?.effect.kind === 'call') return step.effect.name;
  if (step?.effect.kind !== 'call-local') return undefined;
  return options.lines?.function(step.instruction.index + 1 + step.effect.target)?.name;
}

/** What the log prints last of a register before a step; undefined where it was written since. */
export function registerBefore({ tracer }: Walk, at: number, register: number): RegisterValue | undefined {
  const { steps } = tracer;
  const frame = steps[at]?.frame;
  const name = `R${register}`;
  for (let i = at; i >= 0; i--) {
    const step = steps[i];
    if (!step) break;
    if (i < at) {
      if (step.frame === frame) {
        const after = step.instruction.after?.frame === frame ? step.instruction.after : undefined;
        const printed = after?.values.get(name);
        if (printed !== undefined) return parseRegisterValue(printed);
        if (writtenRegisters(step.effect).includes(register)) return undefined;
      } else if (step.frame < (frame ?? 0)) return undefined;
    }
    const before = step.instruction.before;
    const printed = before && before.frame === frame ? before.values.get(name) : undefined;
    if (printed !== undefined) return parseRegisterValue(printed);
  }
  return undefined;
}

/** The line of a step, or of the nearest step before it in the same frame that has one. */
export function positionOf({ tracer }: Walk, at: number): SourcePosition | undefined {
  const frame = tracer.steps[at]?.frame;
  for (let i = at; i >= 0; i--) {
    const step = tracer.steps[i];
    if (step?.frame === frame && step?.instruction.position) return step.instruction.position;
  }
  return undefined;
}

/** The line and what follows it, where the file can be read: a call may go over several lines. */
export function statementText({ options }: Walk, position: SourcePosition): string {
  if (position.file === undefined || position.line === undefined) return position.text;
  const lines = options.source?.(position.file);
  if (lines?.[position.line - 1]?.trim() !== position.text.trim()) return position.text;
  const rest = lines.slice(position.line, position.line + 12);
  const end = rest.findIndex((line) => /;\s*(?:\/\/.*|\/\*.*)?$/.test(line) || line.trim() === '');
  if (/;\s*(?:\/\/.*)?$/.test(position.text)) return position.text;
  return [position.text, ...rest.slice(0, end + 1)].join('\n');
}

/** The name that a helper's prototype gives an argument, from 1. */
export function parameterName(helper: string, argument: number): string | undefined {
  const row = HELPER_ROWS.find(([, name]) => name === helper);
  const list = row && /\((.*)\)$/.exec(row[2])?.[1];
  return list?.split(',')[argument - 1]?.match(/(\w+)\s*$/)?.[1];
}
