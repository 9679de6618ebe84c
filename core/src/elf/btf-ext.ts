/**
 * `.BTF.ext`: which instruction is which function, which line of the source, and which are relocated by CO-RE.
 * Source: libbpf's src/btf.h (`struct btf_ext_header`, `bpf_core_relo`), Documentation/bpf/btf.rst.
 */
import type { Strings } from '../btf/strings';
import type { Parsed, Problem } from '../result';
import { Bytes } from './bytes';

export interface BtfExt {
  readonly functions: readonly FunctionInfo[];
  readonly lines: readonly LineInfo[];
  readonly relocations: readonly CoreRelocation[];
}

/** Where an instruction is: bytes from the start of an ELF section. */
interface Place {
  readonly section: string;
  readonly offset: number;
}

export interface FunctionInfo extends Place {
  /** The `func` in the object's BTF. */
  readonly typeId: number;
}

export interface LineInfo extends Place {
  readonly file: string;
  /** The line of the source, as text; empty where the compiler left it out. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

export interface CoreRelocation extends Place {
  /** The type that the access starts from, in the object's BTF. */
  readonly typeId: number;
  /** Indices of members and elements: `0:1:2`; for enumerators the index of one. */
  readonly access: string;
  readonly kind: CoreRelocationKind;
}

/** In the order of `enum bpf_core_relo_kind`. */
export const coreRelocationKinds = [
  'field_byte_offset',
  'field_byte_size',
  'field_exists',
  'field_signed',
  'field_lshift_u64',
  'field_rshift_u64',
  'type_id_local',
  'type_id_target',
  'type_exists',
  'type_size',
  'enumval_exists',
  'enumval_value',
  'type_matches',
] as const;
export type CoreRelocationKind = (typeof coreRelocationKinds)[number] | 'unknown';

const MAGIC = 0xeb9f;

/** @param strings those of the object's `.BTF` */
export function readBtfExt(data: Uint8Array, strings: Strings): Parsed<BtfExt> {
  const problems: Problem[] = [];
  const littleEndian = data[0] === (MAGIC & 0xff);
  const bytes = new Bytes(data, littleEndian);
  const empty: BtfExt = { functions: [], lines: [], relocations: [] };
  if (bytes.u16(0) !== MAGIC) {
    return { value: empty, problems: [{ message: 'the magic is missing', where: '.BTF.ext' }] };
  }
  const header = bytes.u32(4);

  /** The records of a subsection, which stand in one group per ELF section. */
  function read<T>(
    what: string,
    field: number,
    smallest: number,
    make: (place: Place, at: number) => T,
  ): T[] {
    const found: T[] = [];
    const start = header + bytes.u32(field);
    const end = Math.min(start + bytes.u32(field + 4), bytes.length);
    // Shorter headers end before the CO-RE fields.
    if (field + 8 > header || start >= end) return found;
    const size = bytes.u32(start);
    if (size < smallest) {
      problems.push({ message: `${what} records of ${size} bytes`, where: '.BTF.ext' });
      return found;
    }
    for (let at = start + 4; at + 8 <= end;) {
      const section = strings.at(bytes.u32(at));
      const count = bytes.u32(at + 4);
      at += 8;
      for (let i = 0; i < count && at + size <= end; i++, at += size) {
        found.push(make({ section, offset: bytes.u32(at) }, at));
      }
      if (count === 0) break;
    }
    return found;
  }

  const functions = read('function', 8, 8, (place, at) => ({ ...place, typeId: bytes.u32(at + 4) }));
  const lines = read('line', 16, 16, (place, at): LineInfo => {
    const position = bytes.u32(at + 12);
    return {
      ...place,
      file: strings.at(bytes.u32(at + 4)),
      text: strings.at(bytes.u32(at + 8)),
      line: position >>> 10,
      column: position & 0x3ff,
    };
  });
  const relocations = read('relocation', 24, 16, (place, at): CoreRelocation => ({
    ...place,
    typeId: bytes.u32(at + 4),
    access: strings.at(bytes.u32(at + 8)),
    kind: coreRelocationKinds[bytes.u32(at + 12)] ?? 'unknown',
  }));
  return { value: { functions, lines, relocations }, problems };
}
