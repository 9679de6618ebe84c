/**
 * C text from types, in the style of `bpftool btf dump format c`: anonymous structs, unions and enums are
 * written out in place, gaps that a compiler would not leave by itself are filled with unnamed bitfields.
 */
import { Alignment } from './alignment';
import type { Composite } from './alignment';
import type { Btf, Member } from './btf';
import { paddingFor } from './padding';
import { MAX_DEPTH, sizeOf } from './resolve';

/** Declarations and paddings in one text. Kernels need 1,600 (bpf_ringbuf); corrupted data can ask for any number. */
const MAX_DECLARATIONS = 4096;
/** Anonymous types and parameter lists inside of one another. Kernels need 7. */
const MAX_NESTING = 16;

export interface RenderOptions {
  /** After each member a comment with its bytes from the start of the outermost struct, and its size: `8: 4`. */
  readonly offsets?: boolean;
  /** Default: as BTF has them. */
  readonly naming?: Naming;
  /** Of the same types: what it found out for one text need not be found out again for the next. */
  readonly alignment?: Alignment;
}

/** Other names than those of BTF, which may give several types the same. */
export interface Naming {
  /** Of a struct, union, enum, typedef or forward declaration that has one. */
  type(id: number): string;
  /** Asked whenever an enumerator is written. */
  enumerator(name: string): string;
}

/** `const char *name`, `char comm[16]`, `int (*fn)(void)`; the type alone where the name is empty. */
export function renderDeclaration(btf: Btf, id: number, name: string, options: RenderOptions = {}): string {
  return new Renderer(btf, options).declaration(id, name, OUTERMOST);
}

/** `enum name { … };`, with the mode of a size that C does not give it. */
export function renderEnumeration(btf: Btf, id: number, options: RenderOptions = {}): string {
  return `${new Renderer(btf, options).enumeration(id, OUTERMOST)};`;
}

/** `struct name { … };` */
export function renderDefinition(btf: Btf, composite: Composite, options: RenderOptions = {}): string {
  return `${new Renderer(btf, options).composite(composite, OUTERMOST)};`;
}

/** Where in the text, and in the outermost struct, something is written. */
interface Place {
  /** Tabs before the line that it is on. */
  readonly level: number;
  /** Bits from the start of the outermost struct. */
  readonly bitOffset: number;
  /** The types that it is inside of. */
  readonly inside: readonly number[];
}

const OUTERMOST: Place = { level: 0, bitOffset: 0, inside: [] };

class Renderer {
  readonly #btf: Btf;
  readonly #offsets: boolean;
  readonly #alignment: Alignment;
  readonly #naming: Naming;
  #left = MAX_DECLARATIONS;

  constructor(btf: Btf, { offsets = false, naming, alignment }: RenderOptions) {
    this.#btf = btf;
    this.#offsets = offsets;
    this.#alignment = alignment ?? new Alignment(btf);
    this.#naming = naming ?? { type: (id) => btf.name(id), enumerator: (name) => name };
  }

