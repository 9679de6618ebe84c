/** The status bar item: which kernel the answers come from. A click opens the kernel picker. */
import * as vscode from 'vscode';
import type { KernelState, KernelSummary } from '#core/messages/kernel-state';
import { selectKernelId } from './commands/ids';
import type { LanguageServer, ServerStatus } from './language-server';

/** What an item shows; undefined hides it. */
interface Look {
  readonly text: string;
  readonly tooltip: string;
  readonly warning?: boolean;
}

/** The words for where a kernel's facts come from. */
const sourceWords: Record<KernelSummary['source'], string> = {
  local: 'live',
  directory: 'directory',
  snapshot: 'snapshot',
  bundled: 'bundled',
};

export function createStatusBar(server: LanguageServer): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('ebpf.kernel', vscode.StatusBarAlignment.Right, 100);
  item.name = 'eBPF Kernel';
  item.command = selectKernelId;
  const show = (status: ServerStatus) => {
    const look = lookOf(status);
    if (look === undefined) {
      item.hide();
      return;
    }
    item.text = look.text;
    item.tooltip = new vscode.MarkdownString(look.tooltip);
    item.backgroundColor = look.warning
      ? new vscode.ThemeColor('statusBarItem.warningBackground')
      : undefined;
    item.accessibilityInformation = {
      label: `eBPF kernel: ${look.text.replace(/\$\([^)]*\)\s*/g, '')}`,
      role: 'button',
    };
    item.show();
  };
  show(server.status);
  return vscode.Disposable.from(item, server.onDidChangeStatus(show));
}

function lookOf(status: ServerStatus): Look | undefined {
  switch (status.state) {
    case 'off':
      return undefined;
    case 'starting':
      return { text: '$(loading~spin) eBPF', tooltip: 'The eBPF language server is starting.' };
    case 'stopped':
      return {
        text: '$(error) eBPF',
        tooltip: 'The eBPF language server stopped. See the log.',
        warning: true,
      };
    case 'loading':
      return { text: '$(loading~spin) eBPF kernel', tooltip: `Reading ${status.source} …` };
    case 'ready':
      return { text: `$(chip) ${title(status)}`, tooltip: readyTooltip(status) };
    case 'failed':
      return {
        text: `$(warning) ${failedText(status.fallback)}`,
        tooltip: failedTooltip(status),
        warning: true,
      };
  }
}

const title = (kernel: KernelSummary): string =>
  `${kernel.release} · ${kernel.machine} · ${sourceWords[kernel.source]}`;

const failedText = (fallback: KernelSummary | undefined): string =>
  fallback === undefined ? 'eBPF: no kernel' : title(fallback);

function readyTooltip(kernel: Extract<KernelState, { state: 'ready' }>): string {
  const lines = [
    `**Linux ${kernel.release}** (${kernel.machine})`,
    `${kernel.events} tracepoints, read from the ${sourceWords[kernel.source]} kernel \`${kernel.location}\``,
  ];
  if (kernel.capturedAt !== undefined) lines.push(`captured ${kernel.capturedAt}`);
  if (kernel.problems !== undefined && kernel.problems > 0)
    lines.push(`${kernel.problems} entries could not be read; the log says which`);
  if (!kernel.chosen)
    lines.push('Nobody chose this kernel: what depends on it is a warning at most. Click to choose.');
  return lines.join('\n\n');
}

function failedTooltip(status: Extract<KernelState, { state: 'failed' }>): string {
  const answers =
    status.fallback === undefined
      ? 'There is no other kernel to answer.'
      : `Answers come from ${title(status.fallback)}.`;
  return `${status.message}\n\n${answers} Click to choose a kernel.`;
}
