/**
 * The kernel index: everything that is known about one target kernel, as an immutable value with a
 * provenance. Providers (server/src/kernel) make it; nothing mutates it; it is replaced as a whole.
 */
import type { Problem } from '../result';
import type { TypeIndex } from '../btf/types';

/** Where the facts of an index come from. Shown to the user with every answer. */
export interface KernelProvenance {
  /** `uname -r`, for example `6.1.0-56-cloud-amd64`; `unknown` where the source does not say. */
  readonly release: string;
  /** `uname -m`, for example `x86_64`, `aarch64`; `unknown` where the source does not say. */
  readonly machine: string;
  readonly source: 'local' | 'directory' | 'snapshot' | 'bundled';
  /** The path, or for a bundled kernel its id. */
  readonly location: string;
  /** ISO 8601 time of the capture, where known. */
  readonly capturedAt?: string;
}

/** A tracepoint as `available_events` names it. */
export interface EventName {
  readonly category: string;
  readonly name: string;
}

export interface KernelIndex {
  readonly provenance: KernelProvenance;
  /** Every event of `available_events`, sorted by category, then name, without repetition. */
  readonly events: readonly EventName[];
  /** The parsed format of an event, or undefined where the kernel has none (or it could not be parsed). */
  format(category: string, name: string): TracepointFormat | undefined;
  /** The text of the `format` file as the kernel printed it. */
  formatText(category: string, name: string): string | undefined;
  /** The types of vmlinux and of its modules; empty where the source has no BTF. */
  readonly types: TypeIndex;
  /** Names of `available_filter_functions`, sorted; empty where unknown. */
  readonly functions: readonly string[];
  /** `bpftool feature probe -j` as it was captured, where it was. */
  readonly features?: unknown;
  /** What could not be read; one bad format file is one problem. */
  readonly problems: readonly Problem[];
}

/** A tracepoint `format` file. Source: kernel/trace/trace_events.c, f_show(). */
export interface TracepointFormat {
  readonly category: string;
  readonly name: string;
  /** 0 where the file has none. */
  readonly id: number;
  /** `common_type`, `common_flags`, …: never readable from BPF. */
  readonly commonFields: readonly FormatField[];
  /** The event's own fields, in the order of the file. */
  readonly fields: readonly FormatField[];
  /** The text after `print fmt: `, verbatim; parse it with `parsePrintFmt`. */
  readonly printFmt: string;
  /**
   * Bytes of the record a BPF program may read: end of the last field listed, which is what
   * `trace_event_get_offsets()` compares `max_ctx_offset` with at attach. Infinity where that field's line could not be read.
   */
  readonly recordSize: number;
}

export interface FormatField {
  readonly name: string;
  /** The type as printed, without the name and without an array suffix: `const char *`, `__data_loc char[]`. */
  readonly type: string;
  /** The declaration as printed: `__data_loc char[] filename`, `char prev_comm[16]`. */
  readonly declaration: string;
  /** Bytes from the start of the record. */
  readonly offset: number;
  /** Bytes in the record: 4 for `__data_loc`, whole array for arrays. */
  readonly size: number;
  readonly signed: boolean;
  /** Elements, for `T name[N]`; 0 for `T name[0]`. */
  readonly arrayLength?: number;
  /** `__data_loc`: u32 with offset from the record's start; `__rel_loc`: offset from the end of the u32. */
  readonly dynamic?: 'data_loc' | 'rel_loc';
  /** The type of one element of a dynamic field or array, or the type itself: `char`. */
  readonly elementType: string;
  /** The name of the member in the kernel's struct: `__data_loc_filename` for a dynamic field, else the name. */
  readonly memberName: string;
  readonly isPointer: boolean;
}
