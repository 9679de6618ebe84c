/** How one field of an event gets into a record: its members, and the C that fills them. */
import type { TypeIndex } from '#core/btf/types';
import { fieldFacts, isArray } from '#core/kernel/fields';
import type { FormatField, TracepointFormat } from '#core/kernel/model';
import type { RecordMember } from './model';
import { argumentScalar, scalarOf, shownAs, type Scalar } from './scalar';

export interface FieldPlan {
  readonly field: FormatField;
  /** Behind `ctx->`. */
  readonly path: string;
  readonly members: readonly [RecordMember, ...RecordMember[]];
  readonly read: ReadForm;
  /** The field holds more than the record takes of it. */
  readonly cut: boolean;
}

export type ReadForm =
  /** An integer or an address, assigned. */
  | { readonly by: 'value'; readonly scalar: Scalar }
  /** A string that the value points to. */
  | { readonly by: 'user-string' | 'kernel-string' }
  /** Bytes of the record itself. */
  | { readonly by: 'string-array' | 'array' | 'object' }
  /** Behind the record's fixed part; not a string. */
  | { readonly by: 'dynamic'; readonly base: 'data_loc' | 'rel_loc'; readonly elementSize: number }
  | { readonly by: 'dynamic-string'; readonly base: 'data_loc' | 'rel_loc' };

const pathBytes = 256;
const stringBytes = 128;
/** Of what has no type of its own in the record. */
const firstBytes = 64;
const firstElements = 16;
/** Of an array in the record. */
const arrayBytes = 256;

/**
 * Undefined where a program cannot read the field.
 * @param name of the member
 */
export function planField(
  format: TracepointFormat,
  field: FormatField,
  name: string,
  types: TypeIndex,
): FieldPlan | undefined {
  const facts = fieldFacts(format, field);
  if (!facts.readable) return undefined;
  const { path } = facts;
  const plan = (read: ReadForm, ...members: [RecordMember, ...RecordMember[]]): FieldPlan => ({
    ...{ field, path, members, read },
    cut: read.by === 'array' || read.by === 'object' ? field.size > members[0].size : false,
  });
  const string = (read: ReadForm, length: number) => plan(read, stringMember(name, length));

  switch (facts.value) {
    case 'user-pointer':
      if (facts.isString) return string({ by: 'user-string' }, lengthOf(field.name));
      return plan(...valueMember(format, field, name, scalarOf(8, false, true)));
    case 'kernel-pointer':
      if (facts.isString) return string({ by: 'kernel-string' }, lengthOf(field.name));
      return plan(...valueMember(format, field, name, scalarOf(8, false, true)));
    case 'dynamic': {
      const base = field.dynamic ?? 'data_loc';
      if (facts.isString) return string({ by: 'dynamic-string', base }, lengthOf(field.name));
      const element = elementOf(field, types);
      const data = arrayMember(name, element, element.size === 1 ? firstBytes : firstElements);
      const count = `${name}_${element.size === 1 ? 'len' : 'count'}`;
      return plan(
        { by: 'dynamic', base, elementSize: element.size },
        { ...data, count },
        { ...integerMember(count, scalarOf(4, false)), shown: 'unsigned' },
      );
    }
    case 'array': {
      if (field.size === 0) return undefined;
      if (facts.isString) return string({ by: 'string-array' }, field.size);
      const element = field.arrayLength === undefined ? scalarOf(1, false) : elementOf(field, types);
      const length = Math.floor(Math.min(field.size, arrayBytes) / element.size);
      return plan({ by: 'array' }, arrayMember(name, element, length));
    }
    case 'struct':
      return object();
    case 'value': {
      if (facts.argument !== undefined)
        return plan(...valueMember(format, field, name, argumentScalar(field.type, types)));
      const named = types.typedef(field.type);
      const kind = named && types.kind(types.resolve(named));
      if (kind === 'struct' || kind === 'union' || ![1, 2, 4, 8].includes(field.size)) return object();
      return plan(...valueMember(format, field, name, scalarOf(field.size, field.signed, kind === 'ptr')));
    }
  }

  function object(): FieldPlan | undefined {
    if (field.size === 0) return undefined;
    return plan({ by: 'object' }, arrayMember(name, scalarOf(1, false), Math.min(field.size, firstBytes)));
  }
}

function valueMember(
  format: TracepointFormat,
  field: FormatField,
  name: string,
  scalar: Scalar,
): [ReadForm, RecordMember] {
  return [
    { by: 'value', scalar },
    { ...integerMember(name, scalar), shown: shownAs(format, field, scalar) },
  ];
}

export function integerMember(name: string, { type, size, signed }: Scalar): RecordMember {
  return { name, type, size, align: size, shown: signed ? 'signed' : 'unsigned' };
}

export function stringMember(name: string, length: number): RecordMember {
  return { name, type: 'char', length, size: length, align: 1, shown: 'string' };
}

function arrayMember(name: string, { type, size }: Scalar, length: number): RecordMember {
  const shown = size === 1 ? 'bytes' : 'numbers';
  return { name, type, length, size: length * size, align: size, shown };
}

