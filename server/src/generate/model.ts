/** What the generator makes: a program as data, before it is text. Pure; no document, no protocol. */
import type { Delivery, GenerateOptions } from '#core/messages/generate-handler';
import type { EventName } from '#core/kernel/model';
import type { KernelView } from '../view';

export type { GenerateOptions };

/** One member of a record. Its C type is one that both vmlinux.h and <linux/types.h> have. */
export interface RecordMember {
  readonly name: string;
  /** `__u32`, `__s64`, `char`, `__u8`: of one element. */
  readonly type: string;
  /** Elements, for an array. */
  readonly length?: number;
  /** Bytes, of the whole member. */
  readonly size: number;
  readonly align: 1 | 2 | 4 | 8;
  /** How user space prints it. */
  readonly shown:
    'signed' | 'unsigned' | 'hex' | 'octal' | 'pointer' | 'string' | 'bytes' | 'numbers' | 'nanoseconds';
  /** Fills the record up to its alignment; never printed. */
  readonly padding?: boolean;
}

/** A struct as it travels: no holes, largest alignment first, its size a multiple of its alignment. */
export interface RecordStruct {
  /** The tag: `fchmodat_event`. */
  readonly name: string;
  readonly members: readonly RecordMember[];
  readonly size: number;
  /** The map it is sent through; one map carries one type of record. Absent for printk. */
  readonly map?: string;
  /** The events that fill it: one, or the two of a pair. */
  readonly events: readonly EventName[];
}

export interface GeneratedProgram {
  readonly baseName: string;
  readonly delivery: Delivery;
  readonly records: readonly RecordStruct[];
  readonly functions: readonly string[];
  /** The name of the global variable that counts records that found no room; absent for printk. */
  readonly droppedCounter?: string;
  /** The whole `.bpf.c`. */
  readonly text: string;
  readonly notes: readonly string[];
}

/** What is generated for: the target kernel with `others`, and what the file that it goes into defines. */
export interface GenerateTarget {
  readonly kernel: KernelView;
  /** Whether `vmlinux.h` as the file sees it defines this struct; absent where it is the target kernel's own. */
  definesStruct?(tag: string): boolean;
}

/** Failure is one sentence for the user that says what to do. */
export type Generated<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };
