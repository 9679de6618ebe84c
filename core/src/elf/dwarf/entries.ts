/**
 * Where the entries of `.debug_info` are, and how they nest. One pass over the bytes; an entry's attributes are read
 * when it is asked for. Source: DWARF 5, section 7.5; DWARF 4 differs in the header and in a few forms.
 */
import type { Parsed, Problem } from '../../result';
import type { Bytes } from '../bytes';
import { readAbbreviations } from './abbreviations';
import type { Abbreviation } from './abbreviations';
import { Cursor } from './cursor';
import { Entry, readEntry } from './entry';
import { skipForm } from './forms';
import type { DebugSections, Unit } from './forms';

/** Entries by index, in the order of the file. */
export class Entries {
  readonly #sections: DebugSections;
  readonly #offsets: number[] = [];
  readonly #tags: number[] = [];
  readonly #parents: number[] = [];
  readonly #ends: number[] = [];
  readonly #units: { readonly first: number; readonly unit: Unit }[] = [];

  constructor(sections: DebugSections) {
    this.#sections = sections;
  }

  get count(): number {
    return this.#offsets.length;
  }

  /** Bytes from the start of `.debug_info`. */
  offset(index: number): number {
    return this.#offsets[index] ?? 0;
  }

  /** 0 where there is no such entry. */
  tag(index: number): number {
    return this.#tags[index] ?? 0;
  }

  /** Index of the entry around it; -1 for a unit. */
  parent(index: number): number {
    return this.#parents[index] ?? -1;
  }

  /** Index of the first entry behind it and all that is in it. */
  end(index: number): number {
    return this.#ends[index] ?? this.count;
  }

  /** The entry that begins at an offset; -1 where none does. */
  find(offset: number): number {
    const offsets = this.#offsets;
    let low = 0;
    let high = offsets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((offsets[middle] ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return offsets[low] === offset ? low : -1;
  }

  read(index: number): Entry {
    const unit = this.#units.findLast(({ first }) => first <= index)?.unit;
    if (unit === undefined || index < 0 || index >= this.count) return new Entry();
    const cursor = new Cursor(this.#sections.info, this.offset(index));
    const attributes = unit.abbreviations.get(cursor.uleb())?.attributes ?? [];
    return readEntry(cursor, attributes, unit, this.#sections);
  }

  /** Adds the entries of a unit; says what made it stop before the end, if anything did. */
  add(unit: Unit, cursor: Cursor): string | undefined {
    this.#units.push({ first: this.count, unit });
    const open: number[] = [];
    let message: string | undefined;
    while (cursor.at < unit.end && message === undefined) {
      const offset = cursor.at;
      const code = cursor.uleb();
      if (code === 0) {
        this.#close(open.pop());
        continue;
      }
      const abbreviation = unit.abbreviations.get(code);
      if (abbreviation === undefined) {
        message = `abbreviation ${code} is unknown`;
        break;
      }
      const index = this.#offsets.push(offset) - 1;
      this.#tags.push(abbreviation.tag);
      this.#parents.push(open.at(-1) ?? -1);
      this.#ends.push(index + 1);
      if (abbreviation.hasChildren) open.push(index);
      message = skipAttributes(cursor, abbreviation, unit);
    }
    for (const index of open) this.#close(index);
    return message;
  }

  #close(index: number | undefined): void {
    if (index !== undefined) this.#ends[index] = this.count;
  }
}

const COMPILE = 1;
const PARTIAL = 3;

export function readEntries(sections: DebugSections): Parsed<Entries> {
  const problems: Problem[] = [];
  const entries = new Entries(sections);
  const { info } = sections;
  for (let start = 0; start < info.length; start = endOfUnit(info, start)) {
    const cursor = new Cursor(info, start);
    const unit = readHeader(cursor, sections);
    const message = unit && entries.add(unit, cursor);
    if (message !== undefined) problems.push({ message, where: `unit at ${start} of .debug_info` });
  }
  return { value: entries, problems };
}

function endOfUnit(info: Bytes, start: number): number {
  const length = info.u32(start);
  return length === 0xffffffff ? start + 12 + info.u64(start + 4) : start + 4 + length;
}

/** Undefined for a unit that has no types of its own, or of a version that is not known. */
function readHeader(cursor: Cursor, sections: DebugSections): Unit | undefined {
  const start = cursor.at;
  const end = Math.min(endOfUnit(sections.info, start), sections.info.length);
  const offsetSize = cursor.u32() === 0xffffffff ? 8 : 4;
  if (offsetSize === 8) cursor.skip(8);
  const version = cursor.u16();
  if (version < 3 || version > 5) return undefined;
  const unitType = version === 5 ? cursor.u8() : COMPILE;
  if (unitType !== COMPILE && unitType !== PARTIAL) return undefined;
  let addressSize = version === 5 ? cursor.u8() : 0;
  const table = cursor.offset(offsetSize);
  if (version < 5) addressSize = cursor.u8();
  const widths = { addressSize, offsetSize } as const;
  const abbreviations = readAbbreviations(sections.abbreviations, table, widths);
  // Where the unit does not say: behind the header of `.debug_str_offsets`.
  const unit = { ...widths, start, end, abbreviations, stringOffsetsBase: offsetSize * 2 };
  return { ...unit, stringOffsetsBase: stringOffsetsBase(cursor.at, unit, sections) };
}

/** What the first entry of a unit says. */
function stringOffsetsBase(at: number, unit: Unit, sections: DebugSections): number {
  const cursor = new Cursor(sections.info, at);
  const attributes = unit.abbreviations.get(cursor.uleb())?.attributes ?? [];
  return readEntry(cursor, attributes, unit, sections).stringOffsetsBase ?? unit.stringOffsetsBase;
}

/** Says which form is unknown, if one is. */
function skipAttributes(cursor: Cursor, { size, attributes }: Abbreviation, unit: Unit): string | undefined {
  if (size !== undefined) {
    cursor.skip(size);
    return undefined;
  }
  const unknown = attributes.find(({ form }) => !skipForm(cursor, form, unit));
  return unknown && `form ${unknown.form} is unknown`;
}
