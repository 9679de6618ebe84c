/** How the values of attributes are written: DWARF 5, section 7.5.6. */
import type { Bytes } from '../bytes';
import type { Abbreviation, Attribute } from './abbreviations';
import { FORM } from './constants';
import type { Cursor } from './cursor';

/** The sections, relocated. */
export interface DebugSections {
  readonly info: Bytes;
  readonly abbreviations: Bytes;
  readonly strings: Bytes;
  readonly lineStrings: Bytes;
  readonly stringOffsets: Bytes;
}

/** What the size of some values depends on. */
export interface Widths {
  readonly addressSize: number;
  readonly offsetSize: 4 | 8;
}

export interface Unit extends Widths {
  readonly start: number;
  readonly end: number;
  readonly abbreviations: ReadonlyMap<number, Abbreviation>;
  readonly stringOffsetsBase: number;
}

/** Values that are plain numbers, references among them as offsets of `.debug_info`; undefined for all others. */
export function readNumber(cursor: Cursor, { form, implicit }: Attribute, unit: Unit): number | undefined {
  switch (form) {
    case FORM.data1:
    case FORM.flag:
      return cursor.u8();
    case FORM.data2:
      return cursor.u16();
    case FORM.data4:
      return cursor.u32();
    case FORM.data8:
      return cursor.u64();
    case FORM.udata:
      return cursor.uleb();
    case FORM.sdata:
      return Number(cursor.sleb());
    case FORM.implicitConst:
      return Number(implicit);
    case FORM.flagPresent:
      return 1;
    case FORM.ref1:
      return unit.start + cursor.u8();
    case FORM.ref2:
      return unit.start + cursor.u16();
    case FORM.ref4:
      return unit.start + cursor.u32();
    case FORM.ref8:
      return unit.start + cursor.u64();
    case FORM.refUdata:
      return unit.start + cursor.uleb();
    case FORM.refAddr:
    case FORM.secOffset:
      return cursor.offset(unit.offsetSize);
    default:
      return undefined;
  }
}

/** A number of up to 64 bits, exactly; undefined for all others. */
export function readConstant(cursor: Cursor, attribute: Attribute, unit: Unit): bigint | undefined {
  switch (attribute.form) {
    case FORM.sdata:
      return cursor.sleb();
    case FORM.implicitConst:
      return attribute.implicit;
    case FORM.udata:
      return cursor.exactUleb();
    case FORM.data8:
      return cursor.exactU64();
    default: {
      const value = readNumber(cursor, attribute, unit);
      return value === undefined ? undefined : BigInt(value);
    }
  }
}

/** Undefined for what is no string. */
export function readString(
  cursor: Cursor,
  form: number,
  unit: Unit,
  { info, strings, lineStrings, stringOffsets }: DebugSections,
): string | undefined {
  const { offsetSize } = unit;
  const indexed = (index: number): string => {
    const at = unit.stringOffsetsBase + index * offsetSize;
    return strings.string(offsetSize === 4 ? stringOffsets.u32(at) : stringOffsets.u64(at));
  };
  switch (form) {
    case FORM.strx:
      return indexed(cursor.uleb());
    case FORM.strx1:
      return indexed(cursor.u8());
    case FORM.strx2:
      return indexed(cursor.u16());
    case FORM.strx3:
      return indexed(cursor.u24());
    case FORM.strx4:
      return indexed(cursor.u32());
    case FORM.strp:
      return strings.string(cursor.offset(offsetSize));
    case FORM.lineStrp:
      return lineStrings.string(cursor.offset(offsetSize));
    case FORM.string: {
      const text = info.string(cursor.at);
      skipForm(cursor, form, unit);
      return text;
    }
    default:
      return undefined;
  }
}

/** Bytes of the forms that always have as many. */
const SIZES: ReadonlyMap<number, number> = new Map([
  ...[FORM.data1, FORM.flag, FORM.strx1, FORM.addrx1, FORM.ref1].map((form) => [form, 1] as const),
  ...[FORM.data2, FORM.strx2, FORM.addrx2, FORM.ref2].map((form) => [form, 2] as const),
  ...[FORM.strx3, FORM.addrx3].map((form) => [form, 3] as const),
  ...[FORM.data4, FORM.strx4, FORM.addrx4, FORM.ref4, FORM.refSup4].map((form) => [form, 4] as const),
  ...[FORM.data8, FORM.ref8, FORM.refSig8, FORM.refSup8].map((form) => [form, 8] as const),
  ...[FORM.data16].map((form) => [form, 16] as const),
  ...[FORM.implicitConst, FORM.flagPresent].map((form) => [form, 0] as const),
]);

/** Undefined where it is written with the value. */
export function sizeOfForm(form: number, { addressSize, offsetSize }: Widths): number | undefined {
  switch (form) {
    case FORM.addr:
      return addressSize;
    case FORM.strp:
    case FORM.lineStrp:
    case FORM.strpSup:
    case FORM.secOffset:
    case FORM.refAddr:
      return offsetSize;
    default:
      return SIZES.get(form);
  }
}

/** False where the form is none that is known: what follows cannot be found then. */
export function skipForm(cursor: Cursor, form: number, widths: Widths): boolean {
  const size = sizeOfForm(form, widths);
  if (size !== undefined) {
    cursor.skip(size);
    return true;
  }
  switch (form) {
    case FORM.udata:
    case FORM.sdata:
    case FORM.refUdata:
    case FORM.strx:
    case FORM.addrx:
    case FORM.loclistx:
    case FORM.rnglistx:
      cursor.uleb();
      return true;
    case FORM.string:
      while (cursor.u8() !== 0);
      return true;
    case FORM.block1:
      cursor.skip(cursor.u8());
      return true;
    case FORM.block2:
      cursor.skip(cursor.u16());
      return true;
    case FORM.block4:
      cursor.skip(cursor.u32());
      return true;
    case FORM.block:
    case FORM.exprloc:
      cursor.skip(cursor.uleb());
      return true;
    default:
      return false;
  }
}
