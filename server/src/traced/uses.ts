/** Which argument of what is traced a use of ctx reads. */
import type { CtxUse, Program } from '../analysis/model';
import type { DocumentView } from '../view';
import { operationOf } from './operation-uses';
import { tracedBy, type Traced } from './prototype';
import { operationsNamed, tracedOperation } from './struct-ops';

export interface TracedUse {
  readonly use: CtxUse;
  readonly traced: Traced;
  /** From 0; it may be past the last one. */
  readonly index: number;
}

export function tracedOf(view: DocumentView, program: Program): Traced | undefined {
  const { types } = view.kernel.index;
  const { section, function: fn } = program;
  const use = /^\??struct_ops\b/.test(section.value) ? operationOf(view.source, fn.name) : undefined;
  if (use === undefined) return tracedBy(types, section.value);
  const [operation] = operationsNamed(types, use.member.text, use.struct);
  return operation && tracedOperation(types, operation);
}

/** `ctx->args[2]` of `struct bpf_raw_tracepoint_args`, `ctx[2]` of words. */
export function tracedUse(view: DocumentView, use: CtxUse): TracedUse | undefined {
  const index = wordIndex(use);
  if (index === undefined) return undefined;
  const traced = tracedOf(view, use.programs[0]);
  return traced === undefined || traced.inRegisters ? undefined : { use, traced, index };
}

function wordIndex({ path, structName }: CtxUse): number | undefined {
  const [first, second] = path;
  if (structName === undefined) return path.length === 1 && first.kind === 'index' ? first.value : undefined;
  if (structName !== 'bpf_raw_tracepoint_args' || path.length !== 2) return undefined;
  if (first.kind !== 'member' || first.name !== 'args' || second?.kind !== 'index') return undefined;
  return second.value;
}
