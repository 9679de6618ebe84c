/** "eBPF: Write vmlinux.h": the types of the target kernel as a header of the project, for builds outside of VS Code. */
import { homedir } from 'node:os';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { vmlinuxHeaderRequest } from '#core/messages/vmlinux-header';
import { writeWhole } from '#runner/capture/write-whole';
import type { Command } from './command';
import { writeVmlinuxHeaderId } from './ids';

export const writeVmlinuxHeader: Command = {
  id: writeVmlinuxHeaderId,
  async run({ server, editors }) {
    const { machine, release, text } = await server.request(vmlinuxHeaderRequest, {});
    if (text === null)
      throw new Error(`${release} has no BTF to make a vmlinux.h from: choose another target kernel.`);
    const uri = await askWhere(editors.last?.document.uri);
    if (uri === undefined) return;
    await writeWhole(uri.fsPath, Buffer.from(text));
    void vscode.window.showInformationMessage(
      `${basename(uri.fsPath)}: the types of Linux ${release} for ${machine}.`,
    );
  },
};

/** Beside the program that is worked on, unless the user wants it elsewhere. */
function askWhere(program: vscode.Uri | undefined): Thenable<vscode.Uri | undefined> {
  const folder =
    program?.scheme === 'file'
      ? vscode.Uri.joinPath(program, '..')
      : (vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir()));
  return vscode.window.showSaveDialog({
    title: 'Save the Types',
    defaultUri: vscode.Uri.joinPath(folder, 'vmlinux.h'),
    filters: { 'C header': ['h'] },
  });
}
