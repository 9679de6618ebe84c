/** Kinds of programs as kernels are asked about them, and what they answered as rows of a generated table. */
import type { ProgramKind } from '#core/bpf/program-kind';
import type { SectionDef } from '#core/bpf/sections';
import { ask, type Prober } from './probe';

/** A kind of program with one of the targets that it is asked about with. */
export interface Form {
  readonly kind: ProgramKind;
  readonly def: SectionDef;
  readonly target: string | undefined;
}

/** The kinds of programs that the kernel loads, each with the targets that it loads them for: one at least. */
export async function loadableForms(
  sections: ReadonlyMap<ProgramKind, SectionDef>,
  targets: (def: SectionDef) => readonly (string | undefined)[],
  prober: Prober,
): Promise<ReadonlyMap<ProgramKind, readonly Form[]>> {
  const questions = [...sections].flatMap(([kind, def]) =>
    targets(def).flatMap((target) => [0, 1].map((returns) => ({ kind, def, target, asks: { returns } }))),
  );
  const answers = await ask(questions, prober);
  const kinds = new Map<ProgramKind, Form[]>();
  for (const [n, form] of questions.entries()) {
    if (answers[n]?.errno !== 0) continue;
    const forms = kinds.get(form.kind) ?? [];
    if (forms.at(-1)?.target !== form.target || forms.length === 0) forms.push(form);
    kinds.set(form.kind, forms);
  }
  return kinds;
}

/** A row for all kinds with the same ranges. @param ranges of a kind, per kernel; undefined where it was not asked */
export function kindRows(
  kinds: Iterable<ProgramKind>,
  ranges: (kind: ProgramKind) => readonly (string | undefined)[],
): string {
  const rows = new Map<string, string[]>();
  for (const kind of kinds) {
    const answers = ranges(kind);
    if (answers.every((one) => one === undefined)) continue;
    const text = answers.map((one) => `    ${one === undefined ? 'undefined' : `'${one}'`},\n`).join('');
    rows.set(text, [...(rows.get(text) ?? []), `'${kind}'`]);
  }
  return [...rows].map(([answers, same]) => `  [[${same.join(', ')}], [\n${answers}  ]],\n`).join('');
}
