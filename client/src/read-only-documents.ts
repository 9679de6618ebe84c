/**
 * The read-only documents that go-to-definition opens: format files of the target kernel and struct
 * definitions rendered from its types. Their text comes from the server and changes with the kernel.
 */
import * as vscode from 'vscode';
import { documentRequest, readOnlyScheme } from '#core/messages/document';
import type { LanguageServer } from './language-server';

export function createReadOnlyDocuments(server: LanguageServer): vscode.Disposable {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const provider: vscode.TextDocumentContentProvider = {
    onDidChange: changed.event,
    provideTextDocumentContent: async (uri, token) => {
      const answer = await server.request(documentRequest, { uri: uri.toString() }, token);
      return answer?.text ?? 'The target kernel does not have this.\n';
    },
  };
  return vscode.Disposable.from(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(readOnlyScheme, provider),
    server.onDidChangeStatus((status) => {
      if (status.state !== 'ready') return;
      for (const { uri } of vscode.workspace.textDocuments)
        if (uri.scheme === readOnlyScheme) changed.fire(uri);
    }),
  );
}
