/**
 * Loads of a program through its ctx, by the instructions. Source: kernel/bpf/verifier.c, check_ctx_access(), which keeps the
 * furthest byte of those that it comes to for the attaching: kernel/events/core.c, perf_event_set_bpf_prog().
 */
import { CLASS } from '../decode/instructions';
import type { LinkedInstruction, LinkedProgram } from './link';
import { reachedThroughCtx } from './reach/reach';
import type { Reached } from './reach/reach';

export interface CtxRead {
  /** The instruction. */
  readonly at: number;
  /** Bytes from the start of ctx; not known of what may be read elsewhere. */
  readonly offset: number;
  readonly size: number;
  /** `unsure`: or it is not ctx that it reads. */
  readonly reached: Reached;
}

/** @param isMeant the only ones that are asked about */
export function ctxReads(
  program: LinkedProgram,
  isMeant: (offset: number, size: number) => boolean,
): readonly CtxRead[] {
  const reads = new Map<number, Omit<CtxRead, 'reached'>>();
  for (const [at, instruction] of program.code.entries()) {
    const read = { at, offset: instruction.jump, size: loadedBytes(instruction) };
    if (read.size > 0 && isMeant(read.offset, read.size)) reads.set(at, read);
  }
  if (reads.size === 0) return [];
  const reached = reachedThroughCtx(program, new Set(reads.keys()));
  return Array.from(reads, ([at, read]) => ({ ...read, reached: reached.get(at) ?? 'unsure' }));
}

/** 0 for what is no plain load, and for one that depends on what is not known of the kernel. */
function loadedBytes({ opcode, isOpen }: LinkedInstruction): number {
  const isPlain = (opcode & 7) === CLASS.loadMemory && opcode >> 5 === 3;
  return isPlain && isOpen === undefined ? ([4, 2, 1, 8][(opcode >> 3) & 3] ?? 0) : 0;
}
