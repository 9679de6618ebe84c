/** What the generator makes: a program as data, before it is text. Pure; no document, no protocol. */
import type { Delivery, GenerateOptions } from '#core/messages/generate-handler';
import type { EventName } from '#core/kernel/model';
import type { SourceAnalysis } from '../analysis/model';
import type { HeaderTypes, KernelView } from '../view';

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
  /** The member that says how many elements of this one hold something, where not all need to. */
  readonly count?: string;
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

/** A piece of the program that stands at file scope, with what makes it superfluous where it is there already. */
export interface Part {
  readonly kind: 'include' | 'license' | 'struct' | 'map' | 'global' | 'helper' | 'program';
  /** Path of an include; else the name that it declares. */
  readonly name: string;
  /** Without a newline at the end; indented by tabs, lines of any length. */
  readonly text: string;
  /** The event of a `program`. */
  readonly event?: EventName;
}

export interface GeneratedProgram {
  readonly baseName: string;
  readonly delivery: Delivery;
  readonly records: readonly RecordStruct[];
  readonly functions: readonly string[];
  /** The name of the global variable that counts records that found no room; absent for printk. */
  readonly droppedCounter?: string;
  /** The program in pieces, in the order of the file; what the target's file has already is left out. */
  readonly parts: readonly Part[];
  /** The parts as a new `.bpf.c`. */
  readonly text: string;
  /**
   * What the program shares with a loader in C: its records. Only for a new file with such a loader; then `text`
   * includes it in the place of their definitions.
   */
  readonly header?: { readonly name: string; readonly text: string };
  readonly notes: readonly string[];
}

/** What is generated for: the target kernel with `others`, and the file that it goes into. */
export interface GenerateTarget {
  readonly kernel: KernelView;
  /** The file that the program is to become a part of, and what its includes bring; absent for a new one. */
  readonly file?: SourceAnalysis;
  readonly headers?: HeaderTypes;
  /** The file's name without `.bpf.c`; absent for a name after the first event. */
  readonly baseName?: string;
}

/** Failure is one sentence for the user that says what to do. */
export type Generated<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };
