/** How a value that is no struct is decoded: by its type, its typedefs, and last by its name. */
import { resolve, sizeOf } from '../btf/resolve';
import type { GraphType } from '../btf/type-graph';
import { bytesCodec, ipv4, ipv6, mac } from './addresses';
import { bitfieldReader, integerReader, type IntegerReader } from './bits';
import { fixed, type Codec } from './codec';
import { means, timeUnit } from './names';
import * as formats from './scalar-formats';
import type { ScalarFormat } from './scalar-formats';
import { textCodec } from './text';
import { typedefNames } from './type-names';

/** A value with the name of the member that holds it; of an array, of the array. */
export interface Named extends GraphType {
  readonly name: string;
}

/** Bits of a bitfield, counted from the start of its first byte. */
export interface Bits {
  readonly first: number;
  readonly count: number;
}

/** Undefined for what is no scalar. */
export function scalarCodec(value: Named, bits?: Bits): Codec | undefined {
  const { types } = value;
  const id = resolve(types, value.id);
  const size = sizeOf(types, id);
  switch (types.kind(id)) {
    case 'int':
      return intCodec(value, size, types.int(id) ?? { signed: false, bool: false }, bits);
    case 'enum':
    case 'enum64':
      return codec(value, size, types.flag(id), enumFormat(value, id), bits);
    case 'ptr':
    case 'func_proto':
      return codec(value, types.pointerSize, false, formats.pointer);
    case 'float':
      return floatCodec(size, types.littleEndian);
    default:
      return undefined;
  }
}

function intCodec(
  value: Named,
  size: number,
  { signed, bool }: { readonly signed: boolean; readonly bool: boolean },
  bits: Bits | undefined,
): Codec {
  const { name, types } = value;
  if (bool) return codec(value, size, false, formats.boolean, bits);
  if (bits)
    return codec(value, size, signed, means.hexadecimal(name) ? formats.hexadecimal : formats.decimal, bits);
  const typedefs = typedefNames(value);
  const network = typedefs.some((one) => /^__be(?:16|32|64)$|^in_(?:addr|port)_t$/.test(one));
  if (size === 4 && (network ? means.address(name) : !signed && means.networkOrderAddress(name))) return ipv4;
  if (size === 16 && means.address(name)) return ipv6;
  if (network) {
    const format = size === 2 && means.protocol(name) ? formats.hexadecimal : formats.decimal;
    return scalar(integerReader({ size, signed, littleEndian: false }), size, format);
  }
  const character = size === 1 && types.name(resolve(types, value.id)) === 'char' && typedefs.length === 0;
  return codec(value, size, signed, character ? formats.character : intFormat(name, typedefs, size, signed));
}

function intFormat(name: string, typedefs: readonly string[], size: number, signed: boolean): ScalarFormat {
  if (typedefs.some((one) => one === 'umode_t' || one === 'mode_t')) return formats.mode;
  if (typedefs.includes('ktime_t')) return formats.duration(1);
  const unit = timeUnit(name, size);
  if (unit !== undefined) return formats.duration(unit);
  if (size >= 2 && means.mode(name)) return formats.mode;
  if (signed && means.errno(name)) return name === 'errno' ? formats.errnoEitherSign : formats.errno;
  if (!signed && (means.hexadecimal(name) || (size === 8 && means.address64(name))))
    return formats.hexadecimal;
  return formats.decimal;
}

function enumFormat({ types }: Named, id: number): ScalarFormat {
  return formats.enumeration(types.enumerators(id));
}

function codec({ types }: Named, size: number, signed: boolean, format: ScalarFormat, bits?: Bits): Codec {
  const { littleEndian } = types;
  if (bits === undefined) return scalar(integerReader({ size, signed, littleEndian }), size, format);
  const bytes = Math.ceil((bits.first + bits.count) / 8);
  return scalar(bitfieldReader(bits.first, bits.count, signed, littleEndian), bytes, format);
}

/** A number of which nothing is known but its size. */
export function unsignedCodec(size: number, littleEndian: boolean): Codec {
  return scalar(integerReader({ size, signed: false, littleEndian }), size, formats.decimal);
}

function scalar(read: IntegerReader, size: number, format: ScalarFormat): Codec {
  const value = fixed(
    size,
    format.numeric,
    (source, at) => format.json(read(source, at)),
    (source, at) => format.text(read(source, at)),
  );
  return format.additive ? { ...value, sumText: (sum) => format.text(sum) } : value;
}

function floatCodec(size: number, littleEndian: boolean): Codec {
  if (size !== 4 && size !== 8) return bytesCodec(size);
  const read = (view: DataView, at: number) =>
    size === 4 ? view.getFloat32(at, littleEndian) : view.getFloat64(at, littleEndian);
  return fixed(
    size,
    true,
    ({ view }, at) => {
      const value = read(view, at);
      // What JSON has no number for.
      return Number.isFinite(value) ? value : String(value);
    },
    ({ view }, at) => String(read(view, at)),
  );
}

/** An array that is one value to its reader: text, an address, bytes. Undefined for a list of values. */
export function arrayCodec(value: Named, elementId: number, length: number): Codec | undefined {
  const { name, types } = value;
  const element = resolve(types, elementId);
  const int = types.int(element);
  if (int === undefined || int.bool) return undefined;
  const size = types.ownSize(element);
  if (size === 4 && length === 4 && means.address(name)) return ipv6;
  if (size !== 1) return undefined;
  if (length === 16 && means.address(name)) return ipv6;
  if (length === 6 && (means.mac(name) || means.address(name))) return mac;
  if (length === 4 && means.address(name)) return ipv4;
  const isText = types.name(element) === 'char' || means.text(name);
  return isText ? textCodec(length) : bytesCodec(length);
}
