/** The rows of the view, to a file of the user's choice. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as vscode from 'vscode';
import type { ExportFormat } from './event-export';
import type { EventLog } from './event-log';

export async function saveEvents(log: EventLog): Promise<void> {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  const uri = await vscode.window.showSaveDialog({
    title: 'Export Events',
    filters: { CSV: ['csv'], 'JSON Lines': ['jsonl'] },
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder.uri, 'events.csv') }),
  });
  if (uri === undefined) return;
  const format: ExportFormat = uri.path.endsWith('.jsonl') ? 'jsonl' : 'csv';
  const location = vscode.ProgressLocation.Window;
  await vscode.window.withProgress({ location, title: 'Exporting events' }, () =>
    write(uri, log.lines(format)),
  );
  vscode.window.setStatusBarMessage(`Events exported to ${vscode.workspace.asRelativePath(uri)}`, 5000);
}

async function write(uri: vscode.Uri, lines: Iterable<string>): Promise<void> {
  if (uri.scheme === 'file') {
    await pipeline(Readable.from(chunks(lines)), createWriteStream(uri.fsPath));
    return;
  }
  // Other file systems take a file as a whole.
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode([...lines].join('')));
}

/** Lines by the thousand: a stream is slow with small pieces. */
function* chunks(lines: Iterable<string>): Generator<string> {
  let chunk: string[] = [];
  for (const line of lines) {
    if (chunk.push(line) < 1000) continue;
    yield chunk.join('');
    chunk = [];
  }
  yield chunk.join('');
}
