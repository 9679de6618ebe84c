/** "eBPF: Capture Kernel from Host": the kernel of a host as a file of the workspace, to work with from now on. */
import { homedir } from 'node:os';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { SNAPSHOT_EXTENSION } from '#core/snapshot/codec';
import type { SnapshotMeta } from '#core/snapshot/codec';
import { writeWhole } from '#runner/capture/write-whole';
import { chooseHosts } from '../run/hosts';
import { writeKernel } from '../settings';
import { requireTrust } from '../workspace-trust';
import type { Command } from './command';
import { captureKernelId } from './ids';

const title = 'Capture the kernel of which host?';

export const captureKernel: Command = {
  id: captureKernelId,
  async run({ memory, hostKernels, log }) {
    requireTrust('Kernels of hosts are captured in trusted workspaces only');
    const [host] = (await chooseHosts(memory, { title, remember: false, single: true })) ?? [];
    const captured = host === undefined ? undefined : await hostKernels.capture(host);
    if (captured === undefined) return;
    const { bytes, meta, events, problems } = captured;
    const uri = await askWhere(meta);
    if (uri === undefined) return;
    await writeWhole(uri.fsPath, bytes);
    for (const { where, message } of problems) log.warn(`${uri.fsPath}: ${where ?? ''}: ${message}`);
    const missing =
      problems.length === 0 ? '' : ` Not in it: ${problems.map(({ message }) => message).join('; ')}.`;
    await offer(uri, `${basename(uri.fsPath)}: Linux ${meta.release}, ${events} events.${missing}`);
  },
};

function askWhere({ release, machine }: SnapshotMeta): Thenable<vscode.Uri | undefined> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir());
  // The host says what its release is.
  const name = `${release}-${machine}`.replace(/[^\w.+-]/g, '_').slice(0, 100);
  return vscode.window.showSaveDialog({
    title: 'Save the Kernel',
    defaultUri: vscode.Uri.joinPath(folder, `${name}${SNAPSHOT_EXTENSION}`),
    filters: { 'Kernel snapshot': [SNAPSHOT_EXTENSION.slice(1)] },
  });
}

async function offer(uri: vscode.Uri, message: string): Promise<void> {
  const use = 'Use as Target Kernel';
  if ((await vscode.window.showInformationMessage(message, use)) === use)
    await writeKernel({ kind: 'snapshot', path: uri.fsPath });
}
