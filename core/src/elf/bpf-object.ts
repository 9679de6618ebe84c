/** A compiled BPF program: its ELF file with the types, lines and maps that it carries. */
import { readBtf } from '../btf/reader';
import type { Btf } from '../btf/btf';
import type { Parsed } from '../result';
import { readBtfExt } from './btf-ext';
import type { BtfExt } from './btf-ext';
import { readDebugTypes } from './dwarf/debug-types';
import type { DebugTypes } from './dwarf/debug-types';
import { EM_BPF, sectionNamed } from './elf';
import type { ElfFile } from './elf';
import { readMaps } from './maps';
import type { MapDefinition } from './maps';
import { readElf } from './reader';

export class BpfObject {
  readonly elf: ElfFile;
  readonly btf: Btf;
  readonly ext: BtfExt;
  readonly maps: readonly MapDefinition[];
  #debug: Parsed<DebugTypes> | undefined;

  constructor(elf: ElfFile, btf: Btf, ext: BtfExt) {
    this.elf = elf;
    this.btf = btf;
    this.ext = ext;
    this.maps = readMaps(btf);
  }

  /** Of `.debug_info`, read when it is asked for first; empty where it was stripped. */
  get debug(): Parsed<DebugTypes> {
    return (this.#debug ??= readDebugTypes(this.elf));
  }
}

/** The bytes are kept, not copied: they must not change afterwards. */
export function readBpfObject(bytes: Uint8Array): Parsed<BpfObject> {
  const elf = readElf(bytes);
  const problems = [...elf.problems];
  if (problems.length === 0 && elf.value.machine !== EM_BPF) {
    problems.push({ message: `made for machine ${elf.value.machine}, not for BPF`, where: 'ELF header' });
  }
  const types = sectionNamed(elf.value, '.BTF');
  const btf = readBtf(types?.data ?? new Uint8Array(0));
  if (types) problems.push(...btf.problems);
  else if (problems.length === 0) problems.push({ message: 'has no BTF: compile with -g', where: '.BTF' });
  const ext = sectionNamed(elf.value, '.BTF.ext');
  const info = ext && readBtfExt(ext.data, btf.value.files[0].strings);
  problems.push(...(info?.problems ?? []));
  const empty = { functions: [], lines: [], relocations: [] };
  return { value: new BpfObject(elf.value, btf.value, info?.value ?? empty), problems };
}
