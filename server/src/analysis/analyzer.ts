/**
 * The door of the analysis room. One `SourceFile` lives as long as its document is open; between edits it keeps what it
 * knows of each top-level declaration, and lets go of it on `dispose()`.
 */
import type { SourceAnalysis, Span } from './model';

/** An edit as LSP sends it, in offsets of the text before the edit. */
export interface TextEdit {
  readonly span: Span;
  readonly newText: string;
}

export interface Analyzer {
  /** Opens a text; the first analysis happens here. */
  open(text: string): SourceFile;
}

export interface SourceFile {
  /** The analysis of the current text. Cheap when asked twice. */
  readonly analysis: SourceAnalysis;
  /**
   * Applies edits one after another, each in offsets of the text that the one before left.
   * @param text what they make, where the caller has it anyway: a long text is not copied twice then
   */
  update(edits: readonly TextEdit[], text?: string): void;
  /** Replaces everything. */
  replace(text: string): void;
  dispose(): void;
}

/** Where the two wasm files are: the `dist` folder, or in tests the packages' own. */
export interface WasmFiles {
  readonly runtime: string;
  readonly grammar: string;
}

/** Loads the parser once per process. */
export type CreateAnalyzer = (wasm: WasmFiles) => Promise<Analyzer>;
