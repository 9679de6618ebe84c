/**
 * What a field of an event is to a BPF program: which member of ctx holds it, and what kind of value that is.
 *
 * A `syscalls:` program does not see the record that `format` describes: perf_call_bpf_enter() and _exit() build
 * `{ ent, id, args[6] }` and `{ ent, id, ret }`. `args[n]` is the n-th argument in the order of the format.
 */
import type { FormatField, TracepointFormat } from './model';

export interface FieldFacts {
  /** n of `args[n]`, for the arguments of a syscall. */
  readonly argument?: number;
  /** The member of the event's ctx struct: `args[1]`, `ret`, `id`, `prev_comm`, `__data_loc_filename`. */
  readonly path: string;
  /**
   * `user-pointer` and `kernel-pointer`: an address; `dynamic`: the place of an array behind the record's fixed part;
   * `array` and `struct`: bytes in the record itself; `value`: a number.
   */
  readonly value: 'user-pointer' | 'kernel-pointer' | 'dynamic' | 'array' | 'struct' | 'value';
  /** Where that leads to, or is, a string with a NUL at its end. */
  readonly isString: boolean;
  /** False for what the record has but ctx does not: `__data_loc` fields of a syscall (since 6.19). */
  readonly readable: boolean;
}

export function fieldFacts(format: TracepointFormat, field: FormatField): FieldFacts {
  const argument = syscallArguments(format).indexOf(field);
  return {
    ...(argument < 0 ? {} : { argument }),
    path: memberPath(format, field),
    value: valueKind(format, field),
    isString: isString(format, field),
    readable: syscallSide(format) === undefined || field.dynamic === undefined,
  };
}

/** `enter` or `exit` for the events of FTRACE_SYSCALLS. */
export function syscallSide({ category, name }: TracepointFormat): 'enter' | 'exit' | undefined {
  if (category !== 'syscalls') return undefined;
  if (name.startsWith('sys_enter_')) return 'enter';
  return name.startsWith('sys_exit_') ? 'exit' : undefined;
}

/**
 * The fields that `args[0]`, `args[1]`, … of a sys_enter event are, at most six; none for other events. Newer kernels
 * list the strings they copied (`__data_loc char[] __filename_val`) behind the arguments: those are none.
 */
export function syscallArguments(format: TracepointFormat): readonly FormatField[] {
  if (syscallSide(format) !== 'enter') return [];
  return format.fields
    .filter((field) => field.dynamic === undefined && !isSyscallNumber(format, field))
    .slice(0, 6);
}

/** The member of the event's ctx struct that holds the field, as C has it behind `ctx->`. */
export function memberPath(format: TracepointFormat, field: FormatField): string {
  if (syscallSide(format) === undefined) return field.memberName;
  if (isSyscallNumber(format, field)) return 'id';
  const argument = syscallArguments(format).indexOf(field);
  return argument < 0 ? field.memberName : `args[${argument}]`;
}

/** The first field: `__syscall_nr`, or `nr` before 4.5, which is an argument's name too (`io_getevents`). */
function isSyscallNumber({ fields }: TracepointFormat, field: FormatField): boolean {
  return field === fields[0] && (field.name === '__syscall_nr' || field.name === 'nr');
}

function valueKind(format: TracepointFormat, field: FormatField): FieldFacts['value'] {
  if (field.dynamic !== undefined) return 'dynamic';
  if (isArray(field)) return 'array';
  const { type } = field;
  if (field.isPointer || pointerTypedefs.has(type)) {
    const user = syscallSide(format) === 'enter' || /\b__user\b/.test(type);
    return user ? 'user-pointer' : 'kernel-pointer';
  }
  return /^(?:const )?(?:struct|union)\b/.test(type) ? 'struct' : 'value';
}

/** An array whose length the kernel printed as something else than a number may have no `arrayLength`. */
export function isArray({ arrayLength, dynamic, declaration }: FormatField): boolean {
  return arrayLength !== undefined || (dynamic === undefined && declaration.endsWith(']'));
}

/** Types of syscall arguments that hide their `*`. */
const pointerTypedefs: ReadonlySet<string> = new Set([
  'cap_user_header_t',
  'cap_user_data_t',
  '__sighandler_t',
]);

function isString(format: TracepointFormat, field: FormatField): boolean {
  if (field.dynamic !== undefined || isArray(field)) return /^(?:const )?char$/.test(field.elementType);
  if (!/^(?:const )?char (?:__user )?\*$/.test(field.type)) return false;
  return syscallSide(format) === 'enter' ? isStringArgument(format, field) : true;
}

/**
 * `char *` of a syscall is a string, unless its length follows (`write`, `sethostname`) or it is no `const` and
 * has no name of a string: a buffer to fill (`getcwd`), an address (`shmat`).
 */
function isStringArgument(format: TracepointFormat, field: FormatField): boolean {
  const next = format.fields[format.fields.indexOf(field) + 1];
  if (next !== undefined && (next.type === 'size_t' || /^(?:len|size|count|bufsiz)$|_len$/.test(next.name)))
    return false;
  return field.type.startsWith('const') || /name|path|^type$/.test(field.name);
}
