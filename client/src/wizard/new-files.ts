/** New files: their folder, their names, and what is to become of those that are there already. */
import * as vscode from 'vscode';
import type { GeneratedHandler } from '#core/messages/generate-handler';
import type { NewFile } from './apply';
import type { Place, Reply } from './flow';
import { nameProblem, withExtension } from './names';
import type { QuickInputs } from './quick-input';

/** The program's folder, else one of the workspace, else one that is asked for; undefined where the user gives none. */
export async function folderFor(document: vscode.TextDocument | undefined): Promise<vscode.Uri | undefined> {
  if (document?.uri.scheme === 'file') return parent(document.uri);
  const { workspaceFolders = [] } = vscode.workspace;
  if (workspaceFolders.length === 1) return workspaceFolders[0]?.uri;
  if (workspaceFolders.length > 1) return (await vscode.window.showWorkspaceFolderPick())?.uri;
  const choice = { title: 'Folder of the New Program', canSelectFolders: true, canSelectFiles: false };
  const [folder] = (await vscode.window.showOpenDialog(choice)) ?? [];
  return folder;
}

export const parent = (uri: vscode.Uri): vscode.Uri => vscode.Uri.joinPath(uri, '..');

/** Asks for the name of a program that is not there yet. */
export async function askName(
  inputs: QuickInputs,
  place: Place,
  folder: vscode.Uri,
  suggested: string,
): Promise<Reply<string>> {
  const problemOf = async (name: string) =>
    nameProblem(name) ??
    ((await readText(vscode.Uri.joinPath(folder, withExtension(name)))) === undefined
      ? undefined
      : `${withExtension(name)} is there already.`);
  const folderName = folder.path.slice(folder.path.lastIndexOf('/') + 1);
  const question = { ...place, placeholder: `Name of the new file in ${folderName}` };
  return inputs.text(question, withExtension(suggested), problemOf);
}

/** Files beside a program. Where one is there and differs, the user says which of the two stays. */
export async function filesBeside(
  inputs: QuickInputs,
  place: Place,
  folder: vscode.Uri,
  files: GeneratedHandler['files'],
): Promise<Reply<readonly NewFile[]>> {
  const wanted: NewFile[] = [];
  for (const { name, text } of files) {
    const uri = vscode.Uri.joinPath(folder, name);
    const existing = await readText(uri);
    if (existing === text) continue;
    if (existing !== undefined) {
      const overwrite = await askWhichStays(inputs, place, name);
      if (overwrite.kind !== 'next') return overwrite;
      if (!overwrite.value) continue;
    }
    wanted.push({ uri, text, overwrite: existing !== undefined });
  }
  return { kind: 'next', value: wanted };
}

function askWhichStays(inputs: QuickInputs, place: Place, name: string): Promise<Reply<boolean>> {
  return inputs.pickOne({ ...place, placeholder: `${name} is there already, and is different` }, [
    { label: `Keep ${name}`, description: 'it may not fit the new program', icon: 'file', value: false },
    { label: `Replace ${name}`, icon: 'replace-all', value: true },
  ]);
}

/** Undefined where there is no such file. */
async function readText(uri: vscode.Uri): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return undefined;
    throw error;
  }
}
