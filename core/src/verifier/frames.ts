/** In which call frame each instruction of a path runs. */
import type { InstructionEffect } from './instruction';
import { parseInstruction } from './instruction';
import type { VerifiedInstruction } from './model';

export interface Step {
  readonly instruction: VerifiedInstruction;
  readonly effect: InstructionEffect;
  /** 0 is the program's own, as in the log. */
  readonly frame: number;
}

/** The path with effects and frames. Where the log prints a frame it is believed, else calls and exits are counted. */
export function framesOf(path: readonly VerifiedInstruction[]): readonly Step[] {
  const steps: Step[] = [];
  let frame = 0;
  let previous: Step | undefined;
  for (const instruction of path) {
    if (previous) frame = nextFrame(previous, instruction.index);
    frame = instruction.before?.frame ?? frame;
    previous = { instruction, effect: parseInstruction(instruction.text), frame };
    steps.push(previous);
  }
  return steps;
}

function nextFrame({ effect, instruction, frame }: Step, next: number): number {
  switch (effect.kind) {
    case 'exit':
      return Math.max(0, frame - 1);
    case 'call-local':
      // A global function is not walked through again: the path goes on behind the call.
      return next === instruction.index + 1 ? frame : frame + 1;
    case 'call':
      // bpf_loop() and its like go into their callback.
      return next === instruction.index + 1 ? frame : frame + 1;
    default:
      return frame;
  }
}
