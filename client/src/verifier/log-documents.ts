/** Verifier logs as documents: those of verified programs, which cannot be edited, and files `*.verifier.log`. */
import * as vscode from 'vscode';
import { basename, dirname, isAbsolute, join } from 'node:path';
import type { SourcePosition } from '#core/verifier/model';
import { outlineLog, type LogOutline, type Visit } from '#core/verifier/outline';
import { logLanguage, logScheme } from './log-ids';
import { sourceOf, verifiedProgram } from './log-uri';
import type { VerifierLogs } from './verifier-logs';

export class LogDocuments implements vscode.Disposable {
  readonly #logs: VerifierLogs;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #outlines = new WeakMap<vscode.TextDocument, { version: number; outline: LogOutline }>();
  readonly #subscriptions: vscode.Disposable;

  constructor(logs: VerifierLogs) {
    this.#logs = logs;
    const provider: vscode.TextDocumentContentProvider = {
      onDidChange: this.#changed.event,
      provideTextDocumentContent: (uri) =>
        verifiedProgram(logs, uri)?.log ?? 'There is no such log any more: verify the program again.\n',
    };
    this.#subscriptions = vscode.Disposable.from(
      this.#changed,
      vscode.workspace.registerTextDocumentContentProvider(logScheme, provider),
      logs.onDidChange((source) => {
        for (const { uri } of vscode.workspace.textDocuments)
          if (sourceOf(uri) === source.toString()) this.#changed.fire(uri);
      }),
    );
  }

  has(document: vscode.TextDocument): boolean {
    return document.languageId === logLanguage;
  }

  /** Lines of log and outline count from 1. */
  outline(document: vscode.TextDocument): LogOutline {
    const known = this.#outlines.get(document);
    if (known?.version === document.version) return known.outline;
    const text = document.getText();
    const verified = verifiedProgram(this.#logs, document.uri);
    const outline = verified?.log === text ? this.#logs.outline(verified) : outlineLog(text);
    this.#outlines.set(document, { version: document.version, outline });
    return outline;
  }

  /** The file that a place of a log is in; undefined where none is sure. */
  async file(document: vscode.TextDocument, { file }: SourcePosition): Promise<vscode.Uri | undefined> {
    const source = sourceOf(document.uri);
    if (source !== undefined) return fileBeside(vscode.Uri.parse(source), file);
    if (file === undefined) return undefined;
    if (document.uri.scheme === 'file') {
      const beside = vscode.Uri.file(join(dirname(document.uri.fsPath), file));
      if (await exists(beside)) return beside;
    }
    // Kernels name files without their folders.
    const found = await vscode.workspace.findFiles(`**/${basename(file)}`, undefined, 2);
    return found.length === 1 ? found[0] : undefined;
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }
}

/** @param file as the compiler was given it, or its name alone, as kernels print it */
export function fileBeside(source: vscode.Uri, file: string | undefined): vscode.Uri {
  if (file === undefined || file === basename(source.fsPath)) return source;
  return vscode.Uri.file(isAbsolute(file) ? file : join(dirname(source.fsPath), file));
}

/** Stays of the verifier on a line of a document, counted from 0. */
export function visitsOf(
  visits: readonly Visit[],
  source: vscode.Uri,
  document: vscode.TextDocument,
  line: number,
): readonly Visit[] {
  return visits.filter(
    ({ position }) =>
      position.line === line + 1 &&
      isThere(document, position) &&
      fileBeside(source, position.file).toString() === document.uri.toString(),
  );
}

/** The source may have been edited since: then its lines are others. */
export function isThere(document: vscode.TextDocument, { line = 0, text }: SourcePosition): boolean {
  return line > 0 && line <= document.lineCount && document.lineAt(line - 1).text.trim() === text.trim();
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}
