/**
 * Which types the records of a map may have, the likeliest first. Clang's BTF has no word on it: what the programs send
 * is a pointer and a size. So the sizes are read from the instructions, and types of that size looked for where the
 * source would have them: in what the source says itself (a hint), in the map's value type, among the types that local
 * variables point to.
 */
import { resolve, sizeOf } from '../btf/resolve';
import type { GraphType } from '../btf/type-graph';
import type { BpfObject } from '../elf/bpf-object';
import { recordSends } from './record-sizes';
import { typeName } from './type-names';

export interface RecordCandidate extends GraphType {
  /** As C calls it: `struct event`. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /**
   * `source`: a hint says so. `value-type`: the map is declared with it. `variable`: a variable of the function that
   * sends has or points to it, and the size fits. `size`: nothing but the size fits. `kernel`: so, but CO-RE relocates it.
   */
  readonly from: 'source' | 'value-type' | 'variable' | 'size' | 'kernel';
}

/** Records of one size. */
export interface RecordShape {
  /** Bytes; undefined where no program sends a constant size. */
  readonly size: number | undefined;
  /** The likeliest first. */
  readonly candidates: readonly RecordCandidate[];
  /** Whether the first candidate can only be it. */
  readonly certain: boolean;
}

export interface MapRecords {
  readonly map: string;
  readonly shapes: readonly RecordShape[];
}

/** The types that the source sends through a map, by the map's name: `struct event`, `event_t`. */
export type RecordHints = ReadonlyMap<string, readonly string[]>;

const RING_BUFFER = 27;
const PERF_EVENT_ARRAY = 4;

/** Of every ring and perf buffer of the object, in the order in which it defines them. */
export function recordTypes(object: BpfObject, hints: RecordHints = new Map()): readonly MapRecords[] {
  const sends = recordSends(object);
  const buffers = object.maps.filter(({ type }) => type === RING_BUFFER || type === PERF_EVENT_ARRAY);
  const maps = new Set([...buffers.map(({ name }) => name), ...sends.map(({ map }) => map)]);
  const types = new TypeSearch(object);
  return Array.from(maps, (map): MapRecords => {
    const hinted = (hints.get(map) ?? []).flatMap((name) => types.named(name));
    const value = buffers.find(({ name }) => name === map)?.value;
    const declared = value === undefined ? [] : types.valueType(value);
    const own = sends.filter((send) => send.map === map);
    const sizes = new Set(own.length > 0 ? own.map(({ size }) => size) : [undefined]);
    const shapes = Array.from(sizes, (size): RecordShape => {
      const functions = own.filter((send) => send.size === size).map((send) => send.function);
      const fits = (candidate: RecordCandidate) => size === undefined || candidate.size === size;
      const known = [...hinted, ...declared].filter(fits);
      return shapeOf(size, [...known, ...types.candidates(size, new Set(functions))]);
    });
    return { map, shapes };
  });
}

/** @param found the likeliest first, some of them twice */
function shapeOf(size: number | undefined, found: readonly RecordCandidate[]): RecordShape {
  const candidates = found.filter((one, i) => found.findIndex((other) => other.name === one.name) === i);
  return { size, candidates, certain: isCertain(size, candidates) };
}

function isCertain(size: number | undefined, [first, second]: readonly RecordCandidate[]): boolean {
  const alone = first?.from !== second?.from;
  switch (first?.from) {
    case 'value-type':
      return true;
    case 'source':
      return alone;
    case 'variable':
      return alone && size !== undefined;
    default:
      return false;
  }
}

class TypeSearch {
  readonly #object: BpfObject;
  /** Types that CO-RE relocates are the kernel's. */
  readonly #kernel: ReadonlySet<string>;

  constructor(object: BpfObject) {
    this.#object = object;
    const { btf, ext } = object;
    this.#kernel = new Set(ext.relocations.map(({ typeId }) => btf.name(resolve(btf, typeId))));
  }

  /** A struct's tag or a typedef's name, with or without `struct`. */
  named(text: string): readonly RecordCandidate[] {
    const [, kind, name] = /^(?:(struct|union)\s+)?(\w+)$/.exec(text.trim()) ?? [];
    if (name === undefined) return [];
    for (const type of this.#all()) {
      const own = type.types.kind(type.id);
      if (type.types.name(type.id) === name && (kind === undefined || own === kind)) {
        const candidate = this.#candidate(type, 'source');
        if (candidate.size > 0) return [candidate];
      }
    }
    return [];
  }

  /** Integers are no record: perf buffers are declared with those that they need for themselves. */
  valueType(id: number): readonly RecordCandidate[] {
    const type = { types: this.#object.btf, id };
    return isComposite(type) ? [this.#candidate(type, 'value-type')] : [];
  }

  candidates(size: number | undefined, functions: ReadonlySet<string>): readonly RecordCandidate[] {
    const types = this.#object.debug.value;
    const fits = (candidate: RecordCandidate) =>
      candidate.size > 0 && (size === undefined ? isComposite(candidate) : candidate.size === size);
    const variables = [...types.locals(functions)]
      .map((id) => this.#candidate({ types, id }, 'variable'))
      .filter(fits);
    const structs = variables.filter(isComposite);
    const others = size === undefined ? [] : this.#ofSize(size);
    const own = ({ from }: RecordCandidate) => from !== 'kernel';
    return [
      ...structs.filter(own),
      // An integer of that size is what is sent only if no struct is.
      ...(structs.some(own) ? [] : variables.filter((one) => !isComposite(one))),
      ...others.filter(own),
      ...structs.filter((one) => !own(one)),
      ...others.filter((one) => !own(one)),
    ];
  }

  #ofSize(size: number): readonly RecordCandidate[] {
    const found: RecordCandidate[] = [];
    for (const type of this.#all()) {
      if (!isComposite(type) || sizeOf(type.types, type.id) !== size) continue;
      const candidate = this.#candidate(type, 'size');
      if (!candidate.name.endsWith('{…}')) found.push(candidate);
    }
    return found;
  }

  *#all(): Generator<GraphType> {
    const { btf, debug } = this.#object;
    for (let id = 1; id < btf.endId; id++) {
      const kind = btf.kind(id);
      if (kind === 'struct' || kind === 'union' || kind === 'typedef') yield { types: btf, id };
    }
    for (const id of debug.value.named()) yield { types: debug.value, id };
  }

  #candidate(type: GraphType, from: RecordCandidate['from']): RecordCandidate {
    const { types, id } = type;
    const kernel =
      (from === 'variable' || from === 'size') && this.#kernel.has(types.name(resolve(types, id)));
    return { ...type, name: typeName(type), size: sizeOf(types, id), from: kernel ? 'kernel' : from };
  }
}

function isComposite({ types, id }: GraphType): boolean {
  const kind = types.kind(resolve(types, id));
  return kind === 'struct' || kind === 'union';
}
