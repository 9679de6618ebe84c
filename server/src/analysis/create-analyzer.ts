/** Opens C texts for analysis. Between edits a file keeps its chunks and what they say, no syntax trees. */
import type { Analyzer, CreateAnalyzer, SourceFile } from './analyzer';
import { ChunkStore } from './chunk-store';
import { Linker } from './link';
import type { SourceAnalysis } from './model';
import { createParser, type CParser } from './parser';
import { PendingEdit } from './pending-edit';

export const createAnalyzer: CreateAnalyzer = async (wasm): Promise<Analyzer> => {
  const parser = await createParser(wasm);
  return { open: (text) => openFile(text, parser) };
};

function openFile(text: string, parser: CParser): SourceFile {
  let store = new ChunkStore(parser);
  let linker = new Linker(parser);
  let pending = new PendingEdit(text);
  let known: SourceAnalysis | undefined;
  const settle = () => {
    const edit = pending.take();
    if (edit) store.edit(edit.span, edit.newText, pending.text);
  };
  store.edit({ start: 0, end: 0 }, text);
  return {
    get analysis() {
      settle();
      known ??= linker.link(store.text, store.chunks, store.words);
      return known;
    },
    update(edits, text) {
      for (const [n, edit] of edits.entries()) {
        if (!pending.joins(edit.span)) settle();
        pending.add(edit, n === edits.length - 1 ? text : undefined);
      }
      known = undefined;
    },
    replace(newText) {
      pending = new PendingEdit(newText);
      store.edit({ start: 0, end: store.text.length }, newText);
      known = undefined;
    },
    dispose() {
      pending = new PendingEdit('');
      store = new ChunkStore(parser);
      linker = new Linker(parser);
      known = undefined;
    },
  };
}
