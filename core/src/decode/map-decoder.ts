/** Dumps of maps, decoded with the key and value types that the object's BTF names (`__type(key, …)`). */
import type { AgentMap } from '../agent/protocol';
import type { BpfObject } from '../elf/bpf-object';
import { createGlobalsDecoder } from './globals';
import type { Json } from './json';
import { createRawDecoder, createRecordDecoder, type Column, type RecordDecoder } from './record-decoder';
import { ByteSource } from './source';

export interface MapDecoder {
  readonly columns: readonly Column[];
  /** Rows in the order of the entries; of global variables one row each. */
  rows(entries: readonly MapEntry[]): readonly MapRow[];
}

export type MapEntry = readonly [key: Uint8Array, value: Uint8Array];

export interface MapRow {
  readonly key: Json;
  /** Of a per-CPU map a list: one value per possible CPU. */
  readonly value: Json;
  /** One per column. Of a per-CPU map the sum where there is one, else the values. */
  readonly cells: readonly string[];
}

/** What the agent says about a map, as far as it says how to decode it. */
export type DumpedMap = Pick<AgentMap, 'name' | 'kind' | 'keySize' | 'valueSize' | 'internal'>;

export function createMapDecoder(object: BpfObject, map: DumpedMap): MapDecoder {
  const globals = map.internal ? createGlobalsDecoder(object, map.name) : undefined;
  if (globals) return globals;
  const definition = object.maps.find(({ name }) => name === map.name);
  const decoder = (id: number | undefined, size: number, name: string) => {
    const typed = id === undefined ? undefined : createRecordDecoder({ types: object.btf, id }, name);
    return typed?.size === size ? typed : createRawDecoder(size, object.elf.littleEndian);
  };
  const key = decoder(definition?.key, map.keySize, 'key');
  const value = decoder(definition?.value, map.valueSize, 'value');
  const perCpu = map.kind.includes('percpu');
  return {
    columns: [...named(key, 'key'), ...named(value, 'value')],
    rows: (entries) =>
      entries.map(([keyBytes, valueBytes]) => {
        const keySource = new ByteSource(keyBytes);
        const values = perCpu ? slices(valueBytes, map.valueSize) : [valueBytes];
        const sources = values.map((bytes) => new ByteSource(bytes));
        const json = sources.map((source) => value.json(source, 0, source.bytes.length));
        return {
          key: key.json(keySource, 0, keyBytes.length),
          value: perCpu ? json : (json[0] ?? null),
          cells: [
            ...key.columns.map((_, column) => key.text(column, keySource, 0, keyBytes.length)),
            ...value.columns.map((_, column) => cell(value, column, sources)),
          ],
        };
      }),
  };
}

/** Columns of a struct have their own names, those of a key before them the name `key`. */
function named(decoder: RecordDecoder, name: 'key' | 'value'): readonly Column[] {
  return decoder.columns.map((column) => ({
    ...column,
    name: column.name === 'value' ? name : name === 'key' ? `key.${column.name}` : column.name,
  }));
}

/** The kernel pads each CPU's value to eight bytes. */
function slices(bytes: Uint8Array, size: number): Uint8Array[] {
  const stride = Math.max(8, Math.ceil(size / 8) * 8);
  return Array.from({ length: Math.floor(bytes.length / stride) }, (_, i) =>
    bytes.subarray(i * stride, i * stride + size),
  );
}

function cell(decoder: RecordDecoder, column: number, sources: readonly ByteSource[]): string {
  const text = (source: ByteSource) => decoder.text(column, source, 0, source.bytes.length);
  const [first] = sources;
  if (first === undefined) return '';
  if (sources.length === 1) return text(first);
  const values = sources.map((source) => decoder.value(column, source, 0, source.bytes.length));
  const distinct = new Set(sources.map(text));
  return decoder.sum(column, values) ?? (distinct.size === 1 ? text(first) : `[${[...distinct].join(', ')}]`);
}
