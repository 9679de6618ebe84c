/**
 * The layout that clang gives a struct of the source, for comparing a hand-written ctx struct with the event's record.
 * Whatever is not certain (an unknown type, `aligned(n)`, a non-constant dimension) makes the rest of the layout
 * unknown: the fields before it are still good.
 */
import type { StructLayout, TypeIndex, TypeRef } from '#core/btf/types';
import type { FieldDef, StructDef } from '../analysis/model';
import { scalarSize } from './scalar';

export interface SourceLayout {
  /** In source order, members of anonymous structs and unions lifted into their parent. */
  readonly fields: readonly SourceField[];
  /** True when every field has its place. */
  readonly complete: boolean;
}

export interface SourceField {
  readonly def: FieldDef;
  /** Bytes from the start of the struct. */
  readonly offset: number;
  /** Bytes of the whole field; 0 for a flexible array. */
  readonly size: number;
  /** Bytes of one element: the size itself where the field is no array. */
  readonly elementSize: number;
}

/** Where a layout finds the types that it does not define itself. */
export interface TypeScope {
  struct(name: string): StructDef | undefined;
  typedef(name: string): string | undefined;
  readonly kernel: TypeIndex;
}

interface Extent {
  readonly size: number;
  readonly align: number;
}

const maxDepth = 8;

export function layoutOf(def: StructDef, scope: TypeScope): SourceLayout {
  return layout(def, scope, 0).layout;
}

function layout(
  def: StructDef,
  scope: TypeScope,
  depth: number,
): { layout: SourceLayout; extent: Extent | undefined } {
  const fields: SourceField[] = [];
  let offset = 0;
  let align = 1;
  let widest = 0;
  const stop = () => ({ layout: { fields, complete: false }, extent: undefined });
  if (def.otherLayoutAttribute || def.conditional || depth > maxDepth) return stop();

  for (const field of def.fields) {
    if (field.bitSize !== undefined) return stop();
    const inner = field.inline ? layout(field.inline, scope, depth + 1) : undefined;
    const element = field.isPointer
      ? { size: 8, align: 8 }
      : (inner?.extent ?? (inner ? undefined : extentOf(field.type, scope, depth)));
    const count = elements(field);
    if (!element || count === undefined) return stop();

    const fieldAlign = def.packed ? 1 : element.align;
    if (def.kind === 'union') offset = 0;
    offset = roundUp(offset, fieldAlign);
    const size = element.size * count;
    if (field.name === '' && inner) {
      const base = offset;
      fields.push(...inner.layout.fields.map((lifted) => ({ ...lifted, offset: lifted.offset + base })));
    } else {
      fields.push({ def: field, offset, size, elementSize: element.size });
    }
    offset += size;
    widest = Math.max(widest, offset);
    align = Math.max(align, fieldAlign);
  }
  return { layout: { fields, complete: true }, extent: { size: roundUp(widest, align), align } };
}

function elements(field: FieldDef): number | undefined {
  let count = 1;
  for (const dimension of field.dimensions) {
    if (dimension === undefined) return undefined;
    count *= dimension;
  }
  return count;
}

function extentOf(type: string, scope: TypeScope, depth: number): Extent | undefined {
  if (depth > maxDepth) return undefined;
  if (type.endsWith('*')) return { size: 8, align: 8 };
  const scalar = scalarSize(type);
  if (scalar !== undefined) return { size: scalar, align: scalar };

  const tagged = /^(?:const |volatile )*(struct|union) (\w+)$/.exec(type);
  if (tagged?.[2] !== undefined) {
    const own = scope.struct(tagged[2]);
    if (own) return layout(own, scope, depth + 1).extent;
    const known = tagged[1] === 'struct' ? scope.kernel.struct(tagged[2]) : scope.kernel.union(tagged[2]);
    return known && kernelExtent(scope.kernel, known, depth);
  }
  const name = /^(?:const |volatile )*(\w+)$/.exec(type)?.[1];
  if (name === undefined) return undefined;
  const alias = scope.typedef(name);
  if (alias !== undefined) return extentOf(alias, scope, depth + 1);
  const ref = scope.kernel.typedef(name);
  return ref && refExtent(scope.kernel, ref, depth + 1);
}

function kernelExtent(types: TypeIndex, struct: StructLayout, depth: number): Extent | undefined {
  let align = 1;
  for (const member of struct.members) {
    const extent = refExtent(types, member.type, depth + 1);
    if (!extent) return undefined;
    align = Math.max(align, extent.align);
  }
  return { size: struct.size, align };
}

function refExtent(types: TypeIndex, ref: TypeRef, depth: number): Extent | undefined {
  if (depth > maxDepth) return undefined;
  const resolved = types.resolve(ref);
  switch (types.kind(resolved)) {
    case 'ptr':
      return { size: 8, align: 8 };
    case 'int':
    case 'enum':
    case 'enum64':
    case 'float': {
      const size = types.size(resolved);
      return size > 0 ? { size, align: size } : undefined;
    }
    case 'array': {
      const element = types.target(resolved);
      const extent = element && refExtent(types, element, depth + 1);
      return extent && { size: extent.size * (types.arrayLength(resolved) ?? 0), align: extent.align };
    }
    case 'struct':
    case 'union': {
      const known = types.layout(resolved);
      return known && kernelExtent(types, known, depth);
    }
    default:
      return undefined;
  }
}

function roundUp(value: number, align: number): number {
  return Math.ceil(value / align) * align;
}
