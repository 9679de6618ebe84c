/** Opens the log of a verified program beside its source. */
import * as vscode from 'vscode';
import { visitsOf } from './log-documents';
import { logScheme } from './log-ids';
import { keyOf, logUri, type LogPlace } from './log-uri';
import type { VerifiedProgram, VerifierLogs } from './verifier-logs';

export async function showLog({ logLine, ...key }: LogPlace): Promise<void> {
  const document = await vscode.workspace.openTextDocument(logUri(key));
  const other = vscode.window.visibleTextEditors.find((editor) => editor.document.uri.scheme === logScheme);
  const line = logLine === undefined ? 0 : logLine - 1;
  const range = document.validateRange(new vscode.Range(line, 0, line, 0));
  await vscode.window.showTextDocument(document, {
    selection: range,
    viewColumn: other?.viewColumn ?? vscode.ViewColumn.Beside,
  });
}

/** Where the log of a program begins to be of interest: at the refusal, else at its first line. */
export function mainPlace(verified: VerifiedProgram, logs: VerifierLogs): LogPlace {
  const last = logs.outline(verified).visits.at(-1);
  return { ...keyOf(verified), ...(verified.refused && last && { logLine: last.last }) };
}

/** The first place in a log that is about a line of its source; undefined where it has none. */
export function placeOf(
  verified: VerifiedProgram,
  logs: VerifierLogs,
  document: vscode.TextDocument,
  line: number,
): LogPlace | undefined {
  const [visit] = visitsOf(logs.outline(verified).visits, verified.source, document, line);
  return visit && { ...keyOf(verified), logLine: visit.from };
}
