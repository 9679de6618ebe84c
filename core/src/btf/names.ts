/**
 * Types of one kind by name: an open-addressing table of ids, hashed and compared over the raw bytes, so
 * that no string is decoded to find one among a hundred thousand.
 */
import { fileOf } from './file';
import type { BtfFile, BtfFiles } from './file';
import { kindNumber } from './kinds';
import { hashBytes } from './strings';

const encoder = new TextEncoder();

export class NameTable {
  readonly #files: BtfFiles;
  readonly #kind: number;
  /** Ids; 0 is a free slot. Of equal names, the lowest id comes first on the way of a search. */
  readonly #slots: Uint32Array;
  #names: readonly string[] | undefined;

  constructor(files: BtfFiles, kind: number) {
    this.#files = files;
    this.#kind = kind;
    const found = files.map((file) => ({ file, ids: namedIds(file, kind) }));
    const count = found.reduce((sum, { ids }) => sum + ids.length, 0);
    this.#slots = new Uint32Array(slotCount(count));
    for (const { file, ids } of found) insert(this.#slots, file, ids);
  }

  /** The lowest id with this name, or 0. */
  find(name: string): number {
    if (!name) return 0;
    const bytes = encoder.encode(name);
    const mask = this.#slots.length - 1;
    for (let slot = hashBytes(bytes) & mask; ; slot = (slot + 1) & mask) {
      const id = this.#slots[slot] ?? 0;
      if (id === 0) return 0;
      const file = fileOf(this.#files, id);
      if (file.strings.equals(file.words[file.start(id)] ?? 0, bytes)) return id;
    }
  }

  /** All ids with this name, ascending. */
  findAll(name: string): readonly number[] {
    if (!name) return [];
    const bytes = encoder.encode(name);
    const mask = this.#slots.length - 1;
    const found: number[] = [];
    for (let slot = hashBytes(bytes) & mask; ; slot = (slot + 1) & mask) {
      const id = this.#slots[slot] ?? 0;
      if (id === 0) return found;
      const file = fileOf(this.#files, id);
      if (file.strings.equals(file.words[file.start(id)] ?? 0, bytes)) found.push(id);
    }
  }

  /** All names, each once, in order of ids. */
  names(): readonly string[] {
    return (this.#names ??= Object.freeze([
      ...new Set(
        this.#files.flatMap((file) =>
          Array.from(namedIds(file, this.#kind), (id) => file.stringAt(file.start(id))),
        ),
      ),
    ]));
  }

  /** The names that begin with a prefix, each once, in order of ids; the others are not decoded. */
  namesFrom(prefix: string): readonly string[] {
    const bytes = encoder.encode(prefix);
    const found = new Set<string>();
    for (const file of this.#files) {
      for (const id of namedIds(file, this.#kind)) {
        const start = file.start(id);
        if (file.strings.startsWith(file.words[start] ?? 0, bytes)) found.add(file.stringAt(start));
      }
    }
    return [...found];
  }
}

/** Ids of the file's types of a kind that have a name, ascending. */
function namedIds(file: BtfFile, kind: number): Uint32Array {
  const { words, starts, firstId } = file;
  let count = 0;
  const ids = new Uint32Array(starts.length);
  for (let i = 0; i < starts.length; i++) {
    const start = starts[i] ?? 0;
    if (kindNumber(words[start + 1] ?? 0) === kind && words[start] !== 0) ids[count++] = firstId + i;
  }
  return ids.subarray(0, count);
}

/** A power of two that leaves at least half of the slots free. */
const slotCount = (count: number): number => 2 ** Math.ceil(Math.log2(2 * count + 1));

function insert(slots: Uint32Array, file: BtfFile, ids: Uint32Array): void {
  const { words, strings } = file;
  const mask = slots.length - 1;
  for (const id of ids) {
    let slot = strings.hash(words[file.start(id)] ?? 0) & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = id;
  }
}
