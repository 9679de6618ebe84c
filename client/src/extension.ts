/** Activation: makes the parts and ties them together. The server starts with the first eBPF document. */
import * as vscode from 'vscode';
import { BpfDocuments } from './bpf-documents';
import { commands } from './commands';
import { register, type Host } from './commands/command';
import { LanguageServer } from './language-server';
import { createReadOnlyDocuments } from './read-only-documents';
import { createStatusBar } from './status-bar';

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('eBPF Workbench', { log: true });
  const documents = new BpfDocuments();
  const server = new LanguageServer(context, documents, log);
  const host: Host = { server, log };
  const start = () => {
    server.start().catch((error: unknown) => log.error('The language server did not start:', String(error)));
  };
  context.subscriptions.push(
    log,
    documents,
    server,
    createStatusBar(server),
    createReadOnlyDocuments(server),
    ...commands.map((command) => register(host, command)),
    documents.onDidFind(start),
  );
  if (documents.size > 0) start();
}