  /** Goes from the name outwards, as C declarators do: `*` to its left, `[]` and `()` to its right. */
  declaration(id: number, name: string, place: Place): string {
    if (this.#left-- <= 0) return joined('void /* … */', name);
    const btf = this.#btf;
    let declarator = name;
    let isPointer = false;
    /** Of what comes next, innermost first. */
    let qualifiers: string[] = [];
    const suffix = (text: string) => {
      declarator = (isPointer ? `(${declarator})` : declarator) + text;
      isPointer = false;
      // A compiler that qualifies an array qualifies its elements too.
      qualifiers = [];
    };
    for (let step = 0; step < MAX_DEPTH; step++) {
      const kind = btf.kind(id);
      switch (kind) {
        case 'ptr':
          declarator =
            qualifiers.length > 0 ? joined(`* ${qualifiers.join(' ')}`, declarator) : `*${declarator}`;
          qualifiers = [];
          isPointer = true;
          // What a pointer points to starts at an offset of its own.
          place = { ...place, bitOffset: 0 };
          break;
        case 'volatile':
        case 'const':
        case 'restrict':
          qualifiers.unshift(kind);
          break;
        case 'type_tag':
          declarator = joined(`__attribute__((${this.#attribute(id)}))`, declarator);
          break;
        case 'array':
          suffix(`[${btf.array(id)?.length ?? 0}]`);
          break;
        case 'func_proto':
          suffix(`(${this.#inside(id, place, (within) => this.#parameters(id, within))})`);
          break;
        case 'func':
        case 'var':
        case 'decl_tag':
          break;
        default:
          return joined([...qualifiers, this.#specifier(id, place)].join(' '), declarator);
      }
      id = btf.type(id);
    }
    return joined('void /* … */', declarator);
  }

  /** `struct name { … }` without a semicolon. */
  composite(composite: Composite, place: Place): string {
    const { kind, name, size, members } = composite;
    const { align, packed } = this.#alignment.ofComposite(composite);
    const indent = '\t'.repeat(place.level + 1);
    const lines: string[] = [];
    let end = 0;
    let afterBitfield = false;
    const fill = (to: number, nextAlign: number, betweenBitfields: boolean) => {
      if (kind === 'union') return;
      const gap = { from: end, to, nextAlign, betweenBitfields };
      const paddings = paddingFor(gap, this.#btf.pointerSize);
      this.#left -= paddings.length;
      lines.push(...paddings.map((padding) => `${indent}${padding};`));
    };
    for (const member of members) {
      if (this.#left <= 0) {
        lines.push(`${indent}/* … */`);
        break;
      }
      const isBitfield = member.bitSize !== undefined;
      const memberAlign = packed ? 1 : this.#alignment.ofType(member.type);
      fill(member.bitOffset, memberAlign, afterBitfield && isBitfield);
      lines.push(indent + this.#member(member, place));
      end = member.bitOffset + (member.bitSize ?? sizeOf(this.#btf, member.type) * 8);
      afterBitfield = isBitfield;
    }
    fill(size * 8, align, false);
    const body = lines.length > 0 ? `\n${lines.join('\n')}\n${'\t'.repeat(place.level)}` : '';
    return `${joined(kind, name)} {${body}}${packed ? ' __attribute__((packed))' : ''}`;
  }

  #member({ name, type, bitOffset, bitSize }: Member, place: Place): string {
    const at = place.bitOffset + bitOffset;
    const text = this.declaration(type, name, {
      level: place.level + 1,
      bitOffset: at,
      inside: place.inside,
    });
    if (bitSize === undefined) return `${text};${this.#comment(at, `${sizeOf(this.#btf, type)}`)}`;
    return `${text}: ${bitSize};${this.#comment(at, `${bitSize} bits`, true)}`;
  }

  #comment(bitOffset: number, size: string, isBitfield = false): string {
    if (!this.#offsets) return '';
    const byte = `${Math.floor(bitOffset / 8)}`;
    return ` /* ${isBitfield ? `${byte}.${bitOffset % 8}` : byte}: ${size} */`;
  }

  /** Writes a type that has others inside; what is inside itself, or too deep, only corrupted data has. */
  #inside(id: number, place: Place, write: (within: Place) => string): string {
    if (place.inside.includes(id) || place.inside.length >= MAX_NESTING) return 'void /* … */';
    return write({ ...place, inside: [...place.inside, id] });
  }

  #parameters(id: number, place: Place): string {
    const parameters = this.#btf.parameters(id);
    // An anonymous struct in there starts at an offset of its own.
    const inside = { ...place, bitOffset: 0 };
    const texts = parameters.map(({ name, type }, i) => {
      const isEllipsis = i > 0 && i === parameters.length - 1 && this.#btf.kind(type) === 'void';
      return isEllipsis ? '...' : this.declaration(type, name, inside);
    });
    return texts.length > 0 ? texts.join(', ') : 'void';
  }

  #specifier(id: number, place: Place): string {
    const btf = this.#btf;
    const kind = btf.kind(id);
    if (kind === 'int' || kind === 'float') return btf.name(id) || 'void';
    const name = btf.name(id) && this.#naming.type(id);
    switch (kind) {
      case 'typedef':
        return name || 'void';
      case 'fwd':
        return joined(btf.flag(id) ? 'union' : 'struct', name);
      case 'struct':
      case 'union':
        if (name) return `${kind} ${name}`;
        return this.#inside(id, place, (within) =>
          this.composite({ kind, name, size: btf.ownSize(id), members: btf.members(id) }, within),
        );
      case 'enum':
      case 'enum64':
        return name ? `enum ${name}` : this.enumeration(id, place);
      default:
        return 'void';
    }
  }

  /** `enum name { … }` without a semicolon. */
  enumeration(id: number, place: Place): string {
    const btf = this.#btf;
    const naming = this.#naming;
    const indent = '\t'.repeat(place.level + 1);
    const suffix = btf.kind(id) === 'enum' ? '' : btf.flag(id) ? 'LL' : 'ULL';
    const lines = btf
      .enumerators(id)
      .map(({ name, value }) => `${indent}${naming.enumerator(name)} = ${value}${suffix},\n`);
    const tag = btf.name(id) && ` ${naming.type(id)}`;
    return `enum${tag} {\n${lines.join('')}${'\t'.repeat(place.level)}}${ENUM_MODES.get(btf.ownSize(id)) ?? ''}`;
  }

  #attribute(id: number): string {
    const text = this.#btf.name(id);
    return this.#btf.flag(id) ? text : `btf_type_tag("${text}")`;
  }
}

/** An enum of these sizes has no C type of its own. */
const ENUM_MODES: ReadonlyMap<number, string> = new Map([[1, ' __attribute__((mode(byte)))']]);

const joined = (left: string, right: string): string =>
  right === '' || right.startsWith('[') ? left + right : `${left} ${right}`;
