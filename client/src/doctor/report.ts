/** What was found out about hosts, as a document in Markdown. */
import type { HostExamination } from '#runner/doctor/hosts';
import type { Failure, HostFinding } from '#runner/model';

export interface Checked {
  /** Of this machine, on which programs are built. */
  readonly tools: readonly HostFinding[];
  readonly hosts: readonly HostExamination[];
}

export function report({ tools, hosts }: Checked): string {
  const sections = [
    ...hosts.map(({ host, findings, failure }) => section(host, findings, failure)),
    section('This machine, to build on', tools),
  ];
  return `# ${title(hosts)}\n\n${sections.join('\n')}`;
}

export function title(hosts: readonly { readonly host: string }[]): string {
  return `Check of ${hosts.map(({ host }) => host).join(', ')}`;
}

function section(name: string, findings: readonly HostFinding[], failure?: Failure): string {
  if (failure !== undefined) {
    const detail = failure.detail === undefined ? '' : `\n\n${indented(failure.detail)}`;
    return `## ${cell(name)}\n\n**Problem: ${cell(failure.message)}.** ${cell(failure.help)}${detail}\n`;
  }
  return `## ${cell(name)}\n\n${summary(findings)}\n\n${table(findings)}\n`;
}

function summary(findings: readonly HostFinding[]): string {
  const count = (state: HostFinding['state']) => findings.filter((one) => one.state === state).length;
  const [problems, warnings] = [count('problem'), count('warning')];
  if (problems > 0) return `${counted(problems, 'problem')}, ${counted(warnings, 'warning')}.`;
  return warnings > 0 ? `Ready, with ${counted(warnings, 'warning')}.` : 'Ready.';
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

const words: Record<HostFinding['state'], string> = {
  ok: 'ok',
  warning: '**warning**',
  problem: '**problem**',
};

function table(findings: readonly HostFinding[]): string {
  const rows = findings.map(
    ({ what, state, found, help = '' }) =>
      `| ${words[state]} | ${cell(what)} | ${cell(found)} | ${cell(help)} |`,
  );
  return ['| | What | Found | What to do |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** Text as it is: hosts say what they like. */
function cell(text: string): string {
  return text.replace(/[\\`*_{}[\]<>|#~]/g, '\\$&').replace(/\s*\n\s*/g, ' ');
}

function indented(text: string): string {
  return text.trim().replace(/^/gm, '    ');
}
