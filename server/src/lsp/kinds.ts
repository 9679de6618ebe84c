/**
 * The protocol's numbers and words that the server sends. Checked against vscode-languageserver-types and not taken from
 * it: it defines a hundred namespaces when it is loaded, and the first answer would wait for them.
 */
import type * as lsp from 'vscode-languageserver-types';

export const CompletionItemKind = {
  Function: 3,
  Field: 5,
  Module: 9,
  Keyword: 14,
  Snippet: 15,
  Constant: 21,
  Struct: 22,
  Event: 23,
} as const satisfies Partial<typeof lsp.CompletionItemKind>;

export const InsertTextFormat = { Snippet: 2 } as const satisfies Partial<typeof lsp.InsertTextFormat>;

export const MarkupKind = { Markdown: 'markdown' } as const satisfies Partial<typeof lsp.MarkupKind>;

export const InlayHintKind = { Parameter: 2 } as const satisfies Partial<typeof lsp.InlayHintKind>;

export const SymbolKind = { Function: 12, Struct: 23 } as const satisfies Partial<typeof lsp.SymbolKind>;

export const CodeActionKind = { QuickFix: 'quickfix' } as const;

export const DiagnosticSeverity = {
  Error: 1,
  Warning: 2,
  Information: 3,
  Hint: 4,
} as const satisfies typeof lsp.DiagnosticSeverity;
