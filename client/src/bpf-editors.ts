/**
 * The editor of an eBPF program that was in front last: what commands insert into while a view, a format or a
 * preview has the focus. Sets the context key `ebpf.programEditor` for menus: the editor in front is one.
 */
import * as vscode from 'vscode';
import type { BpfDocuments } from './bpf-documents';

export class BpfEditors implements vscode.Disposable {
  readonly #documents: BpfDocuments;
  readonly #subscriptions: vscode.Disposable;
  #last: vscode.TextEditor | undefined;

  constructor(documents: BpfDocuments) {
    this.#documents = documents;
    const look = () => this.#look(vscode.window.activeTextEditor);
    this.#subscriptions = vscode.Disposable.from(
      vscode.window.onDidChangeActiveTextEditor(look),
      documents.onDidFind(look),
    );
    look();
  }

  /** Undefined where there was none yet, or its document is closed. */
  get last(): vscode.TextEditor | undefined {
    return this.#last?.document.isClosed === false ? this.#last : undefined;
  }

  /** Brings the last one to the front, with the cursor where it was. */
  async show(): Promise<vscode.TextEditor | undefined> {
    const { last } = this;
    if (last === undefined) return undefined;
    const { document, selection } = last;
    return vscode.window.showTextDocument(document, {
      selection,
      ...(last.viewColumn !== undefined && { viewColumn: last.viewColumn }),
    });
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #look(active: vscode.TextEditor | undefined): void {
    const isProgram = active !== undefined && this.#isProgram(active.document);
    if (isProgram) this.#last = active;
    void vscode.commands.executeCommand('setContext', 'ebpf.programEditor', isProgram);
  }

  /** A header holds no programs. */
  #isProgram(document: vscode.TextDocument): boolean {
    return this.#documents.has(document) && !document.uri.path.endsWith('.h');
  }
}
