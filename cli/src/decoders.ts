/** How the records and maps of an object are decoded. Hosts that were given the same object share it. */
import type { AgentMap } from '#core/agent/protocol';
import { createMapDecoder } from '#core/decode/map-decoder';
import type { MapDecoder } from '#core/decode/map-decoder';
import { RecordFormats, recordFormats } from '#core/decode/record-formats';
import { readBpfObject } from '#core/elf/bpf-object';

export interface Decoders {
  /** For records of a map. */
  records(map: string): RecordFormats;
  entries(map: AgentMap): MapDecoder;
}

export type DecodersOf = (object: Uint8Array) => Decoders;

export function createDecoders(): DecodersOf {
  const known = new WeakMap<Uint8Array, Decoders>();
  return (object) => {
    const found = known.get(object) ?? decodersOf(object);
    known.set(object, found);
    return found;
  };
}

function decodersOf(bytes: Uint8Array): Decoders {
  const { value: object } = readBpfObject(bytes);
  const formats = new Map(recordFormats(object));
  const maps = new Map<string, MapDecoder>();
  return {
    records(map) {
      const format = formats.get(map) ?? new RecordFormats(map, [], object.elf.littleEndian);
      formats.set(map, format);
      return format;
    },
    entries(map) {
      const decoder = maps.get(map.name) ?? createMapDecoder(object, map);
      maps.set(map.name, decoder);
      return decoder;
    },
  };
}
