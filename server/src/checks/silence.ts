/**
 * Checks that take functions apart do so again only where that may have another result: what had nothing to say of a
 * function has nothing to say of it until the function changes, or what stands outside of the bodies of functions, or
 * the kernel, or a header. Findings are not kept: their places move with every edit before them, and there are few.
 *
 * A check that asks this way must not look into the bodies of other functions, nor at what the analysis made of them
 * (`ctxUses`), nor at the compiled object.
 */
import type { FunctionDef, Program } from '../analysis/model';
import type { DocumentView, HeaderTypes, KernelView } from '../view';
import type { DiagnosticCode, Finding } from './check';

/** What stands for a kernel and headers in notes, which must not keep them alive. */
const bases = new WeakMap<KernelView, WeakMap<HeaderTypes, object>>();
/** Kernels and headers that came and went. */
const mostBases = 8;

function basisOf({ kernel, headers }: DocumentView): object {
  const byHeaders = bases.get(kernel) ?? new WeakMap<HeaderTypes, object>();
  bases.set(kernel, byHeaders);
  const basis = byHeaders.get(headers) ?? {};
  byHeaders.set(headers, basis);
  return basis;
}

/** @param question tells apart what is asked of one function */
export function unlessSilent<T>(
  view: DocumentView,
  fn: FunctionDef,
  question: string,
  ask: () => readonly T[],
): readonly T[] {
  const notes = view.source.memory.notesOf(fn);
  const basis = basisOf(view);
  if (notes?.get(basis)?.has(question)) return [];
  const found = ask();
  if (found.length > 0 || !notes) return found;
  const silent = notes.get(basis);
  if (silent) silent.add(question);
  else {
    if (notes.size >= mostBases) notes.clear();
    notes.set(basis, new Set([question]));
  }
  return found;
}

/** What is asked of each program. */
export function unlessSilentBefore(
  code: DiagnosticCode,
  findings: (view: DocumentView, program: Program) => readonly Finding[],
): (view: DocumentView, program: Program) => readonly Finding[] {
  return (view, program) =>
    unlessSilent(view, program.function, `${code} ${program.section.value}`, () => findings(view, program));
}
