/**
 * Which open documents are eBPF programs. A `*.bpf.c` is one by its name; a plain C file is one from the
 * moment that its first lines say so, until it is closed. Nothing else ever reaches the server.
 */
import * as vscode from 'vscode';
import { hasBpfName, looksLikeBpf, sniffedLines } from '#core/bpf/source-file';

export interface FoundDocument {
  readonly document: vscode.TextDocument;
  /** `edited`: it was open as plain C before. */
  readonly by: 'opened' | 'edited';
}

export class BpfDocuments implements vscode.Disposable {
  readonly #known = new Set<string>();
  readonly #found = new vscode.EventEmitter<FoundDocument>();
  readonly #subscriptions: vscode.Disposable;

  /** Fires once for each document that turns out to be eBPF after this object was made. */
  readonly onDidFind = this.#found.event;

  constructor() {
    this.#subscriptions = vscode.Disposable.from(
      this.#found,
      vscode.workspace.onDidOpenTextDocument((document) => this.#look(document, 'opened')),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#look(document, 'edited')),
      vscode.workspace.onDidCloseTextDocument((document) => this.#known.delete(key(document))),
    );
    for (const document of vscode.workspace.textDocuments) this.#look(document, 'opened');
  }

  get size(): number {
    return this.#known.size;
  }

  has(document: vscode.TextDocument): boolean {
    return this.#known.has(key(document));
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #look(document: vscode.TextDocument, by: FoundDocument['by']): void {
    if (this.has(document) || !isBpf(document)) return;
    this.#known.add(key(document));
    this.#found.fire({ document, by });
  }
}

const key = (document: vscode.TextDocument): string => document.uri.toString();

function isBpf(document: vscode.TextDocument): boolean {
  const { scheme, path } = document.uri;
  if (scheme !== 'file' && scheme !== 'untitled') return false;
  if (hasBpfName(path)) return true;
  return (
    document.languageId === 'c' && looksLikeBpf(document.getText(new vscode.Range(0, 0, sniffedLines, 0)))
  );
}
