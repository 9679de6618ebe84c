/** The hover on a line of source that a verifier walked over: what the registers held there when it came last. */
import * as vscode from 'vscode';
import { lineState } from '#core/verifier/line-state';
import { showVerifierLogId } from '../commands/ids';
import { visitsOf } from './log-documents';
import { keyOf, type LogPlace } from './log-uri';
import { stateWords } from './state-words';
import type { VerifiedProgram, VerifierLogs } from './verifier-logs';

/** A line of a header or an inlined function may be in many programs. */
const maxPrograms = 2;

export function createRegisterHover(logs: VerifierLogs): vscode.Disposable {
  return vscode.languages.registerHoverProvider([{ scheme: 'file', pattern: '**/*.{c,h}' }], {
    provideHover(document, { line }) {
      const contents = logs.all
        .flatMap((verified) => describe(logs, verified, document, line) ?? [])
        .slice(0, maxPrograms);
      return contents.length === 0 ? undefined : new vscode.Hover(contents, document.lineAt(line).range);
    },
  });
}

function describe(
  logs: VerifierLogs,
  verified: VerifiedProgram,
  document: vscode.TextDocument,
  line: number,
): vscode.MarkdownString | undefined {
  const visits = visitsOf(logs.outline(verified).visits, verified.source, document, line);
  const last = visits.at(-1);
  const { lines, program, host } = verified;
  const state = last && lineState(verified.log, last, { ...(lines && { lines }) });
  if (state === undefined || (state.before.length === 0 && state.after.length === 0)) return undefined;
  const place: LogPlace = { ...keyOf(verified), logLine: last?.from ?? 1 };
  const link = `command:${showVerifierLogId}?${encodeURIComponent(JSON.stringify([place]))}`;
  const text = new vscode.MarkdownString(
    stateWords(state, { ...{ program, host, link }, visits: visits.length }),
  );
  text.isTrusted = { enabledCommands: [showVerifierLogId] };
  return text;
}
