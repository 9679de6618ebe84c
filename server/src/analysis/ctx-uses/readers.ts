/** Macros and functions that copy out of a pointer. Sources: libbpf's bpf_core_read.h and bpf_helpers.h, the kernel's helpers. */
import { HELPER_ROWS } from '#core/bpf/helpers.generated';
import type { CtxUse } from '../model';

export interface Reader {
  /** Argument numbers. */
  readonly source: number;
  readonly destination?: number;
  readonly size?: number;
  /** The first of the member arguments of a macro: `BPF_CORE_READ(src, a, b)`. */
  readonly fields?: number;
  readonly access: CtxUse['access'];
}

const readers: ReadonlyMap<string, Reader> = new Map([
  ...macros('core-read', { source: 0, fields: 1 }, [
    ...['BPF_CORE_READ', 'BPF_CORE_READ_USER', 'BPF_CORE_READ_BITFIELD', 'BPF_CORE_READ_BITFIELD_PROBED'],
  ]),
  ...macros('probe-read', { source: 0, fields: 1 }, ['BPF_PROBE_READ', 'BPF_PROBE_READ_USER']),
  ...macros('core-read', { destination: 0, source: 1, fields: 2 }, [
    ...[
      'BPF_CORE_READ_INTO',
      'BPF_CORE_READ_USER_INTO',
      'BPF_CORE_READ_STR_INTO',
      'BPF_CORE_READ_USER_STR_INTO',
    ],
  ]),
  ...macros('probe-read', { destination: 0, source: 1, fields: 2 }, [
    ...[
      'BPF_PROBE_READ_INTO',
      'BPF_PROBE_READ_USER_INTO',
      'BPF_PROBE_READ_STR_INTO',
      'BPF_PROBE_READ_USER_STR_INTO',
    ],
  ]),
  ...macros('core-read', { destination: 0, size: 1, source: 2 }, [
    ...['bpf_core_read', 'bpf_core_read_str', 'bpf_core_read_user', 'bpf_core_read_user_str'],
  ]),
  ...macros('probe-read', { destination: 0, size: 1, source: 2 }, [
    ...['bpf_probe_read', 'bpf_probe_read_kernel', 'bpf_probe_read_user'],
    ...['bpf_probe_read_str', 'bpf_probe_read_kernel_str', 'bpf_probe_read_user_str'],
  ]),
  ...macros('read', { destination: 0, source: 1, size: 2 }, [
    ...['memcpy', 'memmove', '__builtin_memcpy', '__builtin_memmove', '__builtin_memcpy_inline'],
  ]),
]);

function macros(
  access: Reader['access'],
  shape: Omit<Reader, 'access'>,
  names: string[],
): [string, Reader][] {
  return names.map((name) => [name, { ...shape, access }]);
}

export function readerOf(callee: string): Reader | undefined {
  return readers.get(callee);
}

/** Asks about types at load time and evaluates nothing: `bpf_core_field_exists(ctx->x)`. */
export function isExistenceCheck(callee: string): boolean {
  return /^(?:bpf_ksym_exists|bpf_core_(?:field_(?:exists|size|offset)|type_(?:exists|matches|size|id_local|id_kernel)|enum_value(?:_exists)?)|__builtin_(?:constant_p|preserve_\w*info|btf_type_id|preserve_field_info))$/.test(
    callee,
  );
}

/** A macro of libbpf that evaluates to what the kernel's memory or registers hold. */
export function readsMemory(macro: string): boolean {
  return readers.has(macro) || /^PT_REGS_\w+$/.test(macro);
}

/** Hands its argument through: `__builtin_preserve_access_index(&ctx->x)`. */
export function isTransparent(callee: string): boolean {
  return callee === '__builtin_preserve_access_index';
}

/** Macros and functions whose value depends on their arguments and on nothing else. */
export function isPassThrough(callee: string): boolean {
  return /^(?:likely|unlikely|min|max|READ_ONCE|bpf_(?:ntoh|hton)[sl]|bpf_(?:be64_to_cpu|cpu_to_be64))$/.test(
    callee,
  );
}

/**
 * Really uses its arguments, as a helper does. A macro of some header that is called like a function may expand to
 * nothing; those for debugging often do.
 */
export function usesArguments(callee: string): boolean {
  return (
    readers.has(callee) ||
    helpers.has(callee) ||
    /^(?:bpf_printk|__(?:builtin|sync|atomic)_\w+)$/.test(callee)
  );
}

const helpers: ReadonlySet<string> = new Set(HELPER_ROWS.map(([, name]) => name));
