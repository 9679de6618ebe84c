/** "Run" and "Verify" above each program. */
import * as vscode from 'vscode';
import type { BpfDocuments } from '../bpf-documents';
import { runId, verifyId } from '../commands/ids';
import type { ProgramsRepository } from '../views/programs-repository';

export function createRunLenses(programs: ProgramsRepository, documents: BpfDocuments): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const provider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: changed.event,
    async provideCodeLenses(document) {
      if (!documents.has(document)) return [];
      const { programs: found } = await programs.contents(document.uri);
      return found.flatMap(({ name, range }) => {
        const line = new vscode.Range(range.start.line, 0, range.start.line, 0);
        const lens = (title: string, command: string, tooltip: string) =>
          new vscode.CodeLens(line, { title, command, tooltip, arguments: [document.uri, name] });
        return [
          lens('$(play) Run', runId, `Run ${name} alone on a host`),
          lens('$(verified) Verify', verifyId, `Ask a host's verifier about ${name}, without attaching it`),
        ];
      });
    },
  };
  return vscode.Disposable.from(
    changed,
    vscode.languages.registerCodeLensProvider([{ scheme: 'file', language: 'c' }], provider),
    programs.onDidChange(() => changed.fire()),
    documents.onDidFind(() => changed.fire()),
  );
}
