/**
 * Which bytes of the record a use of ctx touches. Kernel structs (and `preserve_access_index`) are relocated by name:
 * the target's BTF decides. Hand-written structs, words and byte offsets are fixed when clang compiles them.
 */
import type { StructLayout, StructMember } from '#core/btf/types';
import type { CtxUse, PathStep, StructDef } from '../analysis/model';
import { layoutOf } from '../layout/struct-layout';
import type { SourceField } from '../layout/struct-layout';
import type { DocumentView } from '../view';

export interface RecordRead {
  /** `kernel`: relocated by name; `source`: a hand-written struct; `raw`: words or byte offsets. */
  readonly by: 'kernel' | 'source' | 'raw';
  /** Bytes from the start of the record. */
  readonly offset: number;
  /** Bytes touched; 0 where only an address is made (a flexible array). */
  readonly size: number;
  /** The first member's name, where there is one. */
  readonly member?: string;
  /** Offset and size of that whole first member. */
  readonly memberOffset: number;
  readonly memberSize: number;
  /** The value is a whole array: C makes it an address, and nothing is loaded. */
  readonly isAddress: boolean;
  /** The field of the hand-written struct. */
  readonly field?: SourceField;
}

/** The definition behind a tag, seen from this document. */
export type CtxDefinition =
  /** A struct of this file or of a project header whose offsets are fixed at compile time. */
  | { readonly kind: 'source'; readonly def: StructDef; readonly inDocument: boolean }
  /** A struct that libbpf relocates to the target's own. */
  | { readonly kind: 'kernel'; readonly tag: string; readonly layout: StructLayout }
  /** A relocatable struct that the target kernel does not have. */
  | { readonly kind: 'missing'; readonly tag: string }
  /** Not sure: it may come from a header that was not found. */
  | { readonly kind: 'unknown' };

/** `trace_event_raw_foo___v2` → `trace_event_raw_foo`: libbpf ignores what follows three underscores. */
export function stripFlavour(tag: string): string {
  const at = tag.indexOf('___');
  return at > 0 ? tag.slice(0, at) : tag;
}

export function definitionOf(view: DocumentView, structName: string): CtxDefinition {
  const local = view.source.structs.filter((def) => def.name === structName);
  if (local.length > 1) return { kind: 'unknown' };
  const own = local[0];
  const def = own ?? view.headers.struct(structName)?.definition;
  if (def?.conditional) return { kind: 'unknown' };
  if (def && !def.preserveAccessIndex) {
    // A forward declaration or an empty body says nothing about the layout.
    return def.fields.length > 0
      ? { kind: 'source', def, inDocument: own !== undefined }
      : { kind: 'unknown' };
  }
  const types = view.kernel.index.types;
  if (types.empty) return { kind: 'unknown' };
  const tag = stripFlavour(structName);
  const layout = types.struct(tag);
  if (layout) return { kind: 'kernel', tag, layout };
  // Without a definition in sight the tag can only come from vmlinux.h, unless another header was not found.
  return def || view.headers.complete ? { kind: 'missing', tag } : { kind: 'unknown' };
}

/** The bytes of a use, or undefined where they cannot be known. */
export function recordRead(view: DocumentView, use: CtxUse): RecordRead | undefined {
  const [first, ...rest] = use.path;
  if (first.kind === 'offset') {
    if (rest.length > 0) return undefined;
    return {
      by: 'raw',
      offset: first.value,
      size: first.size,
      memberOffset: first.value,
      memberSize: first.size,
      isAddress: false,
    };
  }
  if (first.kind === 'index') return wordRead(use, first, rest);
  if (use.structName === undefined) return undefined;
  const definition = definitionOf(view, use.structName);
  switch (definition.kind) {
    case 'kernel':
      return kernelRead(view, definition.layout, first.name, rest);
    case 'source': {
      if (use.access !== 'core-read') return sourceRead(view, definition.def, first.name, rest);
      // BPF_CORE_READ relocates any struct by its tag, whatever the source declares.
      const target = view.kernel.index.types.struct(stripFlavour(use.structName));
      return target && kernelRead(view, target, first.name, rest);
    }
    default:
      return undefined;
  }
}

