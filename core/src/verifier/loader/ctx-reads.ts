/** Which read of a program's ctx ends farthest: what the kernel compares with the event's record when it attaches. */
import type { BpfObject } from '../../elf/bpf-object';
import { sectionNamed } from '../../elf/elf';
import type { CodeRange } from '../program-layout';

export interface CtxRead {
  /** Bytes from the start of the function. */
  readonly at: number;
  readonly offset: number;
  readonly size: number;
}

const instructionBytes = 8;
const firstKept = 6;
const loadClass = 0x61;
const moveRegister = 0xbf;
const call = 0x85;
const loadImmediate64 = 0x18;
/** By the two bits of an opcode that tell the size. */
const sizes = [4, 2, 1, 8] as const;

/**
 * The instructions are read one after another. The verifier, who follows the branches, knows better: where ctx goes into
 * another function or onto the stack there is no telling.
 */
export function farthestCtxRead(
  object: BpfObject,
  { section, offset, size }: CodeRange,
): CtxRead | undefined {
  const data = sectionNamed(object.elf, section)?.data;
  if (!data || offset + size > data.length) return undefined;
  const view = new DataView(data.buffer, data.byteOffset + offset, size);
  const little = object.elf.littleEndian;
  const isCtx = new Set([1]);
  let farthest: CtxRead | undefined;
  for (let at = 0; at + instructionBytes <= size; at += instructionBytes) {
    const code = view.getUint8(at);
    const registers = view.getUint8(at + 1);
    const [to, from] = little ? [registers & 15, registers >> 4] : [registers >> 4, registers & 15];
    const kind = code & 7;
    if ((code & 0xe7) === loadClass && isCtx.has(from)) {
      const read = { at, offset: view.getInt16(at + 2, little), size: sizes[(code >> 3) & 3] ?? 0 };
      if (!farthest || read.offset + read.size > farthest.offset + farthest.size) farthest = read;
    }
    // ctx is stored, or handed to a function of the program.
    if (kind === 3 && isCtx.has(from)) return undefined;
    if (code === call && from === 1 && [1, 2, 3, 4, 5].some((register) => isCtx.has(register)))
      return undefined;
    if (code === call) for (let register = 0; register < firstKept; register++) isCtx.delete(register);
    else if (code === moveRegister && isCtx.has(from)) isCtx.add(to);
    else if (kind === 0 || kind === 1 || kind === 4 || kind === 7) isCtx.delete(to);
    if (code === loadImmediate64) at += instructionBytes;
  }
  return farthest;
}
