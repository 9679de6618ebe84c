/** Handlers for tracepoints, as edits of an open document or as the text of a new file. */
import type { GenerateOptions, GeneratedHandler } from '#core/messages/generate-handler';
import { generate } from '../generate/generate';
import { applyEdits, insertionEdits, type TextEdit } from '../generate/insert';
import { loaderFiles } from '../generate/loader';
import type { Generated, GenerateTarget } from '../generate/model';
import type { DocumentView, KernelView } from '../view';

/** `GeneratedHandler` in offsets of the text. */
export interface HandlerResult extends Omit<GeneratedHandler, 'edits' | 'version'> {
  readonly edits: readonly TextEdit[];
}

/** Where it goes: an open document, or a new file with or without a name. */
export type Destination = { readonly document: DocumentView } | { readonly baseName?: string };

/** @param kernel with the kernels of `alsoCheck` */
export function generateHandler(
  kernel: KernelView,
  options: GenerateOptions,
  destination: Destination,
): Generated<HandlerResult> {
  const view = 'document' in destination ? destination.document : undefined;
  const generated = generate(options, targetOf(kernel, destination));
  if (!generated.ok) return generated;
  const program = generated.value;
  const { baseName, functions, notes } = program;
  const edits = view === undefined ? [] : insertionEdits(view.source, program);
  const text = view === undefined ? program.text : applyEdits(view.text, edits);
  const files = options.loader === undefined ? [] : loaderFiles(program, options.loader);
  return {
    ok: true,
    value: { baseName, text, edits, functions: [...functions], files: [...files], notes: [...notes] },
  };
}

function targetOf(kernel: KernelView, destination: Destination): GenerateTarget {
  if (!('document' in destination)) return { kernel, ...destination };
  const { uri, source, headers } = destination.document;
  return { kernel, file: source, headers, baseName: baseNameOf(uri) };
}

/** `openat` of `file:///src/openat.bpf.c`. */
function baseNameOf(uri: string): string {
  const name = decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1));
  return name.replace(/(?:\.bpf)?\.c$/, '');
}
