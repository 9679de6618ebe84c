/** `.debug_abbrev`: which attributes the entries of a code have, and in which form. */
import type { Bytes } from '../bytes';
import { FORM } from './constants';
import { Cursor } from './cursor';
import { sizeOfForm } from './forms';
import type { Widths } from './forms';

export interface Abbreviation {
  readonly tag: number;
  readonly hasChildren: boolean;
  readonly attributes: readonly Attribute[];
  /** Bytes of all attributes together, where no entry's differ. */
  readonly size: number | undefined;
}

export interface Attribute {
  readonly name: number;
  readonly form: number;
  /** The value itself, for `DW_FORM_implicit_const`. */
  readonly implicit: bigint;
}

/** The table that begins at an offset, by code. */
export function readAbbreviations(
  bytes: Bytes,
  offset: number,
  widths: Widths,
): ReadonlyMap<number, Abbreviation> {
  const table = new Map<number, Abbreviation>();
  const cursor = new Cursor(bytes, offset);
  while (!cursor.ended) {
    const code = cursor.uleb();
    if (code === 0) break;
    const tag = cursor.uleb();
    const hasChildren = cursor.u8() !== 0;
    const attributes = readAttributes(cursor);
    table.set(code, { tag, hasChildren, attributes, size: sumOfSizes(attributes, widths) });
  }
  return table;
}

function readAttributes(cursor: Cursor): Attribute[] {
  const attributes: Attribute[] = [];
  while (!cursor.ended) {
    const name = cursor.uleb();
    const form = cursor.uleb();
    const implicit = form === FORM.implicitConst ? cursor.sleb() : 0n;
    if (name === 0 && form === 0) break;
    attributes.push({ name, form, implicit });
  }
  return attributes;
}

function sumOfSizes(attributes: readonly Attribute[], widths: Widths): number | undefined {
  let sum = 0;
  for (const { form } of attributes) {
    const size = sizeOfForm(form, widths);
    if (size === undefined) return undefined;
    sum += size;
  }
  return sum;
}
