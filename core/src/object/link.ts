/** A program as the verifier gets it: with the functions that it calls behind it, relocated for a kernel. */
import { INSTRUCTION_BYTES, OP, readInstructions } from '../decode/instructions';
import type { Instruction } from '../decode/instructions';
import { sectionNamed } from '../elf/elf';
import type { ElfFile, ElfRelocation } from '../elf/elf';
import { ObjectCode } from '../verifier/program-layout';
import type { CodeRange } from '../verifier/program-layout';
import type { KernelFunction, KernelFunctions } from './functions';
import type { Relocated } from './relocate';

/** What a wide load takes the address of. */
export type Address = 'map' | 'memory' | 'readonly' | 'function' | 'unknown';

export interface LinkedInstruction extends Instruction {
  readonly section: string;
  /** Bytes from the start of the section. */
  readonly offset: number;
  /** The relocation that libbpf could not make. */
  readonly poison?: Relocated;
  /** What it has for a number, an offset or an immediate, depends on what is not known of the kernel. */
  readonly isOpen?: true;
  /** Of a wide load of a number: all of it. */
  readonly wide?: bigint;
  readonly address?: Address;
  /** Where the function that it calls, or takes the address of, begins. */
  readonly callee?: { readonly start: number; readonly global: boolean };
  /** What it calls, or takes the address of, in the kernel. */
  readonly kernelFunction?: KernelFunction;
}

export interface LinkedProgram {
  readonly name: string;
  readonly section: string;
  readonly code: readonly LinkedInstruction[];
  readonly functions: readonly CodeRange[];
}

/** Those of `.text` are no programs. */
export function linkPrograms(
  elf: ElfFile,
  relocated: readonly Relocated[],
  kernelFunctions: KernelFunctions,
): readonly LinkedProgram[] {
  const objectCode = new ObjectCode(elf);
  const places = new Map(
    relocated.map((one) => [`${one.relocation.section} ${one.relocation.offset}`, one] as const),
  );
  return objectCode.functions
    .filter(({ section }) => section !== '.text')
    .map((program) => {
      const functions = objectCode.reachable(program);
      const starts = new Map<CodeRange, number>();
      let length = 0;
      for (const range of functions) {
        starts.set(range, length);
        length += range.size / INSTRUCTION_BYTES;
      }
      const code = functions.flatMap((range) =>
        linkFunction({ elf, objectCode, kernelFunctions, starts, places }, range),
      );
      return { name: program.name, section: program.section, code, functions };
    });
}

interface Context {
  readonly elf: ElfFile;
  readonly objectCode: ObjectCode;
  readonly kernelFunctions: KernelFunctions;
  readonly starts: ReadonlyMap<CodeRange, number>;
  readonly places: ReadonlyMap<string, Relocated>;
}

function linkFunction(
  { elf, objectCode, kernelFunctions, starts, places }: Context,
  range: CodeRange,
): readonly LinkedInstruction[] {
  const { section, offset: first, size } = range;
  const data = sectionNamed(elf, section)?.data ?? new Uint8Array(0);
  const instructions = readInstructions(data.subarray(first, first + size), elf.littleEndian);
  const calls = objectCode.calls(range);
  const relocations = objectCode.relocations(section);
  return instructions.map((instruction, i): LinkedInstruction => {
    const offset = first + i * INSTRUCTION_BYTES;
    const place = { ...instruction, section, offset };
    const relocated = places.get(`${section} ${offset}`);
    const open = relocated?.certain === false ? ({ isOpen: true } as const) : undefined;
    if (relocated?.outcome.kind === 'poison') return { ...place, poison: relocated, isOpen: true };
    if (open) return { ...place, ...open };
    const target = calls.get(offset);
    const start = target && starts.get(target);
    const callee = target && start !== undefined ? { callee: { start, global: target.global } } : undefined;
    const relocation = relocations.get(offset);
    const kernelFunction = relocation?.symbol.section === 0 && kernelFunctions.get(relocation.symbol.name);
    if (kernelFunction) {
      // libbpf writes 0 for the address of one that may be missing, and is.
      const isZero = instruction.opcode === OP.loadImmediate64 && kernelFunction.state === 'absent';
      return { ...place, kernelFunction, ...(isZero && { wide: 0n }) };
    }
    if (instruction.opcode === OP.loadImmediate64) {
      if (relocation) return { ...place, address: addressOf(elf, relocation), ...callee };
      const value = relocated?.outcome.kind === 'value' ? relocated.outcome.value : undefined;
      return { ...place, wide: value ?? wideNumber(instruction, instructions[i + 1]) };
    }
    if (relocated?.outcome.kind === 'value') return patched(place, relocated.outcome);
    return { ...place, ...callee };
  });
}

function patched(
  instruction: LinkedInstruction,
  { value, size }: Extract<Relocated['outcome'], { kind: 'value' }>,
): LinkedInstruction {
  const isMemory = (instruction.opcode & 7) <= 3;
  if (!isMemory) return { ...instruction, immediate: Number(BigInt.asIntN(32, value)) };
  const width = size === undefined ? undefined : widths.get(size);
  const opcode = width === undefined ? instruction.opcode : (instruction.opcode & ~0x18) | width;
  return { ...instruction, opcode, jump: Number(BigInt.asIntN(16, value)) };
}

/** BPF_SIZE by bytes. */
const widths: ReadonlyMap<number, number> = new Map([
  [1, 0x10],
  [2, 0x08],
  [4, 0x00],
  [8, 0x18],
]);

function wideNumber({ immediate }: Instruction, second: Instruction | undefined): bigint {
  return BigInt.asUintN(32, BigInt(immediate)) | (BigInt.asUintN(32, BigInt(second?.immediate ?? 0)) << 32n);
}

function addressOf(elf: ElfFile, { symbol }: ElfRelocation): Address {
  const name = elf.sections[symbol.section]?.name ?? '';
  if (name === '.maps') return 'map';
  if (/^\.(?:bss|data)\b/.test(name)) return 'memory';
  if (name.startsWith('.rodata')) return 'readonly';
  const flags = elf.sections[symbol.section]?.flags ?? 0;
  return symbol.section !== 0 && (flags & 4) !== 0 ? 'function' : 'unknown';
}
