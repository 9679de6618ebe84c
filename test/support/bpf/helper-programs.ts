/** What a kernel's verifier and the checks say of every helper in every kind of program. */
import { HELPER_ROWS } from '#core/bpf/helpers.generated';
import type { ProgramKind } from '#core/bpf/program-kind';
import { checkSource } from '#server/check-source';
import { helperNamed } from '#server/helpers/helpers';
import type { KernelView } from '#server/view';
import { testAnalyzer } from '#support/analyzer';
import { helperKinds } from './helper-kinds';
import { sectionOfKind, type Prober } from './probe';

export interface HelperVerdicts {
  /** Pairs that the verifier was asked about. */
  readonly pairs: number;
  readonly refused: number;
  /** `XDP bpf_get_stack: refused` */
  readonly disagreements: readonly string[];
}

/** Every pair of a kind of program that the kernel knows and a helper: reported exactly if the verifier refuses the call. */
export async function compareHelpers(kernel: KernelView, prober: Prober): Promise<HelperVerdicts> {
  const analyzer = await testAnalyzer();
  const kinds = await helperKinds(prober);
  const disagreements: string[] = [];
  let refused = 0;
  for (const [kind, callable] of kinds) {
    const text = HELPER_ROWS.map(([, name]) => helperProgram(sectionName(kind), name, `f_${name}`)).join('');
    const findings = await checkSource(text, { analyzer, kernel });
    const reported = new Set(
      findings.flatMap(({ code, span }) =>
        code === 'helper-unavailable' ? [text.slice(span.start, span.end)] : [],
      ),
    );
    for (const [id, name] of HELPER_ROWS) {
      if (!callable.has(id)) refused++;
      if (callable.has(id) === reported.has(name))
        disagreements.push(`${kind} ${name}: ${callable.has(id) ? 'taken, but reported' : 'refused'}`);
    }
  }
  return { pairs: kinds.size * HELPER_ROWS.length, refused, disagreements };
}

/** Any target: what may be called does not depend on it, as far as the checks go. */
function sectionName(kind: ProgramKind): string {
  const def = sectionOfKind().get(kind);
  if (def === undefined) throw new Error(kind);
  return def.target === 'exact' ? def.name : `${def.name}/x`;
}

/** A call with arguments of no use: whether it may be called at all is looked at before they are. */
export function helperProgram(section: string, helper: string, name: string): string {
  const parameters = helperNamed(helper)?.parameters.filter((parameter) => parameter.name !== '') ?? [];
  const list = parameters.map(() => '(void *)0').join(', ');
  return `SEC("${section}")\nint ${name}(void *ctx)\n{\n\t${helper}(${list});\n\treturn 0;\n}\n`;
}
