/** Shows the event under the cursor, of a row of the view, or a picked one, as the chosen kernels have it, side by side. */
import * as vscode from 'vscode';
import type { EventName } from '#core/kernel/model';
import { compareDocumentUri } from '#core/messages/document';
import { listTracepointsRequest } from '#core/messages/list-tracepoints';
import { programsRequest } from '#core/messages/programs';
import type { Command, Host } from './command';
import { eventsOf } from './event-arguments';
import { compareEventId } from './ids';

export const compareEvent: Command = {
  id: compareEventId,
  async run(host, ...args) {
    const given = eventsOf(args)[0] ?? (await underCursor(host)) ?? (await pick(host));
    if (given === undefined) return;
    const uri = vscode.Uri.parse(compareDocumentUri(given.category, given.name));
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
  },
};

/** The event of the program that the cursor is in, from its SEC to its end. */
async function underCursor({ server }: Host): Promise<EventName | undefined> {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) return undefined;
  const { document, selection } = editor;
  const params = { uri: document.uri.toString(), text: document.getText() };
  const { programs } = await server.request(programsRequest, params);
  const at = programs.find(({ range: { start, end } }) =>
    new vscode.Range(start.line, start.character, end.line, end.character).contains(selection.active),
  );
  return at?.event;
}

async function pick({ server }: Host): Promise<EventName | undefined> {
  const all = server.request(listTracepointsRequest, { query: '', limit: Number.MAX_SAFE_INTEGER });
  const items = all.then(({ items: events }) =>
    events.map(({ category, name }) => ({ label: name, description: category, event: { category, name } })),
  );
  const options = { title: 'eBPF: Compare Event Across Kernels', matchOnDescription: true };
  return (await vscode.window.showQuickPick(items, options))?.event;
}
