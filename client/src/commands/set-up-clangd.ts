/** "eBPF: Set Up clangd": the workspace's `.clangd` gets what clangd needs to understand its BPF programs. */
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { vmlinuxHeaderRequest } from '#core/messages/vmlinux-header';
import { setUpClangd } from '#runner/build/clangd';
import { headerFor, keepHeader } from '#runner/build/project-header';
import { readBuildOptions } from '../run/run-settings';
import { clangdId } from '../settings';
import type { Command } from './command';
import { setUpClangdId } from './ids';

export const setUpClangdCommand: Command = {
  id: setUpClangdId,
  async run({ server, storage }) {
    const folder = await chooseFolder();
    if (folder === undefined) return;
    const { machine, release, text } = await server.request(vmlinuxHeaderRequest, {});
    const own = await headerOf(folder, machine);
    if (own === undefined && text === null)
      throw new Error(
        `${release} has no BTF to make a vmlinux.h from: choose another target kernel, or put a vmlinux.h into the folder.`,
      );
    const header = own ?? (await keepHeader(storage, { release, machine }, text ?? ''));
    const uri = vscode.Uri.joinPath(folder.uri, '.clangd');
    const before = await read(uri);
    const options = readBuildOptions(folder.uri.fsPath);
    const after = await setUpClangd(before, { options, machine, header });
    await vscode.workspace.fs.writeFile(uri, Buffer.from(after));
    await vscode.window.showTextDocument(uri, { preview: true });
    const types =
      own === undefined ? `types of ${release}, kept on this machine` : `types of ${header.folder}`;
    void offerRestart(`.clangd: clangd reads BPF programs for ${machine} now, with ${types}.`);
  },
};

async function offerRestart(message: string): Promise<void> {
  const restart = 'Restart clangd';
  const isHere = vscode.extensions.getExtension(clangdId) !== undefined;
  const answer = await vscode.window.showInformationMessage(message, ...(isHere ? [restart] : []));
  if (answer === restart) await vscode.commands.executeCommand('clangd.restart');
}

/** That of the program in front; else the user's choice. */
async function chooseFolder(): Promise<vscode.WorkspaceFolder | undefined> {
  const active = vscode.window.activeTextEditor?.document.uri;
  const own = active && vscode.workspace.getWorkspaceFolder(active);
  const [first, ...others] = vscode.workspace.workspaceFolders ?? [];
  if (first === undefined)
    throw new Error('clangd reads .clangd in the folder of a project: open a folder first.');
  return own ?? (others.length === 0 ? first : vscode.window.showWorkspaceFolderPick());
}

/** A vmlinux.h of the project is the one that it wants. */
async function headerOf(folder: vscode.WorkspaceFolder, machine: string) {
  const pattern = new vscode.RelativePattern(folder, '**/vmlinux.h');
  const found = await vscode.workspace.findFiles(pattern, '**/node_modules/**', 100);
  const paths = found.map(({ fsPath }) => fsPath).sort();
  const path = headerFor(machine, paths);
  return path === undefined ? undefined : { folder: dirname(path), taggedMembers: false };
}

async function read(uri: vscode.Uri): Promise<string> {
  try {
    return Buffer.from(await vscode.workspace.fs.readFile(uri)).toString();
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return '';
    throw error;
  }
}