/** One element of an array; a byte where its type is no integer. */
function elementOf({ elementType, size, arrayLength, signed }: FormatField, types: TypeIndex): Scalar {
  if (arrayLength !== undefined && arrayLength > 0) {
    const bytes = size / arrayLength;
    return [1, 2, 4, 8].includes(bytes) ? scalarOf(bytes, signed && bytes > 1) : scalarOf(1, false);
  }
  if (elementType.includes('*')) return scalarOf(8, false);
  if (/^(?:const )?(?:struct|union) |^cpumask_t$|^nodemask_t$/.test(elementType)) return scalarOf(1, false);
  const { size: bytes, signed: isSigned, type } = argumentScalar(elementType, types);
  return type === '__u64' && !knownElement(elementType, types)
    ? scalarOf(1, false)
    : scalarOf(bytes, isSigned && bytes > 1);
}

function knownElement(type: string, types: TypeIndex): boolean {
  if (/^(?:u64|__u64|size_t|unsigned long|unsigned long long)$/.test(type)) return true;
  const named = types.typedef(type);
  return named !== undefined && types.integer(named) !== undefined;
}

/** Bytes for a string, by what it is called. */
function lengthOf(name: string): number {
  return /path|file|dir|link|^(?:old|new)?name$/.test(name) ? pathBytes : stringBytes;
}

/** Whether bytes of the members may stay unwritten when the field is read. */
export function isPartial({ read }: FieldPlan): boolean {
  return read.by !== 'value' && read.by !== 'array' && read.by !== 'object';
}

/** The array in the record that is no string is its own address. */
export function isArrayField(field: FormatField): boolean {
  return isArray(field);
}

/**
 * Statements that fill the members.
 * @param into `event->` or `event.`
 * @param value what the field's member of ctx is here: `ctx->args[1]`, `call->filename`
 * @param ctx the pointer that the record starts at
 */
export function fillLines(
  { members, read, path }: FieldPlan,
  into: string,
  value: string,
  ctx = 'ctx',
): readonly string[] {
  const target = into + members[0].name;
  const copy = (helper: string, source: string) => [
    `bpf_probe_read_${helper}(${target}, sizeof(${target}), ${source});`,
  ];
  switch (read.by) {
    case 'value':
      return [`${target} = ${read.scalar.pointer && !path.startsWith('args[') ? `(__u64)${value}` : value};`];
    case 'user-string':
      return copy('user_str', `(void *)${value}`);
    case 'kernel-string':
    case 'string-array':
      return copy('kernel_str', value);
    case 'array':
      return copy('kernel', value);
    case 'object':
      return copy('kernel', `&${value}`);
    case 'dynamic-string':
      return copy('kernel_str', `${baseOf(read.base, value, ctx)} + (${value} & 0xffff)`);
    case 'dynamic': {
      const call = `read_dynamic(${target}, sizeof(${target}), ${baseOf(read.base, value, ctx)}, ${value})`;
      const count = into + (members[1]?.name ?? '');
      return [`${count} = ${call}${read.elementSize === 1 ? '' : ` / sizeof(${target}[0])`};`];
    }
  }
}

/** What the offset of a dynamic field counts from. */
function baseOf(base: 'data_loc' | 'rel_loc', value: string, ctx: string): string {
  return base === 'data_loc' ? `(void *)${ctx}` : `(void *)(&${value} + 1)`;
}

/** What `bpf_printk` takes: conversion and argument. */
export interface Printed {
  readonly conversion: string;
  readonly argument: string;
  readonly isString: boolean;
}

/** Undefined for what it has no conversion for. */
export function printed(
  { members: [member], read }: FieldPlan,
  value: string,
  ctx = 'ctx',
): Printed | undefined {
  const text = (conversion: string, argument: string) => ({ conversion, argument, isString: true });
  switch (read.by) {
    case 'value': {
      const { scalar } = read;
      // An argument has 8 bytes whatever its type, and a record's own member the size of its type.
      const argument = scalar.size < 4 ? `(${scalar.type})${value}` : value;
      return { conversion: conversionOf(scalar, member.shown), argument, isString: false };
    }
    case 'user-string':
      return text('%pus', value);
    case 'kernel-string':
    case 'string-array':
      return text('%s', value);
    case 'dynamic-string':
      return text('%s', `${baseOf(read.base, value, ctx)} + (${value} & 0xffff)`);
    case 'array':
    case 'object':
    case 'dynamic':
      return undefined;
  }
}

/** Linux 5.10 knows d, i, u, x and p, and no `%o`. */
export function conversionOf(
  { size, signed }: Pick<Scalar, 'size' | 'signed'>,
  shown: RecordMember['shown'],
): string {
  const long = size === 8 ? 'll' : '';
  if (shown === 'hex' || shown === 'octal' || shown === 'pointer') return `0x%${long}x`;
  return `%${long}${signed ? 'd' : 'u'}`;
}

export const readDynamicHelper = `/* The first bytes of an array whose place is offset (low 16 bits) and length (high 16 bits). Returns its length. */
static __always_inline __u32 read_dynamic(void *dst, __u32 size, const void *base, __u32 place)
{
	__u32 length = place >> 16;

	bpf_probe_read_kernel(dst, length < size ? length : size, base + (place & 0xffff));
	return length;
}`;
