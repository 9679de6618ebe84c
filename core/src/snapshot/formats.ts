/**
 * All `format` files of a kernel in one piece of memory. A file's text is decoded when it is asked for:
 * two thousand strings that nobody reads cost more than the bytes they are made of.
 */
import type { Parsed } from '../result';
import { damage } from './container';

export interface FormatTexts {
  /** The files, one behind the other. */
  readonly blob: Uint8Array;
  /** `category/name` to the file's bytes in `blob`. */
  readonly entries: ReadonlyMap<string, FormatEntry>;
}

export interface FormatEntry {
  readonly start: number;
  readonly end: number;
}

export const NO_FORMATS: FormatTexts = { blob: new Uint8Array(0), entries: new Map() };

export function formatText(formats: FormatTexts, category: string, name: string): string | undefined {
  const entry = formats.entries.get(`${category}/${name}`);
  return entry === undefined ? undefined : decode(formats.blob, entry.start, entry.end);
}

/** The section `formats`: a line `category/name bytes` for each file, an empty line, the files. In pieces. */
export function packFormats(formats: FormatTexts): readonly Uint8Array[] {
  const entries = [...formats.entries].sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = entries.map(([key, { start, end }]) => `${key} ${end - start}\n`);
  const files = runs(entries.map(([, entry]) => entry)).map(({ start, end }) =>
    formats.blob.subarray(start, end),
  );
  return [Buffer.from(`${lines.join('')}\n`), ...files];
}

/** Those that follow each other as one: two thousand small copies take longer than a large one. */
function runs(entries: readonly FormatEntry[]): readonly FormatEntry[] {
  const found: FormatEntry[] = [];
  for (const { start, end } of entries) {
    const last = found.at(-1);
    if (last?.end === start) found[found.length - 1] = { start: last.start, end };
    else found.push({ start, end });
  }
  return found;
}

export function unpackFormats(section: Uint8Array): Parsed<FormatTexts> {
  const bytes = Buffer.from(section.buffer, section.byteOffset, section.byteLength);
  const head = bytes[0] === 0x0a ? 0 : bytes.indexOf('\n\n') + 1;
  if (bytes[head] !== 0x0a) return { value: NO_FORMATS, problems: [damage('formats')] };
  const blob = bytes.subarray(head + 1);
  const entries = new Map<string, FormatEntry>();
  let end = 0;
  for (const line of decode(bytes, 0, head).split('\n')) {
    if (line === '') continue;
    const blank = line.indexOf(' ');
    const size = Number(line.slice(blank + 1));
    if (blank <= 0 || !Number.isInteger(size) || size < 0)
      return { value: NO_FORMATS, problems: [damage('formats')] };
    entries.set(line.slice(0, blank), { start: end, end: end + size });
    end += size;
  }
  if (end !== blob.length) return { value: NO_FORMATS, problems: [damage('formats')] };
  return { value: { blob, entries }, problems: [] };
}

function decode(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString();
}
