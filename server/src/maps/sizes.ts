/** Sizes of types and values of numbers in a map's definition, as clang has them; undefined wherever it is not certain. */
import { MAP_FLAGS } from '#core/bpf/map-attributes';
import { emptyTypeIndex } from '#core/btf/index';
import type { TypeIndex } from '#core/btf/types';
import { constantNumber, type Constants } from '../analysis/constant';
import type { FieldDef, StructDef } from '../analysis/model';
import { layoutOf } from '../layout/struct-layout';
import type { DocumentView } from '../view';
import { fieldNamed, type MapBody } from './definition';

/** By the sources alone: what the target's `struct task_struct` has is not what the program was compiled with. */
export function certainSize(view: DocumentView, type: string): number | undefined {
  return sizeOf(view, type, emptyTypeIndex);
}

/** Also by the types of the target kernel: for showing it. */
export function likelySize(view: DocumentView, type: string): number | undefined {
  return sizeOf(view, type, view.kernel.index.types);
}

function sizeOf(view: DocumentView, type: string, kernel: TypeIndex): number | undefined {
  const { source, headers } = view;
  const [, written = '', list = ''] = /^([\w\s*]+?)\s*((?:\[[^\]]*\]\s*)*)$/.exec(type.trim()) ?? [];
  if (written === '' || written.split(/\W+/).some((word) => source.expressions.isMacro(word)))
    return undefined;
  const dimensions = Array.from(list.matchAll(/\[([^\]]*)\]/g), ([, text = '']) =>
    constantNumber(text, source.constants),
  );
  const isPointer = written.endsWith('*');
  const field: FieldDef = {
    ...{ name: 'x', span: { start: 0, end: 0 }, type: written.replace(/\s+/g, ' '), dimensions, isPointer },
  };
  const struct = (name: string): StructDef | undefined => {
    const own = source.structs.filter((def) => def.name === name);
    if (own.length > 1 || own[0]?.preserveAccessIndex) return undefined;
    return own[0] ?? headers.struct(name)?.definition;
  };
  const layout = layoutOf(
    { ...emptyStruct, fields: [field] },
    {
      struct,
      typedef: (name) =>
        source.structs.some((def) => def.name === name) ? `struct ${name}` : headers.typedef(name),
      kernel,
    },
  );
  return layout.complete ? layout.fields[0]?.size : undefined;
}

const emptyStruct: StructDef = {
  ...{ name: '', nameSpan: { start: 0, end: 0 }, kind: 'struct', span: { start: 0, end: 0 }, fields: [] },
  ...{ packed: false, otherLayoutAttribute: false, preserveAccessIndex: false, conditional: false },
};

/** BPF_F_… of the kernel's headers. */
const flagValues: Constants = new Map(MAP_FLAGS.map(({ name, bit }) => [`BPF_F_${name}`, 1n << BigInt(bit)]));

/** `256 * 1024`, `sizeof(__u32)`, `BPF_F_NO_PREALLOC | BPF_F_RDONLY`. */
export function numberIn(view: DocumentView, text: string): number | undefined {
  const { constants, expressions } = view.source;
  const type = /^sizeof\s*\(([^()]*)\)$/.exec(text.trim())?.[1];
  if (type !== undefined) return certainSize(view, type);
  const known: Constants = new Map([...flagValues, ...constants]);
  const words = text.match(/\b[A-Za-z_]\w*/g) ?? [];
  if (words.some((word) => expressions.isMacro(word) && !constants.has(word))) return undefined;
  return constantNumber(text, known);
}

/** How the size of a map's key or value is given. */
export type WrittenSize =
  | { readonly kind: 'absent' }
  /** By a type, by a number, or by both; `bytes` undefined where it is not certain. */
  | { readonly kind: 'written'; readonly bytes: number | undefined; readonly conflict: boolean };

export function writtenSize(view: DocumentView, body: MapBody, of: 'key' | 'value'): WrittenSize {
  const isThere = (name: string) => body.fields.some((field) => field.name === name);
  if (!isThere(of) && !isThere(`${of}_size`)) return { kind: 'absent' };
  const type = fieldNamed(body, of);
  const number = fieldNamed(body, `${of}_size`);
  const byType = type?.macro === '__type' ? certainSize(view, type.value) : undefined;
  const byNumber = number?.macro === '__uint' ? numberIn(view, number.value) : undefined;
  const conflict = byType !== undefined && byNumber !== undefined && byType !== byNumber;
  return { kind: 'written', bytes: byType ?? byNumber, conflict };
}
