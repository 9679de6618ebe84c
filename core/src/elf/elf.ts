/**
 * An ELF64 file as plain data. Names and numbers: the System V ABI, and for BPF llvm's
 * include/llvm/BinaryFormat/ELFRelocs/BPF.def.
 */

export interface ElfFile {
  readonly littleEndian: boolean;
  /** `EM_…`; 247 is BPF. */
  readonly machine: number;
  /** By index; the first one is nothing. */
  readonly sections: readonly ElfSection[];
  /** By index, as relocations count them; the first one is nothing. */
  readonly symbols: readonly ElfSymbol[];
}

export interface ElfSection {
  readonly index: number;
  readonly name: string;
  /** `SHT_…`. */
  readonly type: number;
  /** `SHF_…`. */
  readonly flags: number;
  /** Bytes in memory; those in the file are `data`. */
  readonly size: number;
  readonly link: number;
  readonly info: number;
  /** A view of the file; empty for `.bss`. */
  readonly data: Uint8Array;
}

export interface ElfSymbol {
  readonly name: string;
  /** Bytes from the start of its section. */
  readonly value: number;
  readonly size: number;
  readonly type: 'none' | 'object' | 'func' | 'section' | 'file' | 'other';
  readonly binding: 'local' | 'global' | 'weak' | 'other';
  /** Index of its section; 0 for what is defined elsewhere, above 0xff00 for none. */
  readonly section: number;
}

/** A place in a section that the loader fills in. */
export interface ElfRelocation {
  /** Bytes from the start of the section that it changes. */
  readonly offset: number;
  readonly symbol: ElfSymbol;
  /** `R_BPF_…`. */
  readonly type: number;
}

export const EM_BPF = 247;
export const SHT = { progbits: 1, symtab: 2, strtab: 3, rela: 4, nobits: 8, rel: 9, dynsym: 11 } as const;
export const SHF_EXECINSTR = 4;

/** The first section of a name. */
export function sectionNamed(elf: ElfFile, name: string): ElfSection | undefined {
  return elf.sections.find((section) => section.name === name);
}
