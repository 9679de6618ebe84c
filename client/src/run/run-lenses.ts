/** Above each program: "Run", "Verify", and what its verification took. */
import * as vscode from 'vscode';
import type { BpfDocuments } from '../bpf-documents';
import { runId, showVerifierLogId, verifyId } from '../commands/ids';
import { costWords } from '../verifier/cost';
import { mainPlace } from '../verifier/show-log';
import type { VerifiedProgram, VerifierLogs } from '../verifier/verifier-logs';
import type { ProgramsRepository } from '../views/programs-repository';

export function createRunLenses(
  programs: ProgramsRepository,
  documents: BpfDocuments,
  logs: VerifierLogs,
): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const provider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: changed.event,
    async provideCodeLenses(document) {
      if (!documents.has(document)) return [];
      const { programs: found } = await programs.contents(document.uri);
      const verified = logs.of(document.uri);
      return found.flatMap(({ name, range }) => {
        const line = new vscode.Range(range.start.line, 0, range.start.line, 0);
        const lens = (title: string, command: string, tooltip: string) =>
          new vscode.CodeLens(line, { title, command, tooltip, arguments: [document.uri, name] });
        return [
          lens('$(play) Run', runId, `Run ${name} alone on a host`),
          lens('$(verified) Verify', verifyId, `Ask a host's verifier about ${name}, without attaching it`),
          ...verified.filter(({ program }) => program === name).map((one) => costLens(line, one, logs)),
        ];
      });
    },
  };
  return vscode.Disposable.from(
    changed,
    vscode.languages.registerCodeLensProvider([{ scheme: 'file', language: 'c' }], provider),
    programs.onDidChange(() => changed.fire()),
    logs.onDidChange(() => changed.fire()),
    documents.onDidFind(() => changed.fire()),
  );
}

function costLens(line: vscode.Range, verified: VerifiedProgram, logs: VerifierLogs): vscode.CodeLens {
  const { host, refused, cost } = verified;
  const title = `${refused ? '$(error) Refused by' : '$(check) Verified on'} ${host}`;
  return new vscode.CodeLens(line, {
    title: cost === undefined ? title : `${title}: ${costWords(cost)}`,
    command: showVerifierLogId,
    tooltip: 'Show what the verifier said',
    arguments: [mainPlace(verified, logs)],
  });
}
