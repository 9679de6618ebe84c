/**
 * Which struct a program's ctx points to, for each tracepoint. Rule and counts: docs/ctx-structs.md.
 */
import type { KernelIndex, TracepointFormat } from './model';

/** The answer of the rule, with the step that gave it. */
export interface CtxStruct {
  /** The tag, without `struct`: `trace_event_raw_sys_enter`. */
  readonly name: string;
  /** Other tags that are equally right: `syscall_trace_enter`. */
  readonly alsoRight: readonly string[];
  readonly step: 'syscall' | 'own' | 'layout' | 'prototype' | 'prefix';
}

export type CtxStructResolver = (kernel: KernelIndex, format: TracepointFormat) => CtxStruct | undefined;
