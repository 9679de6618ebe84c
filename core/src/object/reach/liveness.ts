/** Which registers are read before they are written, and from where an instruction of a set can be reached. */
import { CLASS, OP, successors } from '../../decode/instructions';
import type { Instruction } from '../../decode/instructions';
import type { LinkedInstruction } from '../link';

/** A bit per register: read, and written. */
function uses({ opcode, destination, source }: Instruction): readonly [reads: number, writes: number] {
  const [to, from] = [1 << destination, 1 << source];
  const usesRegister = (opcode & 8) !== 0;
  switch (opcode & 7) {
    case CLASS.load:
      return opcode === OP.loadImmediate64 ? [0, to] : [0b111_1111, 0b11_1111];
    case CLASS.loadMemory:
      return [from, to];
    case CLASS.store:
      return [to, 0];
    case CLASS.storeRegister:
      // Atomic operations give back what was there.
      return [to | from | 1, 0];
    case CLASS.jump:
    case CLASS.jump32:
      if (opcode === OP.call) return [0b11_1110, 0b11_1111];
      if (opcode === OP.exit) return [1, 0];
      if (opcode === OP.jump || opcode === OP.jump32) return [0, 0];
      return [to | (usesRegister ? from : 0), 0];
    default: {
      const isMove = (opcode & 0xf0) === 0xb0;
      return [(isMove ? 0 : to) | (usesRegister ? from : 0), to];
    }
  }
}

/** A bit per register that is read from an instruction on, by its index. Registers 6 to 9 belong to their function. */
export function liveRegisters(code: readonly Instruction[]): readonly number[] {
  const live = code.map(() => 0);
  for (let changed = true; changed;) {
    changed = false;
    for (let at = code.length - 1; at >= 0; at--) {
      const instruction = code[at];
      if (!instruction) continue;
      const [reads, written] = uses(instruction);
      const after = successors(instruction, at).reduce((all, next) => all | (live[next] ?? 0), 0);
      const before = reads | (after & ~written);
      if (before !== live[at]) changed = true;
      live[at] = before;
    }
  }
  return live;
}

/** From which instructions one of these can be reached, through calls too. */
export function leadingTo(
  code: readonly LinkedInstruction[],
  wanted: ReadonlySet<number>,
): readonly boolean[] {
  const leads = code.map((_, at) => wanted.has(at));
  for (let changed = true; changed;) {
    changed = false;
    for (let at = code.length - 1; at >= 0; at--) {
      const instruction = code[at];
      if (leads[at] === true || !instruction) continue;
      const inner = instruction.callee && leads[instruction.callee.start];
      if (inner === true || successors(instruction, at).some((next) => leads[next])) {
        leads[at] = true;
        changed = true;
      }
    }
  }
  return leads;
}
