/** The status bar item of a run: where, and in which state. A click stops it. */
import * as vscode from 'vscode';
import { stopId } from '../commands/ids';
import type { HostStatus, RunController, RunStatus } from './run-controller';

export function createRunStatus(run: RunController): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('ebpf.run', vscode.StatusBarAlignment.Left, 50);
  item.name = 'eBPF Run';
  item.command = stopId;
  const show = () => {
    const { status } = run;
    if (status === undefined) {
      item.hide();
      return;
    }
    item.text = `$(${iconOf(status)}) ${status.title} on ${[...status.hosts.keys()].join(', ')}${stepOf(status)}`;
    item.tooltip = tooltipOf(status);
    item.accessibilityInformation = {
      label: `eBPF: ${status.title}, ${[...status.hosts].map(([host, { state }]) => `${host} ${state}`).join(', ')}. Stop.`,
      role: 'button',
    };
    item.show();
  };
  show();
  return vscode.Disposable.from(item, run.onDidChange(show));
}

function iconOf({ hosts }: RunStatus): string {
  const states = [...hosts.values()].map(({ state }) => state);
  if (states.includes('starting')) return 'loading~spin';
  return states.includes('failed') ? 'warning' : 'debug-stop';
}

/** The step of the host that is the furthest behind, while one is not running. */
function stepOf({ hosts }: RunStatus): string {
  const starting = [...hosts.values()].find(({ state }) => state === 'starting');
  return starting === undefined ? '' : `: ${starting.detail}`;
}

function tooltipOf({ title, hosts }: RunStatus): vscode.MarkdownString {
  const line = ([host, { state, detail }]: [string, HostStatus]) =>
    `- ${host}: ${state}${detail === '' ? '' : ` (${detail})`}`;
  const text = new vscode.MarkdownString(`**${title}**\n\n`);
  text.appendMarkdown([...hosts].map(line).join('\n'));
  return text.appendMarkdown('\n\nClick to stop.');
}
