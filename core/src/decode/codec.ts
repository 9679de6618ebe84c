/** From bytes to a value, in the two forms in which it is wanted: for a program, and for a person. */
import type { Integer, Json } from './json';
import type { ByteSource } from './source';

export interface Codec {
  /** Whether it is a number to a person, who wants such columns aligned on the right, and compared as numbers. */
  readonly numeric: boolean;
  /** Null where the record ends before the value does. `end` is the end of the record. */
  json(source: ByteSource, at: number, end: number): Json;
  /** Without control characters. Empty where the record ends before the value does. */
  text(source: ByteSource, at: number, end: number): string;
  /** How a sum of such values is shown, where it means something: of counters and durations, not of addresses. */
  readonly sumText?: (sum: Integer) => string;
}

/** Something that takes a fixed number of bytes. */
export function fixed(
  size: number,
  numeric: boolean,
  json: (source: ByteSource, at: number) => Json,
  text: (source: ByteSource, at: number) => string,
): Codec {
  return {
    numeric,
    json: (source, at, end) => (at + size <= end ? json(source, at) : null),
    text: (source, at, end) => (at + size <= end ? text(source, at) : ''),
  };
}

/** Something that is the same text to a program and to a person. */
export function word(size: number, text: (source: ByteSource, at: number) => string): Codec {
  return fixed(size, false, text, text);
}
