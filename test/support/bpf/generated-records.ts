/** Records of generated programs, read by what the generator says of their layout. */
import type { RecordMember, RecordStruct } from '#server/generate/model';

/** Values by member, in the words of a `Deed`: decimal numbers, strings, bytes in hexadecimal. */
export function readRecord({ members }: RecordStruct, data: Buffer): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let offset = 0;
  for (const member of members) {
    values.set(member.name, valueOf(member, data.subarray(offset, offset + member.size)));
    offset += member.size;
  }
  return values;
}

function valueOf({ type, length, size, shown }: RecordMember, data: Buffer): string {
  if (shown === 'string') return data.toString('utf8', 0, (data.indexOf(0) + 1 || data.length + 1) - 1);
  if (shown === 'bytes') return data.toString('hex');
  if (length === undefined) return integer(data, type).toString();
  const step = size / length;
  return Array.from({ length }, (_, i) => integer(data.subarray(i * step), type)).join(',');
}

function integer(data: Buffer, type: string): bigint {
  switch (type) {
    case '__u8':
      return BigInt(data.readUInt8());
    case '__s8':
      return BigInt(data.readInt8());
    case '__u16':
      return BigInt(data.readUInt16LE());
    case '__s16':
      return BigInt(data.readInt16LE());
    case '__u32':
      return BigInt(data.readUInt32LE());
    case '__s32':
      return BigInt(data.readInt32LE());
    case '__u64':
      return data.readBigUInt64LE();
    case '__s64':
      return data.readBigInt64LE();
    default:
      throw new Error(`no such integer: ${type}`);
  }
}
