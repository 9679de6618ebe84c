/** Opens C texts for analysis. Between edits a file keeps its chunks and what they say, no syntax trees. */
import type { Analyzer, CreateAnalyzer, SourceFile } from './analyzer';
import { ChunkStore } from './chunk-store';
import { Linker } from './link';
import type { SourceAnalysis } from './model';
import { createParser, type CParser } from './parser';

export const createAnalyzer: CreateAnalyzer = async (wasm): Promise<Analyzer> => {
  const parser = await createParser(wasm);
  return { open: (text) => openFile(text, parser) };
};

function openFile(text: string, parser: CParser): SourceFile {
  let store = new ChunkStore(parser);
  let linker = new Linker(parser);
  let known: SourceAnalysis | undefined;
  store.edit({ start: 0, end: 0 }, text);
  return {
    get analysis() {
      known ??= linker.link(store.text, store.chunks, store.words);
      return known;
    },
    update(edits, text) {
      for (const [n, { span, newText }] of edits.entries())
        store.edit(span, newText, n === edits.length - 1 ? text : undefined);
      known = undefined;
    },
    replace(newText) {
      store.edit({ start: 0, end: store.text.length }, newText);
      known = undefined;
    },
    dispose() {
      store = new ChunkStore(parser);
      linker = new Linker(parser);
      known = undefined;
    },
  };
}
