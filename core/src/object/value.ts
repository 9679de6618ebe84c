/** The number that a relocation puts into an instruction. Source: libbpf's relo_core.c, bpf_core_calc_relo(). */
import type { Btf, Member } from '../btf/btf';
import { resolve } from '../btf/resolve';
import type { CoreRelocation } from '../elf/btf-ext';
import { isEnumBased, isTypeBased } from './access';
import type { Access } from './access';
import { isEnum } from './candidates';
import { membersOf } from './members';
import { resolvedSize } from './size';

export interface Value {
  /** As an unsigned 64-bit number. */
  readonly value: bigint;
  /** The compiler computes it by the same rule: the instruction has this number before it is relocated. */
  readonly validate: boolean;
  /** Of an offset: the field that is there, unless it is a bitfield. */
  readonly field?: { readonly size: number; readonly type: number };
}

/** `missing`: the instruction becomes one that the verifier refuses. */
export type Computed = Value | 'missing' | 'error';

/** @param access undefined where the kernel has no such thing */
export function computeValue(kind: CoreRelocation['kind'], access: Access | undefined): Computed {
  if (isTypeBased(kind)) return typeValue(kind, access);
  if (kind === 'field_exists' || kind === 'enumval_exists') return number(access ? 1 : 0);
  if (!access) return 'missing';
  return isEnumBased(kind) ? enumeratorValue(access) : fieldValue(kind, access);
}

const number = (value: number, validate = true): Value => ({
  value: BigInt.asUintN(64, BigInt(value)),
  validate,
});

function typeValue(kind: CoreRelocation['kind'], access: Access | undefined): Computed {
  if (!access) return number(0);
  switch (kind) {
    case 'type_id_target':
      return number(access.root, false);
    case 'type_exists':
    case 'type_matches':
      return number(1);
    default: {
      const size = resolvedSize(access.btf, access.root);
      return size === undefined ? 'error' : number(size);
    }
  }
}

function enumeratorValue({ btf, steps: [step] }: Access): Computed {
  const value = step && btf.enumerators(step.type)[step.index]?.value;
  if (step === undefined || value === undefined) return 'error';
  // libbpf reads 32 bits as a signed number, whatever the enum says.
  const signed = btf.kind(step.type) === 'enum' ? BigInt.asIntN(32, value) : value;
  return { value: BigInt.asUintN(64, signed), validate: true };
}

function fieldValue(kind: CoreRelocation['kind'], access: Access): Computed {
  const step = access.steps.at(-1);
  if (step === undefined) return 'error';
  if (step.name === undefined) return elementValue(kind, access, step.type);
  const member = membersOf(access.btf, step.type)[step.index];
  const place = member && bytesOf(access, member);
  if (place === undefined) return 'error';
  const { type, byteOffset, byteSize, bitOffset, bitSize, isBitfield } = place;
  switch (kind) {
    case 'field_byte_offset':
      return {
        ...number(byteOffset, !isBitfield),
        ...(!isBitfield && { field: { size: byteSize, type } }),
      };
    case 'field_byte_size':
      return number(byteSize, !isBitfield);
    case 'field_signed':
      return number(isSigned(access.btf, type) ? 1 : 0);
    case 'field_lshift_u64': {
      const inner = bitOffset - byteOffset * 8;
      const shift = access.btf.littleEndian ? 64 - (inner + bitSize) : (8 - byteSize) * 8 + inner;
      return number(shift, !isBitfield);
    }
    case 'field_rshift_u64':
      return number(64 - bitSize);
    default:
      return 'error';
  }
}

function elementValue(kind: CoreRelocation['kind'], { btf, bitOffset }: Access, type: number): Computed {
  const size = resolvedSize(btf, type);
  if (size === undefined) return 'error';
  if (kind === 'field_byte_offset') return { ...number(Math.floor(bitOffset / 8)), field: { size, type } };
  return kind === 'field_byte_size' ? number(size) : 'error';
}

interface Place {
  readonly type: number;
  readonly byteOffset: number;
  readonly byteSize: number;
  readonly bitOffset: number;
  readonly bitSize: number;
  readonly isBitfield: boolean;
}

/** Of a bitfield, the smallest aligned bytes that have all its bits. Undefined where 8 bytes do not. */
function bytesOf({ btf, bitOffset }: Access, member: Member): Place | undefined {
  const type = resolve(btf, member.type);
  const { bitSize } = member;
  if (bitSize === undefined) {
    const byteSize = resolvedSize(btf, type);
    if (byteSize === undefined) return undefined;
    const byteOffset = Math.floor(bitOffset / 8);
    return { type, byteOffset, byteSize, bitOffset, bitSize: byteSize * 8, isBitfield: false };
  }
  for (let byteSize = btf.ownSize(type); byteSize > 0 && byteSize <= 8; byteSize *= 2) {
    const byteOffset = Math.floor(Math.floor(bitOffset / 8) / byteSize) * byteSize;
    if (bitOffset + bitSize - byteOffset * 8 <= byteSize * 8) {
      return { type, byteOffset, byteSize, bitOffset, bitSize, isBitfield: true };
    }
  }
  return undefined;
}

function isSigned(btf: Btf, type: number): boolean {
  return isEnum(btf.kind(type)) ? btf.flag(type) : (btf.int(type)?.signed ?? false);
}
