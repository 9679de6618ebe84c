/** Activation: makes the parts and ties them together. The server starts with the first eBPF document. */
import * as vscode from 'vscode';
import { BpfDocuments } from './bpf-documents';
import { BpfEditors } from './bpf-editors';
import { commands } from './commands';
import { register, type Host } from './commands/command';
import { LanguageServer } from './language-server';
import { Preview } from './preview';
import { createReadOnlyDocuments } from './read-only-documents';
import { createStatusBar } from './status-bar';
import { ProgramsRepository } from './views/programs-repository';
import { createProgramsView } from './views/programs-view';
import { TracepointsRepository } from './views/tracepoints-repository';
import { createTracepointsView } from './views/tracepoints-view';

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('eBPF Workbench', { log: true });
  const documents = new BpfDocuments();
  const server = new LanguageServer(context, documents, log);
  const host: Host = {
    server,
    log,
    editors: new BpfEditors(documents),
    tracepoints: new TracepointsRepository(server),
    programs: new ProgramsRepository(server),
    preview: new Preview(),
    memory: context.workspaceState,
  };
  const start = () => {
    server.start().catch((error: unknown) => log.error('The language server did not start:', String(error)));
  };
  context.subscriptions.push(
    log,
    documents,
    server,
    host.editors,
    host.tracepoints,
    host.programs,
    host.preview,
    createStatusBar(server),
    createReadOnlyDocuments(server),
    createTracepointsView(host),
    createProgramsView(host),
    ...commands.map((command) => register(host, command)),
    documents.onDidFind(start),
  );
  if (documents.size > 0) start();
}