/** `ctx[3]` where ctx is an array of words. */
function wordRead(
  use: CtxUse,
  step: PathStep & { kind: 'index' },
  rest: readonly PathStep[],
): RecordRead | undefined {
  const ctx = use.programs[0].ctx;
  if (use.structName !== undefined || use.via === 'helper' || ctx.kind !== 'words') return undefined;
  if (step.value === undefined || rest.length > 0) return undefined;
  const offset = step.value * ctx.wordSize;
  return {
    by: 'raw',
    offset,
    size: ctx.wordSize,
    memberOffset: offset,
    memberSize: ctx.wordSize,
    isAddress: false,
  };
}

function kernelRead(
  view: DocumentView,
  struct: StructLayout,
  name: string,
  rest: readonly PathStep[],
): RecordRead | undefined {
  const types = view.kernel.index.types;
  const found = findMember(view, struct, name);
  if (!found || found.member.bitSize !== undefined) return undefined;
  const memberOffset = found.base + found.member.bitOffset / 8;
  let { offset, size } = { offset: memberOffset, size: found.member.size };
  let type = found.member.type;
  for (const step of rest) {
    if (step.kind === 'index') {
      const element =
        types.kind(types.resolve(type)) === 'array' ? types.target(types.resolve(type)) : undefined;
      if (!element || step.value === undefined) return undefined;
      size = types.size(element);
      offset += step.value * size;
      type = element;
    } else if (step.kind === 'member') {
      const inner = types.layout(type);
      const next = inner && findMember(view, inner, step.name);
      if (!next || next.member.bitSize !== undefined) return undefined;
      offset += next.base + next.member.bitOffset / 8;
      size = next.member.size;
      type = next.member.type;
    } else {
      return undefined;
    }
  }
  const isAddress = types.kind(types.resolve(type)) === 'array';
  return { by: 'kernel', offset, size, member: name, memberOffset, memberSize: found.member.size, isAddress };
}

/** A struct's member of this name, also inside anonymous ones. */
export function memberOf(view: DocumentView, struct: StructLayout, name: string): StructMember | undefined {
  return findMember(view, struct, name)?.member;
}

/** A member by name, also inside anonymous structs and unions; `base` is their offset in bytes. */
function findMember(
  view: DocumentView,
  struct: StructLayout,
  name: string,
  base = 0,
  depth = 0,
): { member: StructMember; base: number } | undefined {
  for (const member of struct.members) {
    if (member.name === name) return { member, base };
    if (member.name !== '' || depth > 8) continue;
    const inner = view.kernel.index.types.layout(member.type);
    const found = inner && findMember(view, inner, name, base + member.bitOffset / 8, depth + 1);
    if (found) return found;
  }
  return undefined;
}

function sourceRead(
  view: DocumentView,
  def: StructDef,
  name: string,
  rest: readonly PathStep[],
): RecordRead | undefined {
  const field = sourceLayout(view, def).fields.find((candidate) => candidate.def.name === name);
  if (!field) return undefined;
  const whole = {
    by: 'source' as const,
    member: name,
    memberOffset: field.offset,
    memberSize: field.size,
    field,
  };
  const [step, ...more] = rest;
  if (step === undefined) {
    return { ...whole, offset: field.offset, size: field.size, isAddress: field.def.dimensions.length > 0 };
  }
  if (
    more.length === 0 &&
    step.kind === 'index' &&
    step.value !== undefined &&
    field.def.dimensions.length === 1
  ) {
    return {
      ...whole,
      offset: field.offset + step.value * field.elementSize,
      size: field.elementSize,
      isAddress: false,
    };
  }
  if (step.kind !== 'member' || !field.def.inline) return undefined;
  const inner = sourceRead(view, field.def.inline, step.name, more);
  return (
    inner && { ...whole, offset: field.offset + inner.offset, size: inner.size, isAddress: inner.isAddress }
  );
}

export function sourceLayout(view: DocumentView, def: StructDef) {
  return layoutOf(def, {
    struct: (tag) =>
      view.source.structs.find((candidate) => candidate.name === tag) ?? view.headers.struct(tag)?.definition,
    typedef: (alias) => view.headers.typedef(alias),
    kernel: view.kernel.index.types,
  });
}
