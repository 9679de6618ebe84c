/** Compiles a type into a codec: its layout is walked once, its records many times. */
import { resolve, sizeOf } from '../btf/resolve';
import { bytesCodec, ipv4, ipv6 } from './addresses';
import type { Codec } from './codec';
import { arrayCodec, scalarCodec, type Bits, type Named } from './leaf-codec';
import { means } from './names';
import type { Json } from './json';

/** A member with its place, as deep as structs are nested: what is one column of a table. */
export interface Leaf {
  /** Names of members, outermost first. Empty for a type that is no struct. */
  readonly path: readonly string[];
  readonly value: Named;
  /** Bytes from the start of the record. */
  readonly at: number;
  readonly codec: Codec;
}

/** A compiled type; of a struct also its fields. */
export interface Node {
  readonly codec: Codec;
  readonly fields?: readonly Field[];
}

interface Field {
  readonly name: string;
  /** Bytes from the start of the struct. */
  readonly at: number;
  readonly node: Node;
  readonly value: Named;
}

/** Corrupted types can contain themselves, and many of them: so deep, and so many members in all, are looked at. */
const MAX_DEPTH = 16;
const MAX_FIELDS = 4096;

export class Compiler {
  #left = MAX_FIELDS;

  compile(value: Named, bits?: Bits, depth = 0): Node {
    const { types } = value;
    const id = resolve(types, value.id);
    const kind = types.kind(id);
    const size = sizeOf(types, id);
    if (depth > MAX_DEPTH || this.#left <= 0) return { codec: bytesCodec(size) };
    if (kind === 'struct' || kind === 'union') return this.#struct(value, id, depth);
    if (kind === 'array') return { codec: this.#array(value, id, depth) };
    return { codec: scalarCodec(value, bits) ?? bytesCodec(size) };
  }

  #struct(value: Named, id: number, depth: number): Node {
    const { types } = value;
    const name = types.name(id);
    if (name === 'in_addr' && types.ownSize(id) === 4) return { codec: ipv4 };
    if (name === 'in6_addr' && types.ownSize(id) === 16) return { codec: ipv6 };
    const fields = this.#fields(value, id, 0, depth);
    return { codec: structCodec(fields), fields };
  }

  /** Members of anonymous structs and unions are those of the struct around them. */
  #fields(value: Named, id: number, base: number, depth: number): Field[] {
    const { types } = value;
    const fields: Field[] = [];
    if (depth > MAX_DEPTH) return fields;
    for (const member of types.members(id)) {
      if (this.#left-- <= 0) break;
      const inner = resolve(types, member.type);
      const kind = types.kind(inner);
      const at = base + (member.bitOffset >>> 3);
      if (member.name === '') {
        // Without a name and no struct: the padding of a bitfield.
        if (kind === 'struct' || kind === 'union') fields.push(...this.#fields(value, inner, at, depth + 1));
        continue;
      }
      if (means.padding(member.name)) continue;
      const { bitSize } = member;
      const bits = bitSize === undefined ? undefined : { first: member.bitOffset & 7, count: bitSize };
      const own: Named = { types, id: member.type, name: member.name };
      fields.push({ name: member.name, at, node: this.compile(own, bits, depth + 1), value: own });
    }
    return fields;
  }

  #array(value: Named, id: number, depth: number): Codec {
    const { types } = value;
    const elementId = types.type(id);
    const declared = types.array(id)?.length ?? 0;
    // A flexible array has what is left of the record.
    const length = declared === 0 ? Infinity : declared;
    const whole = arrayCodec(value, elementId, length);
    if (whole) return whole;
    const size = sizeOf(types, elementId);
    const { codec } = this.compile({ ...value, id: elementId }, undefined, depth + 1);
    return listCodec(codec, size, length);
  }
}

function structCodec(fields: readonly Field[]): Codec {
  return {
    numeric: false,
    json: (source, at, end) => {
      const object: Record<string, Json> = {};
      for (const { name, node, at: offset } of fields)
        object[name] = node.codec.json(source, at + offset, end);
      return object;
    },
    text: (source, at, end) => {
      const members = fields.map(
        ({ name, node, at: offset }) => `${name}: ${node.codec.text(source, at + offset, end)}`,
      );
      return `{${members.join(', ')}}`;
    },
  };
}

/** More elements are not shown to a person. */
const SHOWN = 32;

function listCodec(element: Codec, size: number, length: number): Codec {
  const count = (at: number, end: number) =>
    size === 0 ? 0 : Math.max(0, Math.min(length, Math.floor((end - at) / size)));
  return {
    numeric: false,
    json: (source, at, end) =>
      Array.from({ length: count(at, end) }, (_, i) => element.json(source, at + i * size, end)),
    text: (source, at, end) => {
      const all = count(at, end);
      const shown = Array.from({ length: Math.min(all, SHOWN) }, (_, i) =>
        element.text(source, at + i * size, end),
      );
      return `[${[...shown, ...(all > SHOWN ? [`… (${all})`] : [])].join(', ')}]`;
    },
  };
}

/** More columns than that no table needs: what is deeper or behind is shown as compact text. */
const MAX_COLUMNS = 128;
const MAX_COLUMN_DEPTH = 6;

/** The leaves of a compiled type: structs in structs become columns of their own while there are not too many. */
export function leavesOf(node: Node, value: Named): readonly Leaf[] {
  const leaves: Leaf[] = [];
  const add = (current: Node, leaf: Omit<Leaf, 'codec'>) => {
    const { fields } = current;
    const room = MAX_COLUMNS - leaves.length;
    if (fields === undefined || fields.length > room || leaf.path.length > MAX_COLUMN_DEPTH) {
      leaves.push({ ...leaf, codec: current.codec });
      return;
    }
    for (const field of fields)
      add(field.node, { path: [...leaf.path, field.name], value: field.value, at: leaf.at + field.at });
  };
  add(node, { path: [], value, at: 0 });
  return leaves;
}
