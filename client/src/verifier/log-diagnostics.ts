/**
 * Explains the refusals in `*.verifier.log` files, where a log was saved or pasted: at the line that says them, with the
 * lines of source where those are in the workspace.
 */
import * as vscode from 'vscode';
import { createExplainer } from '#core/verifier/explain';
import { createLoaderExplainer } from '#core/verifier/loader/explain-loader';
import { parseLog } from '#core/verifier/log';
import type { Explanation, VerifierOutput } from '#core/verifier/model';
import type { LogDocuments } from './log-documents';
import { logScheme } from './log-ids';

/** Of typing, until the log is read again. */
const settleMs = 300;

interface Found {
  readonly explanation: Explanation;
  readonly logLine: number;
}

export class LogDiagnostics implements vscode.Disposable {
  readonly #documents: LogDocuments;
  readonly #collection = vscode.languages.createDiagnosticCollection('ebpf-verifier-log');
  readonly #verifier = createExplainer();
  readonly #loader = createLoaderExplainer();
  readonly #edited = new Map<vscode.TextDocument, ReturnType<typeof setTimeout>>();
  readonly #subscriptions: vscode.Disposable;

  constructor(documents: LogDocuments, log: vscode.LogOutputChannel) {
    this.#documents = documents;
    const look = (document: vscode.TextDocument) => {
      // What is said about verified programs stands on their sources already.
      if (!documents.has(document) || document.uri.scheme === logScheme) return;
      this.#explain(document).catch((error: unknown) => log.error('A verifier log:', String(error)));
    };
    this.#subscriptions = vscode.Disposable.from(
      this.#collection,
      vscode.workspace.onDidOpenTextDocument(look),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (!documents.has(document)) return;
        clearTimeout(this.#edited.get(document));
        this.#edited.set(
          document,
          setTimeout(() => {
            this.#edited.delete(document);
            look(document);
          }, settleMs),
        );
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        this.#forget(document);
        this.#collection.delete(document.uri);
      }),
    );
    for (const document of vscode.workspace.textDocuments) look(document);
  }

  dispose(): void {
    for (const document of [...this.#edited.keys()]) this.#forget(document);
    this.#subscriptions.dispose();
  }

  #forget(document: vscode.TextDocument): void {
    clearTimeout(this.#edited.get(document));
    this.#edited.delete(document);
  }

  async #explain(document: vscode.TextDocument): Promise<void> {
    const { version } = document;
    const found = this.#find(parseLog(document.getText()).value);
    const diagnostics = await Promise.all(found.map((one) => this.#diagnostic(document, one)));
    if (!document.isClosed && document.version === version) this.#collection.set(document.uri, diagnostics);
  }

  #find({ programs, loader }: VerifierOutput): readonly Found[] {
    const refused = programs.flatMap((log): Found[] => {
      const explanation = this.#verifier.explain(log);
      const message = log.messages.find(({ text }) => text === explanation?.kernelText) ?? log.messages[0];
      const logLine = message?.logLine ?? log.path.at(-1)?.logLine;
      return explanation && logLine !== undefined ? [{ explanation, logLine }] : [];
    });
    if (refused.length > 0) return refused;
    // What libbpf says around a refusal is no news.
    return this.#loader.explain(loader).flatMap((explanation) => {
      const said = loader.find(({ text }) => text === explanation.kernelText);
      return said ? [{ explanation, logLine: said.logLine }] : [];
    });
  }

  async #diagnostic(
    document: vscode.TextDocument,
    { explanation, logLine }: Found,
  ): Promise<vscode.Diagnostic> {
    const { rule, sentence, help, labels } = explanation;
    const message = [sentence, help].filter((text) => text !== '').join('\n');
    const { range } = document.lineAt(Math.min(logLine, document.lineCount) - 1);
    const diagnostic = new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Error);
    diagnostic.source = 'verifier';
    diagnostic.code = rule;
    const related = await Promise.all(
      labels.map(async ({ position, text }) => {
        const file = position.line === undefined ? undefined : await this.#documents.file(document, position);
        const { line = 1, column = 0 } = position;
        return (
          file &&
          new vscode.DiagnosticRelatedInformation(
            new vscode.Location(file, new vscode.Position(line - 1, Math.max(0, column - 1))),
            text,
          )
        );
      }),
    );
    diagnostic.relatedInformation = related.filter((one) => one !== undefined);
    return diagnostic;
  }
}
