/**
 * One BTF blob, walked once: where each of its types begins. Nothing of a type is decoded here.
 */
import type { Parsed, Problem } from '../result';
import { readSections } from './header';
import { kindNumber, recordWords } from './kinds';
import { Strings } from './strings';

/** What a split BTF file continues: the type ids and string offsets of its base. */
export interface FileBase {
  readonly endId: number;
  readonly strings: Strings;
}

export class BtfFile {
  readonly littleEndian: boolean;
  /** The type section, in the byte order of this machine. */
  readonly words: Uint32Array;
  /** Word at which each type's record begins, in order of ids. */
  readonly starts: Uint32Array;
  readonly strings: Strings;
  /** The id of the first own type, in the id space of the whole. */
  readonly firstId: number;
  /** One more than the id of the last own type. */
  readonly endId: number;
  /** Ids below this one belong to the base; the file's own begin here as the file itself counts. */
  readonly #baseEnd: number;

  constructor(
    sections: { readonly littleEndian: boolean; readonly words: Uint32Array },
    starts: Uint32Array,
    strings: Strings,
    baseEnd: number,
    firstId: number,
  ) {
    this.littleEndian = sections.littleEndian;
    this.words = sections.words;
    this.starts = starts;
    this.strings = strings;
    this.#baseEnd = baseEnd;
    this.firstId = firstId;
    this.endId = firstId + starts.length;
  }

  /** The word at which a type begins; past the end for an id that is not of this file, so that it reads as zeros. */
  start(id: number): number {
    return this.starts[id - this.firstId] ?? this.words.length;
  }

  /** The id that the word at an index holds, in the id space of the whole; 0 (void) where it is out of range. */
  idAt(index: number): number {
    const id = this.words[index] ?? 0;
    if (id < this.#baseEnd) return id;
    const own = id - this.#baseEnd;
    return own < this.starts.length ? this.firstId + own : 0;
  }

  /** The string whose offset the word at an index holds. */
  stringAt(index: number): string {
    return this.strings.at(this.words[index] ?? 0);
  }
}

/** At least one, in order of ids, without gaps. */
export type BtfFiles = readonly [BtfFile, ...BtfFile[]];

/** The file that an id belongs to; any of them for an id that belongs to none. */
export function fileOf(files: BtfFiles, id: number): BtfFile {
  const first = files[0];
  if (!(id >= first.endId)) return first;
  let low = 1;
  let high = files.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (id < (files[middle]?.endId ?? 0)) high = middle;
    else low = middle + 1;
  }
  return files[low] ?? first;
}

/**
 * Reads as many types as the bytes hold. `firstId` is the id that the first of them gets; it differs from
 * the base's end only where several files share one base.
 */
export function readFile(bytes: Uint8Array, base?: FileBase, firstId = base?.endId ?? 1): Parsed<BtfFile> {
  const { value: sections, problems } = readSections(bytes);
  const walked = walk(sections.words);
  const strings = new Strings(sections.strings, base?.strings);
  const file = new BtfFile(sections, walked.value, strings, base?.endId ?? 1, firstId);
  return { value: file, problems: [...problems, ...walked.problems] };
}

function walk(words: Uint32Array): Parsed<Uint32Array> {
  const problems: Problem[] = [];
  // A record has at least three words, so this holds all of them, whatever the data claims.
  const starts = new Uint32Array(Math.ceil(words.length / 3));
  let count = 0;
  for (let at = 0; at < words.length;) {
    const info = words[at + 1] ?? 0;
    const length = recordWords(info);
    if (length === 0 || at + length > words.length) {
      const message = length === 0 ? `unknown kind ${kindNumber(info)}` : 'the last type is cut off';
      problems.push({ message, where: `byte ${at * 4} of the type section` });
      break;
    }
    starts[count++] = at;
    at += length;
  }
  return { value: starts.slice(0, count), problems };
}
