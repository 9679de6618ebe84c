/**
 * Records of one type, decoded. The type is compiled once; after that nothing is looked up by name, and nothing is
 * decoded that is not asked for.
 */
import { sizeOf } from '../btf/resolve';
import type { GraphType } from '../btf/type-graph';
import { bytesCodec } from './addresses';
import type { Codec } from './codec';
import { Compiler, leavesOf } from './compile';
import { toInteger, type Json } from './json';
import { unsignedCodec } from './leaf-codec';
import type { ByteSource } from './source';
import { typeName } from './type-names';

export interface Column {
  /** Members with dots between them: `key.saddr`. `value` for a type that is no struct. */
  readonly name: string;
  /** As C calls it: `__u32`, `char[16]`. */
  readonly type: string;
  /** Whether its values are numbers to a person. */
  readonly numeric: boolean;
}

/** `at` and `end` are where a record begins and ends, in bytes from the start of the source. */
export interface RecordDecoder {
  /** `struct event`. */
  readonly type: string;
  /** Bytes of the type. Records may be longer (perf buffers pad them) or shorter. */
  readonly size: number;
  readonly columns: readonly Column[];
  /** An object with the struct's members; the value itself, for a type that is no struct. */
  json(source: ByteSource, at: number, end: number): Json;
  /** The whole in one line: `{pid: 1, comm: init}`. */
  line(source: ByteSource, at: number, end: number): string;
  /** The value of one column, for a program. Null where there is none. */
  value(column: number, source: ByteSource, at: number, end: number): Json;
  /** The text of the sum of one column's values; undefined where a sum means nothing. */
  sum(column: number, values: readonly Json[]): string | undefined;
  /** The text of one column: one line without control characters, empty where there is none. */
  text(column: number, source: ByteSource, at: number, end: number): string;
}

/** @param name what a value that is no struct is called, which says how it is shown */
export function createRecordDecoder(type: GraphType, name = ''): RecordDecoder {
  const value = { ...type, name };
  const node = new Compiler().compile(value);
  const leaves = leavesOf(node, value).map((leaf) => ({ ...leaf, type: typeName(leaf.value) }));
  return new CompiledDecoder(typeName(type), sizeOf(type.types, type.id), node.codec, leaves);
}

/** For bytes whose type is not known: a number where they have the size of one, else hexadecimal digits. */
export function createRawDecoder(size: number, littleEndian: boolean): RecordDecoder {
  const codec = [1, 2, 4, 8].includes(size) ? unsignedCodec(size, littleEndian) : bytesCodec(Infinity);
  const leaf = { path: [], codec, at: 0, type: '' };
  return new CompiledDecoder('', size, codec, [leaf]);
}

/** What becomes a column. */
interface ColumnCodec {
  readonly path: readonly string[];
  readonly type: string;
  readonly at: number;
  readonly codec: Codec;
}

class CompiledDecoder implements RecordDecoder {
  readonly type: string;
  readonly size: number;
  readonly columns: readonly Column[];
  readonly #codec: Codec;
  readonly #leaves: readonly ColumnCodec[];

  constructor(type: string, size: number, codec: Codec, leaves: readonly ColumnCodec[]) {
    this.type = type;
    this.size = size;
    this.#codec = codec;
    this.#leaves = leaves;
    this.columns = leaves.map(({ path, type: own, codec: { numeric } }) => ({
      name: path.join('.') || 'value',
      type: own,
      numeric,
    }));
  }

  json(source: ByteSource, at: number, end: number): Json {
    return this.#codec.json(source, at, end);
  }

  line(source: ByteSource, at: number, end: number): string {
    return this.#codec.text(source, at, end);
  }

  value(column: number, source: ByteSource, at: number, end: number): Json {
    const leaf = this.#leaves[column];
    return leaf === undefined ? null : leaf.codec.json(source, at + leaf.at, end);
  }

  sum(column: number, values: readonly Json[]): string | undefined {
    const sumText = this.#leaves[column]?.codec.sumText;
    return sumText?.(toInteger(values.reduce<bigint>((sum, value) => sum + integerOf(value), 0n)));
  }

  text(column: number, source: ByteSource, at: number, end: number): string {
    const leaf = this.#leaves[column];
    return leaf === undefined ? '' : leaf.codec.text(source, at + leaf.at, end);
  }
}

function integerOf(value: Json): bigint {
  return typeof value === 'number' || typeof value === 'string' ? BigInt(value) : 0n;
}
