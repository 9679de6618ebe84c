/** How the server is started and what it is told at the start. */
import * as vscode from 'vscode';
import { RevealOutputChannelOn, TransportKind } from 'vscode-languageclient/node';
import type { LanguageClientOptions, ServerOptions } from 'vscode-languageclient/node';
import type { BpfDocuments } from './bpf-documents';
import { bpfMiddleware } from './bpf-middleware';
import { nodeArguments } from './node-arguments';

export function serverOptions(context: vscode.ExtensionContext): ServerOptions {
  const module = vscode.Uri.joinPath(context.extensionUri, 'dist', 'server.js').fsPath;
  const options = { execArgv: [...nodeArguments] };
  const run = { module, transport: TransportKind.ipc, options };
  return { run, debug: { ...run, options: { execArgv: ['--nolazy', '--inspect=6009'] } } };
}

/** @param settings read anew at each start, so that a server that comes back has the current ones. */
export function clientOptions(
  documents: BpfDocuments,
  log: vscode.LogOutputChannel,
  settings: () => Record<string, unknown>,
): LanguageClientOptions {
  return {
    documentSelector: [
      { scheme: 'file', pattern: '**/*.bpf.{c,h}' },
      { scheme: 'file', language: 'c' },
      { scheme: 'untitled', language: 'c' },
    ],
    middleware: bpfMiddleware(documents),
    initializationOptions: settings,
    diagnosticCollectionName: 'ebpf',
    outputChannel: log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
  };
}
