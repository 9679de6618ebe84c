/** What of a program or library of user space can be probed: its functions and its static probes (USDT). */
import { Bytes } from './bytes';
import { sectionNamed } from './elf';
import type { ElfFile, ElfSymbol } from './elf';
import { dynamicSymbols } from './reader';

export interface UserProbes {
  /** Names of functions that the file defines, each once, sorted: those that libbpf finds by their names alone. */
  readonly functions: readonly string[];
  /** `provider:name`, each once, sorted. */
  readonly usdt: readonly string[];
}

/** The note of SystemTap's sys/sdt.h: three addresses, then provider, name and arguments as strings. */
const stapsdt = 3;

export function userProbes(elf: ElfFile): UserProbes {
  const dynamic = functionCounts(dynamicSymbols(elf));
  // It looks into the other table for what is not in this one.
  const others = [...functionCounts(elf.symbols)].filter(([name]) => !dynamic.has(name));
  // Of two with one name it takes neither: the name does not say which.
  const functions = [...dynamic, ...others].filter(([, count]) => count <= 1).map(([name]) => name);
  return { functions: sorted(functions), usdt: sorted(staticProbes(elf)) };
}

/** How many times a function is defined, weak definitions not counted. */
function functionCounts(symbols: readonly ElfSymbol[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { type, section, name, binding } of symbols) {
    if (type !== 'func' || section === 0 || name === '') continue;
    counts.set(name, (counts.get(name) ?? 0) + (binding === 'weak' ? 0 : 1));
  }
  return counts;
}

function staticProbes(elf: ElfFile): readonly string[] {
  const notes = new Bytes(sectionNamed(elf, '.note.stapsdt')?.data ?? new Uint8Array(0), elf.littleEndian);
  const found: string[] = [];
  let at = 0;
  while (at + 12 <= notes.length) {
    const [nameSize, size, type] = [notes.u32(at), notes.u32(at + 4), notes.u32(at + 8)];
    const description = at + 12 + aligned(nameSize);
    if (type === stapsdt && notes.string(at + 12) === 'stapsdt') {
      const providerAt = description + 3 * 8;
      const provider = notes.string(providerAt);
      const name = notes.string(providerAt + provider.length + 1);
      if (provider !== '' && name !== '') found.push(`${provider}:${name}`);
    }
    at = description + aligned(size);
  }
  return found;
}

const aligned = (size: number): number => Math.ceil(size / 4) * 4;

const sorted = (names: readonly string[]): readonly string[] => [...new Set(names)].sort();
