/** Activation: makes the parts and ties them together. The server starts with the first eBPF document. */
import * as vscode from 'vscode';
import { BpfDocuments } from './bpf-documents';
import { BpfEditors } from './bpf-editors';
import { commands } from './commands';
import { register, type Host } from './commands/command';
import { LanguageServer } from './language-server';
import { EventsPanel } from './panels/events-panel';
import { Preview } from './preview';
import { createReadOnlyDocuments } from './read-only-documents';
import { RunController } from './run/run-controller';
import { createRunLenses } from './run/run-lenses';
import { createRunStatus } from './run/run-status';
import { createRunUi } from './run/run-ui';
import { Verdicts } from './run/verdicts';
import { createStatusBar } from './status-bar';
import { ProgramsRepository } from './views/programs-repository';
import { createProgramsView } from './views/programs-view';
import { TracepointsRepository } from './views/tracepoints-repository';
import { createTracepointsView } from './views/tracepoints-view';

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('eBPF Workbench', { log: true });
  const documents = new BpfDocuments();
  const server = new LanguageServer(context, documents, log);
  const printk = vscode.window.createOutputChannel('eBPF printk');
  const verdicts = new Verdicts();
  const panel = new EventsPanel({ extension: context.extensionUri, log, stop: () => void run.stop() });
  const run: RunController = new RunController({
    ...{ server, log, printk, verdicts, panel },
    ui: createRunUi(context.secrets, log),
    places: {
      agents: context.asAbsolutePath('dist/agent'),
      askpass: context.asAbsolutePath('dist/askpass.js'),
      cache: context.globalStorageUri.fsPath,
    },
  });
  const host: Host = {
    server,
    log,
    editors: new BpfEditors(documents),
    tracepoints: new TracepointsRepository(server),
    programs: new ProgramsRepository(server),
    preview: new Preview(),
    run,
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
    printk,
    verdicts,
    panel,
    run,
    createStatusBar(server),
    createRunStatus(run),
    createRunLenses(host.programs, documents),
    createReadOnlyDocuments(server),
    createTracepointsView(host),
    createProgramsView(host),
    ...commands.map((command) => register(host, command)),
    documents.onDidFind(start),
  );
  if (documents.size > 0) start();
}
