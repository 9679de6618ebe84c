/** Which types the records of a run have: from the objects that its hosts loaded, the source, and the user. */
import { recordFormats, type RecordFormats } from '#core/decode/record-formats';
import type { RecordHints } from '#core/decode/record-types';
import { readBpfObject, type BpfObject } from '#core/elf/bpf-object';
import type { RecordTypeChoice } from '#core/messages/events-panel';

/** More candidates help nobody. */
const SHOWN = 30;

export class ObjectTypes {
  #hints: RecordHints = new Map();
  readonly #objects = new Map<string, BpfObject>();
  /** Hosts of one machine type load the same bytes. */
  #last: { readonly bytes: Uint8Array; readonly object: BpfObject } | undefined;
  #formats = new WeakMap<BpfObject, ReadonlyMap<string, RecordFormats>>();
  /** Names of types by map, then by size; what a user said once holds for later runs. */
  readonly #chosen = new Map<string, Map<number | undefined, string>>();

  setHints(hints: RecordHints): void {
    this.#hints = hints;
    this.#formats = new WeakMap();
  }

  setObject(host: string, bytes: Uint8Array): void {
    if (!this.#last || !sameBytes(this.#last.bytes, bytes)) {
      // Of an object that is damaged, what can be read is used. What is wrong with it the loader says better.
      this.#last = { bytes, object: readBpfObject(bytes).value };
    }
    this.#objects.set(host, this.#last.object);
  }

  object(host: string): BpfObject | undefined {
    return this.#objects.get(host);
  }

  formats(host: string, map: string): RecordFormats | undefined {
    const object = this.#objects.get(host);
    return object && this.#all(object).get(map);
  }

  choose(map: string, size: number | undefined, name: string): void {
    const sizes = this.#chosen.get(map) ?? new Map<number | undefined, string>();
    this.#chosen.set(map, sizes.set(size, name));
    this.#formats = new WeakMap();
  }

  /** What the objects leave open, and what the user chose. */
  choices(): readonly RecordTypeChoice[] {
    const formats = [...new Set(this.#objects.values())].flatMap((object) => [...this.#all(object).values()]);
    return formats.flatMap(({ map, shapes }) =>
      shapes.flatMap(({ size, candidates, certain }): RecordTypeChoice[] => {
        const open = !certain || this.#chosen.get(map)?.has(size) === true;
        const [chosen] = candidates;
        if (!open || chosen === undefined) return [];
        const names = candidates.slice(0, SHOWN).map(({ name }) => name);
        return [{ map, size: size ?? null, chosen: chosen.name, names }];
      }),
    );
  }

  #all(object: BpfObject): ReadonlyMap<string, RecordFormats> {
    let formats = this.#formats.get(object);
    if (formats === undefined) {
      const hints = new Map(this.#hints);
      for (const [map, sizes] of this.#chosen) hints.set(map, [...sizes.values(), ...(hints.get(map) ?? [])]);
      formats = recordFormats(object, hints);
      this.#formats.set(object, formats);
    }
    return formats;
  }
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one === other || (one.length === other.length && one.every((byte, i) => byte === other[i]));
}
