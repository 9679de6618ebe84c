/**
 * The open documents, edits included. Text and positions are kept here; the analysis of a document is made on first
 * ask and then follows every edit.
 */
import { TextDocument, type TextDocumentContentChangeEvent } from 'vscode-languageserver-textdocument';
import type { BpfObject } from '#core/elf/bpf-object';
import type { Analyzer, SourceFile } from '../analysis/analyzer';
import type { SourceAnalysis } from '../analysis/model';

export class OpenDocument {
  /** Text, version and the way between offsets and positions. */
  text: TextDocument;
  #source: SourceFile | undefined;
  #compiled: { readonly text: string; readonly object: BpfObject } | undefined;

  constructor(uri: string, languageId: string, version: number, text: string) {
    this.text = TextDocument.create(uri, languageId, version, text);
  }

  analysis(analyzer: Analyzer): SourceAnalysis {
    this.#source ??= analyzer.open(this.text.getText());
    return this.#source.analysis;
  }

  /** What was made of a text that it has or had. */
  keepObject(text: string, object: BpfObject): void {
    this.#compiled = { text, object };
  }

  /** What was made of this text. */
  objectOf(text: string): BpfObject | undefined {
    return this.#compiled?.text === text ? this.#compiled.object : undefined;
  }

  /** Applies changes one after another, as LSP means them. */
  update(changes: readonly TextDocumentContentChangeEvent[], version: number): void {
    for (const change of changes) {
      if ('range' in change) {
        const [start, end] = [this.text.offsetAt(change.range.start), this.text.offsetAt(change.range.end)];
        const span = { start: Math.min(start, end), end: Math.max(start, end) };
        this.text = TextDocument.update(this.text, [change], version);
        this.#source?.update([{ span, newText: change.text }], this.text.getText());
      } else {
        this.text = TextDocument.update(this.text, [change], version);
        this.#source?.replace(change.text);
      }
    }
  }

  dispose(): void {
    this.#source?.dispose();
    this.#source = undefined;
  }
}

export class OpenDocuments {
  readonly #byUri = new Map<string, OpenDocument>();

  get(uri: string): OpenDocument | undefined {
    return this.#byUri.get(uri);
  }

  get size(): number {
    return this.#byUri.size;
  }

  all(): Iterable<OpenDocument> {
    return this.#byUri.values();
  }

  open(uri: string, languageId: string, version: number, text: string): OpenDocument {
    this.close(uri);
    const document = new OpenDocument(uri, languageId, version, text);
    this.#byUri.set(uri, document);
    return document;
  }

  close(uri: string): void {
    this.#byUri.get(uri)?.dispose();
    this.#byUri.delete(uri);
  }

  dispose(): void {
    for (const uri of [...this.#byUri.keys()]) this.close(uri);
  }
}
