/** Makes the parts of the extension and ties them together. The server starts with the first eBPF document. */
import * as vscode from 'vscode';
import type { BpfDocuments } from './bpf-documents';
import { BpfEditors } from './bpf-editors';
import { commands } from './commands';
import { register, type Host } from './commands/command';
import { HostChecks } from './doctor/host-checks';
import { LanguageServer } from './language-server';
import { EventsPanel } from './panels/events-panel';
import { Preview } from './preview';
import { createReadOnlyDocuments } from './read-only-documents';
import { HostKernels } from './run/host-kernels';
import { ObjectsOnSave } from './run/objects-on-save';
import { RunController } from './run/run-controller';
import { createRunLenses } from './run/run-lenses';
import { createRunStatus } from './run/run-status';
import { createQuietUi, createRunUi } from './run/run-ui';
import { createVerdictFixes } from './run/verdict-fixes';
import { Verdicts } from './run/verdicts';
import { createStatusBar } from './status-bar';
import { ProgramsRepository } from './views/programs-repository';
import { createProgramsView } from './views/programs-view';
import { LogDiagnostics } from './verifier/log-diagnostics';
import { LogDocuments } from './verifier/log-documents';
import { LogFollower } from './verifier/log-follow';
import { createLogLanguage } from './verifier/log-language';
import { createRegisterHover } from './verifier/register-hover';
import { VerifierLogs } from './verifier/verifier-logs';
import { createVerifyOnSave } from './verifier/verify-on-save';
import { TracepointsRepository } from './views/tracepoints-repository';
import { createTracepointsView } from './views/tracepoints-view';

/** @param documents outlives what is made here */
export function start(context: vscode.ExtensionContext, documents: BpfDocuments): void {
  const log = vscode.window.createOutputChannel('eBPF Workbench', { log: true });
  const server = new LanguageServer(context, documents, log);
  const printk = vscode.window.createOutputChannel('eBPF printk');
  const verdicts = new Verdicts();
  const logs = new VerifierLogs();
  const logDocuments = new LogDocuments(logs);
  const panel = new EventsPanel({ extension: context.extensionUri, log, stop: () => void run.stop() });
  const ui = createRunUi(context.secrets, log);
  const places = {
    agents: context.asAbsolutePath('dist/agent'),
    askpass: context.asAbsolutePath('dist/askpass.js'),
    cache: context.globalStorageUri.fsPath,
  };
  const run: RunController = new RunController({
    ...{ server, log, printk, verdicts, logs, panel, ui, places },
    quietUi: createQuietUi(context.secrets, log),
  });
  const host: Host = {
    server,
    log,
    editors: new BpfEditors(documents),
    tracepoints: new TracepointsRepository(server),
    programs: new ProgramsRepository(server),
    preview: new Preview(),
    run,
    logs,
    hostChecks: new HostChecks({ ui, places }),
    hostKernels: new HostKernels({ ui, places }),
    storage: places.cache,
    memory: context.workspaceState,
  };
  const startServer = () => {
    server.start().catch((error: unknown) => log.error('The language server did not start:', String(error)));
  };
  context.subscriptions.push(
    log,
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
    createVerdictFixes(server, verdicts),
    createRunLenses(host.programs, documents, logs),
    logs,
    logDocuments,
    createLogLanguage(logDocuments),
    new LogFollower(logDocuments),
    new LogDiagnostics(logDocuments, log),
    createRegisterHover(logs),
    createVerifyOnSave(run, host.memory, log),
    new ObjectsOnSave({ server, log, storage: places.cache }),
    host.hostChecks,
    createReadOnlyDocuments(server),
    createTracepointsView(host),
    createProgramsView(host),
    ...commands.map((command) => register(host, command)),
    documents.onDidFind(startServer),
  );
  if (documents.size > 0) startServer();
}
