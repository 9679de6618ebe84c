/** Writes what was generated: one WorkspaceEdit, which one undo takes back. */
import * as vscode from 'vscode';
import type { GeneratedHandler } from '#core/messages/generate-handler';

/** A file beside the program. */
export interface NewFile {
  readonly uri: vscode.Uri;
  readonly text: string;
  /** The user has agreed to lose what is there. */
  readonly overwrite: boolean;
}

export async function insertInto(
  document: vscode.TextDocument,
  handler: GeneratedHandler,
  files: readonly NewFile[],
): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.set(
    document.uri,
    handler.edits.map(({ range: { start, end }, newText }) => {
      const range = new vscode.Range(start.line, start.character, end.line, end.character);
      return new vscode.TextEdit(range, newText);
    }),
  );
  await apply(edit, files);
  await reveal(document, handler);
}

/** The first of the files is the program. */
export async function create(
  handler: GeneratedHandler,
  files: readonly [NewFile, ...NewFile[]],
): Promise<void> {
  await apply(new vscode.WorkspaceEdit(), files);
  await reveal(await vscode.workspace.openTextDocument(files[0].uri), handler);
}

async function apply(edit: vscode.WorkspaceEdit, files: readonly NewFile[]): Promise<void> {
  for (const { uri, text, overwrite } of files)
    edit.createFile(uri, { overwrite, contents: new TextEncoder().encode(text) });
  if (!(await vscode.workspace.applyEdit(edit)))
    throw new Error('The editor did not apply the change: a file was changed or made meanwhile.');
}

/** Shows the first function that was generated, with the cursor on its name. */
async function reveal(document: vscode.TextDocument, { functions }: GeneratedHandler): Promise<void> {
  const [name] = functions;
  const offset = name === undefined ? -1 : document.getText().search(new RegExp(`\\b${name}\\b`));
  const position = document.positionAt(Math.max(offset, 0));
  const selection = new vscode.Range(position, position);
  await vscode.window.showTextDocument(document, { selection, preview: false });
}
