/** BPF instructions as they stand in a section. Source: Documentation/bpf/standardization/instruction-set.rst. */
import { Bytes } from '../elf/bytes';

export interface Instruction {
  readonly opcode: number;
  readonly destination: number;
  readonly source: number;
  /** In instructions of 8 bytes, from the next one. */
  readonly jump: number;
  readonly immediate: number;
}

export const INSTRUCTION_BYTES = 8;

export const OP = {
  loadImmediate64: 0x18,
  add64Immediate: 0x07,
  move32Immediate: 0xb4,
  move64Immediate: 0xb7,
  move32: 0xbc,
  move64: 0xbf,
  call: 0x85,
  exit: 0x95,
  jump: 0x05,
  jump32: 0x06,
} as const;

export const CLASS = { load: 0, loadMemory: 1, store: 2, storeRegister: 3, jump: 5, jump32: 6 } as const;

/** One per 8 bytes: the second half of a wide instruction is one of its own, with opcode 0. */
export function readInstructions(code: Uint8Array, littleEndian: boolean): readonly Instruction[] {
  const bytes = new Bytes(code, littleEndian);
  return Array.from({ length: Math.floor(code.length / INSTRUCTION_BYTES) }, (_, index) => {
    const at = index * INSTRUCTION_BYTES;
    const registers = bytes.u8(at + 1);
    const [low, high] = [registers & 0xf, registers >>> 4];
    return {
      opcode: bytes.u8(at),
      destination: littleEndian ? low : high,
      source: littleEndian ? high : low,
      jump: (bytes.u16(at + 2) << 16) >> 16,
      immediate: bytes.u32(at + 4) | 0,
    };
  });
}

/** The instructions that may be the next one. */
export function successors(instruction: Instruction, index: number): readonly number[] {
  const { opcode, jump, immediate } = instruction;
  const kind = opcode & 7;
  if (opcode === OP.exit) return [];
  if (opcode === OP.jump) return [index + 1 + jump];
  if (opcode === OP.jump32) return [index + 1 + immediate];
  if (opcode === OP.loadImmediate64) return [index + 2];
  if (opcode === OP.call || (kind !== CLASS.jump && kind !== CLASS.jump32)) return [index + 1];
  return [index + 1, index + 1 + jump];
}
