/**
 * All types of a kernel as one C header, as `bpftool btf dump file … format c` writes it. In C a type comes after those
 * that it holds: structs and unions are declared first, then written depth first, each after the types of its members.
 */
import { Alignment } from './alignment';
import type { Btf } from './btf';
import { renderDeclaration, renderDefinition, renderEnumeration } from './render';
import type { RenderOptions } from './render';

/** Of types inside of types. Kernels need 60; corrupted data ends here. */
const MAX_DEPTH = 1000;

/** @param title a line of comment: whose types they are */
export function renderVmlinuxHeader(btf: Btf, title: string): string {
  const writer = new HeaderWriter(btf);
  const guard = '__VMLINUX_H__';
  const attribute = '__attribute__((preserve_access_index))';
  return [
    `/* ${title.replaceAll('*/', '* /')} */`,
    `#ifndef ${guard}`,
    `#define ${guard}`,
    '#ifndef BPF_NO_PRESERVE_ACCESS_INDEX',
    `#pragma clang attribute push (${attribute}, apply_to = record)`,
    '#endif',
    '',
    ...writer.write(),
    '',
    '#ifndef BPF_NO_PRESERVE_ACCESS_INDEX',
    '#pragma clang attribute pop',
    '#endif',
    `#endif /* ${guard} */`,
    '',
  ].join('\n');
}

class HeaderWriter {
  readonly #btf: Btf;
  readonly #lines: string[] = [];
  readonly #written = new Set<number>();
  readonly #options: RenderOptions;

  constructor(btf: Btf) {
    this.#btf = btf;
    this.#options = { naming: new UniqueNames(btf), alignment: new Alignment(btf) };
  }

  write(): readonly string[] {
    const btf = this.#btf;
    const held = referenced(btf);
    const ids = Array.from({ length: btf.endId - 1 }, (_, i) => i + 1).filter((id) => isC(btf, id));
    // Each is written as a type of its own: the names of enumerators are all there before anonymous enums repeat them.
    for (const id of ids) {
      if (isEnumDefinition(btf, id) && (btf.name(id) !== '' || !held.has(id)))
        this.#put(renderEnumeration(btf, id, this.#options));
    }
    const declared = new Set<string>();
    for (const id of ids) {
      const isTag = isComposite(btf, id) || isEnum(btf, id) || btf.kind(id) === 'fwd';
      if (btf.name(id) === '' || !isTag || isEnumDefinition(btf, id)) continue;
      const text = renderDeclaration(btf, id, '', this.#options);
      if (declared.has(text)) continue;
      declared.add(text);
      this.#lines.push(`${text};`);
    }
    for (const id of ids) if (btf.name(id) !== '') this.#visit(id, true, 0);
    return this.#lines;
  }

  /** Writes what must stand before a use of the type; `complete` where its size is needed. */
  #visit(id: number, complete: boolean, depth: number): void {
    const btf = this.#btf;
    if (depth > MAX_DEPTH) return;
    switch (btf.kind(id)) {
      case 'ptr':
        this.#visit(btf.type(id), false, depth + 1);
        break;
      case 'array':
        this.#visit(btf.type(id), true, depth + 1);
        break;
      case 'const':
      case 'volatile':
      case 'restrict':
      case 'type_tag':
        this.#visit(btf.type(id), complete, depth + 1);
        break;
      case 'func_proto':
        this.#visit(btf.type(id), false, depth + 1);
        for (const { type } of btf.parameters(id)) this.#visit(type, false, depth + 1);
        break;
      case 'typedef':
        this.#typedef(id, depth);
        if (complete) this.#visit(btf.type(id), true, depth + 1);
        break;
      case 'struct':
      case 'union':
        if (complete || btf.name(id) === '') this.#composite(id, depth);
        break;
      default:
    }
  }

  #typedef(id: number, depth: number): void {
    if (this.#written.has(id) || !isC(this.#btf, id)) return;
    this.#written.add(id);
    this.#visit(this.#btf.type(id), false, depth + 1);
    const name = this.#options.naming?.type(id) ?? '';
    // clang has it of its own, and other types by its name.
    if (name === '__builtin_va_list') return;
    const text =
      name === '__gnuc_va_list'
        ? `__builtin_va_list ${name}`
        : renderDeclaration(this.#btf, this.#btf.type(id), name, this.#options);
    this.#put(`typedef ${text};`);
  }

  /** An anonymous one is written where it is used: here are only the types of its members. */
  #composite(id: number, depth: number): void {
    const btf = this.#btf;
    const name = btf.name(id) && this.#options.naming?.type(id);
    if (name && this.#written.has(id)) return;
    if (name) this.#written.add(id);
    const members = btf.members(id);
    for (const { type } of members) this.#visit(type, true, depth + 1);
    if (!name || !isC(btf, id)) return;
    const kind = btf.kind(id) === 'union' ? 'union' : 'struct';
    this.#put(renderDefinition(btf, { kind, name, size: btf.ownSize(id), members }, this.#options));
  }

  #put(text: string): void {
    this.#lines.push('', text);
  }
}

/** The second of a name is `name___2`, which CO-RE takes for a flavour of the first. Structs come before enums. */
class UniqueNames {
  readonly #btf: Btf;
  readonly #types = new Map<number, string>();
  /** Times that a tag, and another name, was given away. */
  readonly #tags = new Map<string, number>();
  readonly #others = new Map<string, number>();

  constructor(btf: Btf) {
    this.#btf = btf;
    const kinds = ['typedef', 'struct', 'union', 'enum', 'enum64'] as const;
    for (const kind of kinds) {
      for (let id = 1; id < btf.endId; id++) {
        if (btf.kind(id) !== kind || (isEnum(btf, id) && !isEnumDefinition(btf, id))) continue;
        this.#types.set(id, unique(kind === 'typedef' ? this.#others : this.#tags, btf.name(id)));
      }
    }
  }

  type(id: number): string {
    return this.#types.get(id) ?? this.#btf.name(id);
  }

  enumerator(name: string): string {
    return unique(this.#others, name);
  }
}

function unique(given: Map<string, number>, name: string): string {
  if (name === '') return '';
  const times = (given.get(name) ?? 0) + 1;
  given.set(name, times);
  return times === 1 ? name : `${name}___${times}`;
}

const isEnum = (btf: Btf, id: number) => btf.kind(id) === 'enum' || btf.kind(id) === 'enum64';
/** One without enumerators is a forward declaration. */
const isEnumDefinition = (btf: Btf, id: number) => isEnum(btf, id) && btf.enumerators(id).length > 0;
const isComposite = (btf: Btf, id: number) => btf.kind(id) === 'struct' || btf.kind(id) === 'union';

/** Other languages have other names. */
const isC = (btf: Btf, id: number) => /^(?:[A-Za-z_]\w*(?: \w+)*)?$/.test(btf.name(id));

/** Types that others name: anonymous ones are written there. */
function referenced(btf: Btf): ReadonlySet<number> {
  const ids = new Set<number>();
  for (let id = 1; id < btf.endId; id++) {
    ids.add(btf.type(id));
    for (const { type } of btf.members(id)) ids.add(type);
    for (const { type } of btf.parameters(id)) ids.add(type);
  }
  return ids;
}
