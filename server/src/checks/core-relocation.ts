/**
 * A CO-RE relocation of the compiled object that cannot be made on the kernel, in an instruction that the verifier comes
 * to. It looks at the object alone: guards, macros, inlined functions and types of any header are as the compiler saw them.
 */
import { missingPart } from '#core/object/missing';
import type { Missing } from '#core/object/missing';
import type { Obstacle } from '#core/object/verdict';
import { placeOf } from '../object/places';
import { linesOf, verdictOf } from '../object/verdict';
import type { Check, Finding } from './check';

export const coreRelocation: Check = {
  code: 'core-relocation',
  run(view) {
    const { object, kernel } = view;
    const verdict = verdictOf(view);
    if (!object || !verdict) return [];
    const found = new Map<string, Finding>();
    for (const { program, obstacles } of verdict.programs) {
      const lines = linesOf(object).get(program.name);
      // `SEC("?…")`: loaded where the loader wants it.
      if (!lines || program.section.startsWith('?')) continue;
      for (const obstacle of obstacles) {
        if (obstacle.reached !== 'yes' || obstacle.at === undefined) continue;
        const missing = missingPart(obstacle.relocated, kernel.index.types.btf);
        const span = placeOf(view, program, lines, obstacle.at, namesIn(obstacle, missing));
        if (!span) continue;
        const message = messageOf(obstacle, missing);
        found.set(`${span.start} ${message}`, finding(span, message));
      }
    }
    return [...found.values()];
  },
};

/** What the text may call it, the best first. */
function namesIn(
  { relocated: { local, relocation } }: Obstacle,
  missing: Missing | undefined,
): readonly string[] {
  const names = local?.steps.flatMap(({ name }) => name ?? []) ?? [];
  const type = local?.btf.name(relocation.typeId) ?? '';
  const lacking = missing?.what === 'member' || missing?.what === 'kind' ? [missing.name] : [];
  return [...lacking, ...names.reverse(), type];
}

function finding(span: Finding['span'], message: string): Finding {
  return { code: 'core-relocation', span, severity: 'error', dependsOnKernel: true, message, fixes: [] };
}

function messageOf({ relocated: { outcome } }: Obstacle, missing: Missing | undefined): string {
  if (outcome.kind === 'error')
    return `libbpf loads nothing of this object on this kernel: ${outcome.message}.`;
  const refused = 'libbpf puts an instruction in its place that the verifier refuses.';
  if (missing === undefined) return `This is not on this kernel: ${refused}`;
  const { name, owner } = missing;
  const of = owner === '' ? '' : ` of ${owner}`;
  switch (missing.what) {
    case 'type':
      return `This kernel has no ${name}: ${refused}`;
    case 'member':
      return `${owner === '' ? 'This' : owner} has no member ${name} on this kernel: ${refused}`;
    case 'element':
      return `The array has no element ${name} on this kernel: ${refused}`;
    case 'enumerator':
      return `${owner} has no ${name} on this kernel: ${refused}`;
    case 'kind':
      return `The member ${name}${of} is of another kind on this kernel than in the types of this program: ${refused}`;
    case 'size':
      return `The member ${name}${of} has another size on this kernel than in the types of this program, and libbpf adjusts loads of pointers and unsigned numbers alone: ${refused}`;
  }
}
