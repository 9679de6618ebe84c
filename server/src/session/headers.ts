/**
 * The header types of open documents. Finding headers means asking the file system, so an answer is kept until the
 * document's includes change or something tells that a header did.
 */
import type { Analyzer } from '../analysis/analyzer';
import type { SourceAnalysis } from '../analysis/model';
import { createHeaderStore, type HeaderStore } from '../headers/store';
import type { HeaderTypes } from '../view';

interface Known {
  readonly includes: string;
  readonly types: Promise<HeaderTypes>;
}

export class DocumentHeaders {
  readonly #analyzer: () => Promise<Analyzer>;
  #store: Promise<HeaderStore> | undefined;
  readonly #byUri = new Map<string, Known>();
  /** Folders in which headers are looked for, besides those above the document. */
  roots: readonly string[] = [];

  constructor(analyzer: () => Promise<Analyzer>) {
    this.#analyzer = analyzer;
  }

  of(uri: string, source: SourceAnalysis): Promise<HeaderTypes> {
    const includes = source.includes.map(({ path, system }) => (system ? `<${path}` : path)).join('\n');
    const known = this.#byUri.get(uri);
    if (known?.includes === includes) return known.types;
    this.#store ??= this.#analyzer().then(createHeaderStore);
    const types = this.#store.then((store) => store.load(uri, source.includes, this.roots));
    this.#byUri.set(uri, { includes, types });
    return types;
  }

  /** Files changed: what was found is looked for again; unchanged files are not read again. */
  forget(uri?: string): void {
    if (uri === undefined) this.#byUri.clear();
    else this.#byUri.delete(uri);
  }
}
