/** What a compiled object is worth on a kernel. */
import type { BpfObject } from '#core/elf/bpf-object';
import type { KernelIndex } from '#core/kernel/model';
import { judgeObject } from '#core/object/verdict';
import type { ObjectVerdict } from '#core/object/verdict';
import { programLines } from '#core/verifier/position';
import type { ProgramLines } from '#core/verifier/position';
import type { DocumentView } from '../view';

/** An object and a kernel are immutable, so what follows from them can be kept as long as they live. */
const verdicts = new WeakMap<BpfObject, WeakMap<KernelIndex, ObjectVerdict>>();
const lines = new WeakMap<BpfObject, ReadonlyMap<string, ProgramLines>>();

/** On the view's kernel. Undefined without an object, or types, and for machines that it is not made for. */
export function verdictOf({
  object,
  kernel: { index: kernel, target },
}: DocumentView): ObjectVerdict | undefined {
  const { machine } = target.index.provenance;
  if (!object || kernel.types.empty || kernel.provenance.machine !== machine) return undefined;
  const known = verdicts.get(object) ?? new WeakMap<KernelIndex, ObjectVerdict>();
  verdicts.set(object, known);
  const found = known.get(kernel) ?? judge(object, kernel);
  known.set(kernel, found);
  return found;
}

export function linesOf(object: BpfObject): ReadonlyMap<string, ProgramLines> {
  const found = lines.get(object) ?? programLines(object);
  lines.set(object, found);
  return found;
}

function judge(object: BpfObject, { types, provenance }: KernelIndex): ObjectVerdict {
  // What is captured elsewhere has the modules of that moment.
  return judgeObject(object, { btf: types.btf, hasAllModules: provenance.source === 'local' });
}
