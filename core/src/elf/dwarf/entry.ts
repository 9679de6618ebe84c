/** One entry of `.debug_info`, with what types need of it. */
import { AT } from './constants';
import type { Cursor } from './cursor';
import { readConstant, readNumber, readString, skipForm } from './forms';
import type { DebugSections, Unit } from './forms';
import type { Attribute } from './abbreviations';

export class Entry {
  name = '';
  /** Offset of the entry that it refers to; 0 for void. */
  type = 0;
  /** Offset of the entry that says what this one leaves out: of the function that was inlined here. */
  origin = 0;
  byteSize = 0;
  bitSize = 0;
  /** DWARF 3: bits from the most significant end of its storage; -1 where absent. */
  bitOffset = -1;
  /** Bits from the start of the struct; -1 where absent. */
  dataBitOffset = -1;
  /** Bytes from the start of the struct. */
  memberLocation = 0;
  encoding = 0;
  /** Elements of an array; -1 where absent. */
  count = -1;
  declaration = false;
  constant = 0n;
  stringOffsetsBase: number | undefined;
}

export function readEntry(
  cursor: Cursor,
  attributes: readonly Attribute[],
  unit: Unit,
  sections: DebugSections,
): Entry {
  const entry = new Entry();
  for (const attribute of attributes) {
    if (!readAttribute(entry, cursor, attribute, unit, sections)) break;
  }
  return entry;
}

/** False where the form of the value is none that is known. */
function readAttribute(
  entry: Entry,
  cursor: Cursor,
  attribute: Attribute,
  unit: Unit,
  sections: DebugSections,
): boolean {
  switch (attribute.name) {
    case AT.name: {
      const name = readString(cursor, attribute.form, unit, sections);
      if (name === undefined) return skipForm(cursor, attribute.form, unit);
      entry.name = name;
      return true;
    }
    case AT.constValue: {
      const value = readConstant(cursor, attribute, unit);
      if (value === undefined) return skipForm(cursor, attribute.form, unit);
      entry.constant = value;
      return true;
    }
    default: {
      const value = readNumber(cursor, attribute, unit);
      if (value === undefined) return skipForm(cursor, attribute.form, unit);
      store(entry, attribute.name, value);
      return true;
    }
  }
}

function store(entry: Entry, attribute: number, value: number): void {
  switch (attribute) {
    case AT.type:
      entry.type = value;
      break;
    case AT.abstractOrigin:
      entry.origin = value;
      break;
    case AT.byteSize:
      entry.byteSize = value;
      break;
    case AT.bitSize:
      entry.bitSize = value;
      break;
    case AT.bitOffset:
      entry.bitOffset = value;
      break;
    case AT.dataBitOffset:
      entry.dataBitOffset = value;
      break;
    case AT.memberLocation:
      entry.memberLocation = value;
      break;
    case AT.encoding:
      entry.encoding = value;
      break;
    case AT.count:
      entry.count = value;
      break;
    case AT.upperBound:
      // -1 in 32 bits: no element.
      entry.count = value === 0xffffffff ? 0 : value + 1;
      break;
    case AT.declaration:
      entry.declaration = value !== 0;
      break;
    case AT.stringOffsetsBase:
      entry.stringOffsetsBase = value;
      break;
  }
}
