/** The C that reads a field: into a record, or for bpf_printk(). */
import type { FieldPlan } from './field';
import type { RecordMember } from './model';
import type { Scalar } from './scalar';

/** Whether bytes of the members may stay unwritten when the field is read. */
export function isPartial({ read }: FieldPlan): boolean {
  return !['value', 'copied-value', 'array', 'object'].includes(read.by);
}

/** How a program gets at a member of ctx, or at what was kept of one. */
export interface Access {
  /** The expression that is its value: `ctx->args[1]`, `BPF_CORE_READ(ctx, prev_pid)`. */
  readonly load: string;
  /** The member itself, for what is copied from its address. */
  readonly place: string;
  /** Bytes of an array, where they are not those of the record's member. */
  readonly size?: string;
}

/** `ctx->args[1]`, `call->filename` */
export function direct(base: string, path: string): Access {
  const place = `${base}->${path}`;
  return { load: place, place };
}

/**
 * Statements that fill the members.
 * @param into `event->` or `event.`
 */
export function fillLines(
  { members, read, path }: FieldPlan,
  into: string,
  { load, place, size }: Access,
): readonly string[] {
  const target = into + members[0].name;
  const copy = (helper: string, source: string) => [
    `bpf_probe_read_${helper}(${target}, ${size ?? `sizeof(${target})`}, ${source});`,
  ];
  switch (read.by) {
    case 'value':
      return [`${target} = ${read.scalar.pointer && !path.startsWith('args[') ? `(__u64)${load}` : load};`];
    case 'copied-value':
      return [`bpf_core_read(&${target}, sizeof(${target}), &${place});`];
    case 'user-string':
      return copy('user_str', `(void *)${load}`);
    case 'kernel-string':
      return copy('kernel_str', load);
    case 'string-array':
      return copy('kernel_str', place);
    case 'array':
      return copy('kernel', place);
    case 'object':
      return copy('kernel', `&${place}`);
    case 'dynamic-string':
      return copy('kernel_str', `${baseOf(read.base, place)} + (${load} & 0xffff)`);
    case 'dynamic': {
      const call = `read_dynamic(${target}, sizeof(${target}), ${baseOf(read.base, place)}, ${load})`;
      const count = into + (members[1]?.name ?? '');
      return [`${count} = ${call}${read.elementSize === 1 ? '' : ` / sizeof(${target}[0])`};`];
    }
  }
}

/** What the offset of a dynamic field counts from. */
function baseOf(base: 'data_loc' | 'rel_loc', place: string): string {
  return base === 'data_loc' ? '(void *)ctx' : `(void *)(&${place} + 1)`;
}

/** What `bpf_printk` takes: conversion and argument. */
export interface Printed {
  /** Declares the variable that the argument is. */
  readonly local?: string;
  /** Fills it. */
  readonly line?: string;
  readonly conversion: string;
  readonly argument: string;
  readonly isString: boolean;
}

/** Undefined for what it has no conversion for. */
export function printed({ members: [member], read }: FieldPlan, access: Access): Printed | undefined {
  const { load, place } = access;
  const text = (conversion: string, argument: string) => ({ conversion, argument, isString: true });
  switch (read.by) {
    case 'value': {
      const { scalar } = read;
      // An argument of a system call has 8 bytes, of which those above its type mean nothing.
      const argument = scalar.size < 4 ? `(${scalar.type})${load}` : load;
      return { conversion: conversionOf(scalar, member.shown), argument, isString: false };
    }
    case 'copied-value':
      return {
        local: `${read.scalar.type} ${member.name};`,
        line: `bpf_core_read(&${member.name}, sizeof(${member.name}), &${place});`,
        conversion: conversionOf(read.scalar, member.shown),
        argument: member.name,
        isString: false,
      };
    case 'user-string':
      return text('%pus', load);
    case 'kernel-string':
      return text('%s', load);
    case 'string-array':
      return text('%s', place);
    case 'dynamic-string':
      return text('%s', `${baseOf(read.base, place)} + (${load} & 0xffff)`);
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
