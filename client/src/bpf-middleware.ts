/**
 * Lets only eBPF documents through to the server. The client's document selector has to name all C files,
 * because a selector cannot look into them; here every other C file is turned away before a message is made.
 */
import type * as vscode from 'vscode';
import type { Middleware } from 'vscode-languageclient/node';
import type { BpfDocuments } from './bpf-documents';

export function bpfMiddleware(documents: BpfDocuments): Middleware {
  /** The version that `didOpen` carried, by document: the edit that made it is not sent again. */
  const openedAt = new WeakMap<vscode.TextDocument, number>();
  const only = <T>(document: vscode.TextDocument, next: () => T): T | undefined =>
    documents.has(document) ? next() : undefined;

  return {
    didOpen: async (document, next) => {
      if (!documents.has(document)) return;
      openedAt.set(document, document.version);
      await next(document);
    },
    didChange: async (event, next) => {
      const opened = openedAt.get(event.document);
      if (opened !== undefined && event.document.version > opened) await next(event);
    },
    didSave: async (document, next) => {
      if (openedAt.has(document)) await next(document);
    },
    didClose: async (document, next) => {
      if (openedAt.delete(document)) await next(document);
    },
    provideCompletionItem: (document, position, context, token, next) =>
      only(document, () => next(document, position, context, token)),
    provideHover: (document, position, token, next) => only(document, () => next(document, position, token)),
    provideSignatureHelp: (document, position, context, token, next) =>
      only(document, () => next(document, position, context, token)),
    provideDefinition: (document, position, token, next) =>
      only(document, () => next(document, position, token)),
    provideTypeDefinition: (document, position, token, next) =>
      only(document, () => next(document, position, token)),
    provideReferences: (document, position, options, token, next) =>
      only(document, () => next(document, position, options, token)),
    provideDocumentHighlights: (document, position, token, next) =>
      only(document, () => next(document, position, token)),
    provideDocumentSymbols: (document, token, next) => only(document, () => next(document, token)),
    provideCodeActions: (document, range, context, token, next) =>
      only(document, () => next(document, range, context, token)),
    provideCodeLenses: (document, token, next) => only(document, () => next(document, token)),
    provideInlayHints: (document, range, token, next) => only(document, () => next(document, range, token)),
    provideFoldingRanges: (document, context, token, next) =>
      only(document, () => next(document, context, token)),
  };
}
