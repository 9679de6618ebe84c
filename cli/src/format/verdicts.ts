/** What the kernels said to a program. */
import { styleText } from 'node:util';
import type { HostFacts } from '#core/agent/protocol';
import type { Failure } from '#runner/model';
import { failureText } from './failure';

export interface ProgramVerdict {
  readonly name: string;
  readonly section: string;
  readonly instructions: number;
  /** The verifier's, whole. */
  readonly log: string;
  /** Absent where the kernel accepts it. */
  readonly failure?: Failure;
}

export interface HostVerdict {
  readonly host: string;
  facts?: HostFacts;
  readonly programs: ProgramVerdict[];
  /** Why there is no verdict. */
  failure?: Failure;
}

export function verdictsJson(verdicts: readonly HostVerdict[]): string {
  const hosts = verdicts.map(({ host, facts, programs, failure }) => ({
    host,
    ...(facts && { release: facts.release, machine: facts.machine }),
    programs: programs.map((program) => ({ ...program, accepted: program.failure === undefined })),
    ...(failure && { failure }),
  }));
  return `${JSON.stringify({ hosts }, undefined, 2)}\n`;
}

export function verdictsText(verdicts: readonly HostVerdict[], colour: boolean): string {
  return verdicts.map((verdict) => hostText(verdict, colour)).join('\n');
}

function hostText({ host, facts, programs, failure }: HostVerdict, colour: boolean): string {
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    colour ? styleText(style, text) : text;
  const width = Math.max(0, ...programs.map(({ name }) => name.length));
  const kernel = facts ? ` (Linux ${facts.release}, ${facts.machine})` : '';
  const lines = programs.map((program) => {
    const verdict = program.failure ? paint(['bold', 'red'], 'refused ') : paint(['green'], 'accepted');
    const line = `  ${verdict}  ${program.name.padEnd(width)}  ${program.section}\n`;
    return program.failure ? line + failureText(`  ${program.name}`, program.failure, colour) : line;
  });
  return `${host}${kernel}\n${lines.join('')}${failure ? failureText(host, failure, colour) : ''}`;
}
