/** How one field of an event gets into a record: its members, and the C that fills them. */
import type { TypeIndex } from '#core/btf/types';
import { fieldFacts } from '#core/kernel/fields';
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
  /** An integer of which some versions of bpftool write another size into vmlinux.h, copied. */
  | { readonly by: 'copied-value'; readonly scalar: Scalar }
  /** A string that the value points to. */
  | { readonly by: 'user-string' | 'kernel-string' }
  /** Bytes of the record itself. */
  | { readonly by: 'string-array' | 'array' | 'object' }
  /** Behind the record's fixed part; not a string. */
  | { readonly by: 'dynamic'; readonly base: 'data_loc' | 'rel_loc'; readonly elementSize: number }
  | { readonly by: 'dynamic-string'; readonly base: 'data_loc' | 'rel_loc' };

/** A task's name: TASK_COMM_LEN. */
const commBytes = 16;
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
  if (!facts.readable || isBehindRecord(format, facts.path)) return undefined;
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
      const scalar = scalarOf(field.size, field.signed, kind === 'ptr');
      const [read, member] = valueMember(format, field, name, scalar);
      return plan(isPackedEnum(field) ? { by: 'copied-value', scalar } : read, member);
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
  if (/(?:^|_)comm$/.test(name)) return commBytes;
  return /path|file|dir|link|^(?:old|new)?name$/.test(name) ? pathBytes : stringBytes;
}

/** The number of a system call without arguments: ctx has 8 bytes for it, of which the record allows 4. */
function isBehindRecord({ recordSize }: TracepointFormat, path: string): boolean {
  return path === 'id' && recordSize < 16;
}

/** The plan for a struct of the program's own: its members are as the format says, and libbpf does not know it. */
export function withoutTypes(plan: FieldPlan): FieldPlan {
  const { read } = plan;
  return read.by === 'copied-value' ? { ...plan, read: { by: 'value', scalar: read.scalar } } : plan;
}

/** Before bpftool 7.2, vmlinux.h gives such an enum 4 bytes, and libbpf then refuses to load what reads it. */
function isPackedEnum({ type, size }: FormatField): boolean {
  return type.startsWith('enum ') && size < 4;
}
