/**
 * Which instruction of a loaded program is which of the object file. libbpf puts behind a program the functions that it
 * calls, each once, in the order of the calls, each followed by those that it calls itself. Source: libbpf's
 * src/libbpf.c, bpf_object__reloc_code(), bpf_object__append_subprog_code().
 */
import { SHF_EXECINSTR } from '../elf/elf';
import type { ElfFile, ElfRelocation, ElfSection } from '../elf/elf';
import { relocationsOf } from '../elf/reader';

/** A function of the object: a BPF program, or what one calls. Offsets and sizes in bytes. */
export interface CodeRange {
  readonly name: string;
  readonly section: string;
  readonly offset: number;
  readonly size: number;
  readonly global: boolean;
}

/** Where a loaded instruction comes from. */
export interface CodePlace {
  readonly function: CodeRange;
  /** Bytes from the start of the section. */
  readonly offset: number;
}

const instructionBytes = 8;
const pseudoCall = 1;
const opcode = { loadImmediate64: 0x18, call: 0x85 } as const;

export class ProgramLayout {
  /** The functions in the order in which they are loaded; the first is the program itself. */
  readonly functions: readonly CodeRange[];

  constructor(functions: readonly CodeRange[]) {
    this.functions = functions;
  }

  place(instruction: number): CodePlace | undefined {
    let start = 0;
    for (const range of this.functions) {
      const offset = (instruction - start) * instructionBytes;
      if (offset < range.size) return { function: range, offset: range.offset + offset };
      start += range.size / instructionBytes;
    }
    return undefined;
  }

  /** The index of the first instruction of each function. */
  get starts(): readonly number[] {
    let start = 0;
    return this.functions.map(({ size }) => {
      const own = start;
      start += size / instructionBytes;
      return own;
    });
  }
}

/** The layouts of an object's programs by name. Functions of `.text` are no programs. */
export function programLayouts(elf: ElfFile): ReadonlyMap<string, ProgramLayout> {
  const code = new ObjectCode(elf);
  const programs = code.functions.filter(({ section }) => section !== '.text');
  return new Map(programs.map((program) => [program.name, new ProgramLayout(code.reachable(program))]));
}

/** The functions of an object, and which of them calls which. */
export class ObjectCode {
  readonly functions: readonly CodeRange[];
  readonly #elf: ElfFile;
  readonly #relocations = new Map<string, ReadonlyMap<number, ElfRelocation>>();

  constructor(elf: ElfFile) {
    this.#elf = elf;
    this.functions = elf.symbols.flatMap(({ name, type, binding, section, value, size }) => {
      const inside = elf.sections[section];
      if (type !== 'func' || size === 0 || !inside || (inside.flags & SHF_EXECINSTR) === 0) return [];
      return [{ name, section: inside.name, offset: value, size, global: binding !== 'local' }];
    });
  }

  reachable(program: CodeRange): readonly CodeRange[] {
    const found = [program];
    const visit = (range: CodeRange): void => {
      for (const callee of this.#callees(range)) {
        if (found.includes(callee)) continue;
        found.push(callee);
        visit(callee);
      }
    };
    visit(program);
    return found;
  }

  #callees(range: CodeRange): readonly CodeRange[] {
    return [...this.calls(range).values()];
  }

  /** What the calls of a function call, and its references to functions refer to; by bytes from the section's start. */
  calls(range: CodeRange): ReadonlyMap<number, CodeRange> {
    const callees = new Map<number, CodeRange>();
    const section = this.#section(range.section);
    if (!section) return callees;
    const view = new DataView(section.data.buffer, section.data.byteOffset, section.data.byteLength);
    const end = Math.min(range.offset + range.size, section.data.length - instructionBytes + 1);
    for (let at = range.offset; at < end; at += instructionBytes) {
      const code = view.getUint8(at);
      const registers = view.getUint8(at + 1);
      const source = this.#elf.littleEndian ? registers >> 4 : registers & 15;
      const immediate = view.getInt32(at + 4, this.#elf.littleEndian);
      const relocation = this.#relocationsOf(section).get(at);
      let target: CodeRange | undefined;
      if (code === opcode.call && source === pseudoCall) {
        const skip = (immediate + 1) * instructionBytes;
        target = relocation ? this.#target(relocation, skip) : this.#functionAt(section.name, at + skip);
      } else if (code === opcode.loadImmediate64 && relocation) {
        target = this.#target(relocation, immediate);
      }
      if (target) callees.set(at, target);
      if (code === opcode.loadImmediate64) at += instructionBytes;
    }
    return callees;
  }

  #target({ symbol }: ElfRelocation, added: number): CodeRange | undefined {
    const section = this.#elf.sections[symbol.section];
    if (!section || (section.flags & SHF_EXECINSTR) === 0) return undefined;
    return this.#functionAt(section.name, symbol.value + added);
  }

  #functionAt(section: string, offset: number): CodeRange | undefined {
    return this.functions.find((range) => range.section === section && range.offset === offset);
  }

  #section(name: string): ElfSection | undefined {
    return this.#elf.sections.find((section) => section.name === name);
  }

  /** What a relocation at an instruction names, by bytes from the section's start. */
  relocations(section: string): ReadonlyMap<number, ElfRelocation> {
    const found = this.#section(section);
    return found ? this.#relocationsOf(found) : new Map();
  }

  #relocationsOf(section: ElfSection): ReadonlyMap<number, ElfRelocation> {
    const known = this.#relocations.get(section.name);
    if (known) return known;
    const made = new Map(relocationsOf(this.#elf, section).map((one) => [one.offset, one]));
    this.#relocations.set(section.name, made);
    return made;
  }
}
