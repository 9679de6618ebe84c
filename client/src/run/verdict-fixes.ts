/** The lightbulb on what the verifier refused: edits that the server computes from the explanation and the source. */
import * as vscode from 'vscode';
import { verdictFixesRequest } from '#core/messages/verdict-fixes';
import type { LanguageServer } from '../language-server';
import type { Explained, Verdicts } from './verdicts';

export function createVerdictFixes(server: LanguageServer, verdicts: Verdicts): vscode.Disposable {
  return vscode.languages.registerCodeActionsProvider(
    { scheme: 'file' },
    {
      async provideCodeActions(document, range, _context, token) {
        const found = verdicts.explained(document.uri, range);
        const actions = await Promise.all(found.map((one) => actionsFor(server, document, one, token)));
        return actions.flat();
      },
    },
    { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
  );
}

async function actionsFor(
  server: LanguageServer,
  document: vscode.TextDocument,
  { diagnostic, verdict }: Explained,
  token: vscode.CancellationToken,
): Promise<vscode.CodeAction[]> {
  const fixes = await server.request(verdictFixesRequest, { uri: document.uri.toString(), verdict }, token);
  return fixes.map(({ title, preferred, edits }) => {
    const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
    action.diagnostics = [diagnostic];
    action.isPreferred = preferred;
    action.edit = new vscode.WorkspaceEdit();
    for (const { range, newText } of edits) {
      const { start, end } = range;
      const where = new vscode.Range(start.line, start.character, end.line, end.character);
      action.edit.replace(document.uri, where, newText);
    }
    return action;
  });
}
