/** The records of one map, each decoded by its size: programs may send records of several types through one map. */
import type { BpfObject } from '../elf/bpf-object';
import { createRawDecoder, createRecordDecoder, type RecordDecoder } from './record-decoder';
import { recordTypes, type RecordHints, type RecordShape } from './record-types';

export class RecordFormats {
  readonly map: string;
  /** What was found out about the types; a user may be asked where one of them is not certain. */
  readonly shapes: readonly RecordShape[];
  readonly #littleEndian: boolean;
  readonly #known: readonly RecordDecoder[];
  /** A format for records of any size: where the programs send no constant one. */
  readonly #any: RecordDecoder | undefined;
  readonly #bySize = new Map<number, RecordDecoder>();

  constructor(map: string, shapes: readonly RecordShape[], littleEndian: boolean) {
    this.map = map;
    this.shapes = shapes;
    this.#littleEndian = littleEndian;
    this.#known = shapes.flatMap(({ size, candidates: [first] }) =>
      first && size !== undefined ? [createRecordDecoder(first)] : [],
    );
    const open = shapes.find(({ size }) => size === undefined)?.candidates[0];
    this.#any = open && createRecordDecoder(open);
  }

  /** Of the types that are known, and of all sizes that were asked for. */
  get decoders(): readonly RecordDecoder[] {
    const known = this.#any ? [...this.#known, this.#any] : this.#known;
    return [...new Set([...known, ...this.#bySize.values()])];
  }

  get certain(): boolean {
    return this.shapes.every(({ certain }) => certain);
  }

  /** The same decoder for the same size, always. */
  decoder(size: number): RecordDecoder {
    let decoder = this.#bySize.get(size);
    if (decoder === undefined) {
      decoder = this.#find(size) ?? createRawDecoder(size, this.#littleEndian);
      this.#bySize.set(size, decoder);
    }
    return decoder;
  }

  #find(size: number): RecordDecoder | undefined {
    const exact =
      this.#known.find((one) => one.size === size) ?? this.#known.find((one) => padded(one.size) === size);
    // A struct with a flexible array, or with a packet behind it.
    const longer = this.#known.filter((one) => one.size < size).toSorted((a, b) => b.size - a.size)[0];
    return exact ?? this.#any ?? longer;
  }
}

/** A record of a perf buffer has its 32-bit size before it, and ends on a multiple of eight. */
const padded = (size: number) => Math.ceil((size + 4) / 8) * 8 - 4;

/** By the name of the map. */
export function recordFormats(object: BpfObject, hints?: RecordHints): ReadonlyMap<string, RecordFormats> {
  const { littleEndian } = object.elf;
  return new Map(
    recordTypes(object, hints).map(({ map, shapes }) => [map, new RecordFormats(map, shapes, littleEndian)]),
  );
}
