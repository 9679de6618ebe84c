/**
 * Reads an ELF64 file of either byte order. Nothing here throws: of a truncated or corrupted file, what can be read is
 * read, and the rest are problems. The bytes are kept, not copied: they must not change afterwards.
 */
import type { Parsed, Problem } from '../result';
import { Bytes } from './bytes';
import { SHT } from './elf';
import type { ElfFile, ElfRelocation, ElfSection, ElfSymbol } from './elf';

const HEADER_BYTES = 64;
const SECTION_BYTES = 64;
const SYMBOL_BYTES = 24;
const MAGIC = 0x7f454c46;

const SYMBOL_TYPES: readonly ElfSymbol['type'][] = ['none', 'object', 'func', 'section', 'file'];
const BINDINGS: readonly ElfSymbol['binding'][] = ['local', 'global', 'weak'];
const nothing: ElfSymbol = { name: '', value: 0, size: 0, type: 'none', binding: 'local', section: 0 };

export function readElf(bytes: Uint8Array): Parsed<ElfFile> {
  const problems: Problem[] = [];
  const littleEndian = bytes[5] !== 2;
  const file = new Bytes(bytes, littleEndian);
  const refuse = (message: string): Parsed<ElfFile> => ({
    value: { littleEndian, machine: 0, sections: [], symbols: [] },
    problems: [{ message, where: 'ELF header' }],
  });
  if (new Bytes(bytes, false).u32(0) !== MAGIC) return refuse('not an ELF file: the magic is missing');
  if (file.u8(4) !== 2) return refuse('not a 64-bit ELF file');
  if (file.u8(5) !== 1 && file.u8(5) !== 2) return refuse(`byte order ${file.u8(5)} is unknown`);
  if (file.length < HEADER_BYTES) return refuse('the header is cut off');

  const sections = readSections(file, problems);
  return {
    value: { littleEndian, machine: file.u16(18), sections, symbols: readSymbols(sections, littleEndian) },
    problems,
  };
}

/** What the loader changes in a section, in the order of the file. */
export function relocationsOf(elf: ElfFile, section: ElfSection): readonly ElfRelocation[] {
  const found: ElfRelocation[] = [];
  for (const { type, info, data } of elf.sections) {
    if (info !== section.index || (type !== SHT.rel && type !== SHT.rela)) continue;
    const bytes = new Bytes(data, elf.littleEndian);
    const size = type === SHT.rel ? 16 : 24;
    for (let at = 0; at + size <= bytes.length; at += size) {
      // r_info: the symbol in the upper half, the type in the lower.
      const [symbol, kind] = elf.littleEndian ? [at + 12, at + 8] : [at + 8, at + 12];
      found.push({
        offset: bytes.u64(at),
        symbol: elf.symbols[bytes.u32(symbol)] ?? nothing,
        type: bytes.u32(kind),
      });
    }
  }
  return found;
}

function readSections(file: Bytes, problems: Problem[]): ElfSection[] {
  const table = file.u64(40);
  const claimed = file.u16(60);
  // Where there are too many for the header, the first section says how many.
  const count = claimed === 0 && table > 0 ? file.u64(table + 32) : claimed;
  const present = Math.max(0, Math.min(count, Math.floor((file.length - table) / SECTION_BYTES)));
  if (present < count) {
    problems.push({ message: `${count} sections, of which ${present} are in the file`, where: 'ELF header' });
  }
  const extended = file.u16(62) === 0xffff;
  const namesAt = table + (extended ? file.u32(table + 40) : file.u16(62)) * SECTION_BYTES;
  const names = new Bytes(file.slice(file.u64(namesAt + 24), file.u64(namesAt + 32)), file.littleEndian);

  return Array.from({ length: present }, (_, index): ElfSection => {
    const at = table + index * SECTION_BYTES;
    const name = names.string(file.u32(at));
    const type = file.u32(at + 4);
    const size = file.u64(at + 32);
    const data = type === SHT.nobits || type === 0 ? file.slice(0, 0) : file.slice(file.u64(at + 24), size);
    if (type !== SHT.nobits && type !== 0 && data.length < size) {
      problems.push({ message: `${size} bytes, of which ${data.length} are in the file`, where: name });
    }
    const link = file.u32(at + 40);
    return { index, name, type, flags: file.u64(at + 8), size, link, info: file.u32(at + 44), data };
  });
}

/** Symbols that the dynamic linker sees; an executable or library that was stripped has no others. */
export function dynamicSymbols({ sections, littleEndian }: ElfFile): readonly ElfSymbol[] {
  return readSymbols(sections, littleEndian, SHT.dynsym);
}

function readSymbols(
  sections: readonly ElfSection[],
  littleEndian: boolean,
  tableType: number = SHT.symtab,
): ElfSymbol[] {
  const table = sections.find(({ type }) => type === tableType);
  if (table === undefined) return [];
  const bytes = new Bytes(table.data, littleEndian);
  const names = new Bytes(sections[table.link]?.data ?? new Uint8Array(0), littleEndian);
  return Array.from({ length: Math.floor(bytes.length / SYMBOL_BYTES) }, (_, index): ElfSymbol => {
    const at = index * SYMBOL_BYTES;
    const info = bytes.u8(at + 4);
    const section = bytes.u16(at + 6);
    const type = SYMBOL_TYPES[info & 0xf] ?? 'other';
    return {
      // A section's symbol has no name of its own.
      name: names.string(bytes.u32(at)) || (type === 'section' ? (sections[section]?.name ?? '') : ''),
      value: bytes.u64(at + 8),
      size: bytes.u64(at + 16),
      type,
      binding: BINDINGS[info >>> 4] ?? 'other',
      section,
    };
  });
}
