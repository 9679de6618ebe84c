/** The last dump of every map, decoded when the Maps tab is looked at. */
import type { AgentMap } from '#core/agent/protocol';
import { createMapDecoder, type MapDecoder, type MapEntry } from '#core/decode/map-decoder';
import type { BpfObject } from '#core/elf/bpf-object';
import type { PanelTable } from '#core/messages/events-panel';
import { timeOfDay } from './time';

interface Dump {
  readonly host: string;
  readonly map: AgentMap;
  readonly object: BpfObject | undefined;
  readonly entries: readonly MapEntry[];
  readonly truncated: boolean;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** More rows no person reads, and they would all be sent again with each dump. */
const SHOWN = 500;

export class MapsTab {
  readonly #dumps = new Map<string, Dump>();
  readonly #decoders = new WeakMap<BpfObject, Map<string, MapDecoder>>();

  clear(): void {
    this.#dumps.clear();
  }

  dumped(dump: Dump): void {
    this.#dumps.set(JSON.stringify([dump.host, dump.map.name]), dump);
  }

  tables(severalHosts: boolean): readonly PanelTable[] {
    return [...this.#dumps.values()].map((dump) => this.#table(dump, severalHosts));
  }

  #table({ host, map, object, entries, truncated, time }: Dump, severalHosts: boolean): PanelTable {
    const decoder = object && this.#decoder(object, map);
    const shown = entries.slice(0, SHOWN);
    const more = entries.length - shown.length;
    return {
      title: map.internal
        ? `${map.name.slice(Math.max(0, map.name.indexOf('.')))} (global variables)`
        : map.name,
      detail: [...(severalHosts ? [host] : []), map.kind, timeOfDay(time)].join(' · '),
      columns: (decoder?.columns ?? []).map(({ name, type, numeric }) => ({
        title: name,
        detail: type,
        numeric,
      })),
      rows: decoder ? decoder.rows(shown).map(({ cells }) => ({ cells })) : [],
      note: truncated || more > 0 ? `${more > 0 ? more : 'More'} entries are not shown.` : '',
    };
  }

  #decoder(object: BpfObject, map: AgentMap): MapDecoder {
    let decoders = this.#decoders.get(object);
    if (decoders === undefined) this.#decoders.set(object, (decoders = new Map<string, MapDecoder>()));
    let decoder = decoders.get(map.name);
    if (decoder === undefined) decoders.set(map.name, (decoder = createMapDecoder(object, map)));
    return decoder;
  }
}
