/** What the kernels said to a program, as SARIF. */
import type { Explanation } from '#core/verifier/model';
import type { Failure } from '#runner/model';
import { refusalsSarif } from './explanation-sarif';
import type { Refusal } from './explanation-sarif';
import type { HostVerdict, ProgramVerdict, VerdictOptions } from './verdicts';

export function verdictsSarif(
  verdicts: readonly HostVerdict[],
  { file, shown, fixes }: VerdictOptions,
): string {
  const refusals = verdicts.flatMap(({ host, facts, programs, explanations }) => {
    const refused = programs.filter(({ failure }) => failure !== undefined).map(explanationOf);
    const properties = { host, ...(facts && { release: facts.release, machine: facts.machine }) };
    return [...refused, ...explanations].map((explanation): Refusal => ({
      explanation,
      path: file,
      properties,
    }));
  });
  // A failure that is explained is a result; the others are of hosts and tools.
  const failures = verdicts.flatMap(({ host, failure, explanations, programs }) => {
    const isResult = explanations.length > 0 || programs.some((program) => program.failure !== undefined);
    return failure && !isResult ? [{ code: failure.code, message: `${host}: ${failure.message}` }] : [];
  });
  return refusalsSarif({ refusals, shown, failures, ...(fixes && { fixes }) });
}

function explanationOf({ name, failure, explanation }: ProgramVerdict): Explanation {
  return explanation ?? fromFailure(name, failure);
}

/** A refusal that has no log. */
function fromFailure(program: string, failure: Failure | undefined): Explanation {
  return {
    rule: failure?.code ?? 'program-refused',
    program,
    sentence: failure?.message ?? 'The kernel refuses the program',
    labels: [],
    help: failure?.help ?? '',
    kernelText: failure?.detail?.split('\n').at(-1) ?? '',
  };
}
