/** What the kernels said to a program. */
import { styleText } from 'node:util';
import type { HostFacts } from '#core/agent/protocol';
import type { Explanation } from '#core/verifier/model';
import type { Failure } from '#runner/model';
import type { Drawing } from './excerpt';
import { explanationData, explanationText } from './explanation';
import { failureText } from './failure';

export interface ProgramVerdict {
  readonly name: string;
  readonly section: string;
  readonly instructions: number;
  /** The verifier's, whole. */
  readonly log: string;
  /** Absent where the kernel accepts it. */
  readonly failure?: Failure;
  readonly explanation?: Explanation;
}

export interface HostVerdict {
  readonly host: string;
  facts?: HostFacts;
  readonly programs: ProgramVerdict[];
  /** Why there is no verdict. */
  failure?: Failure;
  /** What that means on the lines of the source. */
  readonly explanations: Explanation[];
}

export interface VerdictOptions extends Drawing {
  /** The program's, from the working folder. */
  readonly file: string;
}

export function verdictsJson(verdicts: readonly HostVerdict[], options: VerdictOptions): string {
  const hosts = verdicts.map(({ host, facts, programs, failure, explanations }) => ({
    host,
    ...(facts && { release: facts.release, machine: facts.machine }),
    programs: programs.map(({ explanation, ...program }) => ({
      ...program,
      accepted: program.failure === undefined,
      ...(explanation && { explanation: explanationData(explanation, options) }),
    })),
    ...(failure && { failure }),
    ...(explanations.length > 0 && {
      explanations: explanations.map((one) => explanationData(one, options)),
    }),
  }));
  return `${JSON.stringify({ hosts }, undefined, 2)}\n`;
}

export function verdictsText(verdicts: readonly HostVerdict[], options: VerdictOptions): string {
  return verdicts.map((verdict) => hostText(verdict, options)).join('\n');
}

function hostText(
  { host, facts, programs, failure, explanations }: HostVerdict,
  options: VerdictOptions,
): string {
  const { colour } = options;
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    colour ? styleText(style, text) : text;
  const width = Math.max(0, ...programs.map(({ name }) => name.length));
  const kernel = facts ? ` (Linux ${facts.release}, ${facts.machine})` : '';
  const lines = programs.map((program) => {
    const verdict = program.failure ? paint(['bold', 'red'], 'refused ') : paint(['green'], 'accepted');
    return `  ${verdict}  ${program.name.padEnd(width)}  ${program.section}\n`;
  });
  const reasons = programs.flatMap(({ name, failure: refused, explanation }) => {
    if (explanation) return [explanationText(explanation, options)];
    return refused ? [failureText(name, refused, colour)] : [];
  });
  const whole =
    explanations.length > 0
      ? explanations.map((one) => explanationText(one, options))
      : failure && programs.every((program) => program.failure?.message !== failure.message)
        ? [failureText(host, failure, colour)]
        : [];
  return [`${host}${kernel}\n${lines.join('')}`, ...reasons, ...whole].join('\n');
}
