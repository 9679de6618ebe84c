/** What `doctor` found. */
import { styleText } from 'node:util';
import type { HostExamination } from '#runner/doctor/hosts';
import type { HostFinding } from '#runner/model';
import { failureText } from './failure';

export interface Examination {
  readonly tools: readonly HostFinding[];
  readonly hosts: readonly HostExamination[];
}

export function examinationJson(examination: Examination): string {
  return `${JSON.stringify(examination, undefined, 2)}\n`;
}

export function examinationText({ tools, hosts }: Examination, colour: boolean): string {
  const blocks = [
    `this machine, to build on\n${findingsText(tools, colour)}`,
    ...hosts.map(({ host, findings, failure }) =>
      failure ? failureText(host, failure, colour) : `${host}\n${findingsText(findings, colour)}`,
    ),
  ];
  return blocks.join('\n');
}

const styles = { ok: ['green'], warning: ['yellow'], problem: ['bold', 'red'] } as const;

function findingsText(findings: readonly HostFinding[], colour: boolean): string {
  const width = Math.max(0, ...findings.map(({ what }) => what.length));
  return findings
    .map(({ what, state, found, help }) => {
      const word = state.padEnd(7);
      const mark = colour ? styleText([...styles[state]], word) : word;
      return `  ${mark}  ${what.padEnd(width)}  ${found}\n${help === undefined ? '' : `           ${help}\n`}`;
    })
    .join('');
}
