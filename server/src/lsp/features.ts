/** Which feature answers which request of the protocol: one line each, through the one wrapper. */
import type {
  CodeActionParams,
  DefinitionParams,
  DocumentSymbolParams,
  HoverParams,
  InlayHintParams,
  SignatureHelpParams,
} from 'vscode-languageserver';
import type {
  CompletionItem,
  Definition as LspDefinition,
  DefinitionLink,
  DocumentSymbol as LspSymbol,
  CodeAction,
  Hover,
  InlayHint as LspHint,
  SignatureHelp as LspSignatureHelp,
} from 'vscode-languageserver-types';
import type { EventName } from '#core/kernel/model';
import { fixableFindings, unhandledEvents } from '../features/code-actions';
import { documentation } from '../features/completion/documentation';
import { definition, type Definition } from '../features/definition';
import { documentSymbols, type DocumentSymbol } from '../features/document-symbols';
import { helperHover } from '../features/helper-hover';
import { hover } from '../features/hover';
import { inlayHints, type InlayHint } from '../features/inlay-hints';
import { signatureHelp, type SignatureHelp } from '../features/signature-help';
import { helperDocs } from '../helpers/docs';
import { generateCommand } from './capabilities';
import { subjectOf } from './completion';
import type { FeatureContext } from './context';
import { toRange, toSpan, type Positions } from './convert';
import { toCodeActions } from './diagnostics';
import { CodeActionKind, InlayHintKind, MarkupKind, SymbolKind } from './kinds';
import type { Handlers } from './request';

export function serveFeatures(handlers: Handlers, context: FeatureContext): void {
  const { session, requests, environment, abilities } = context;
  const docs = helperDocs();

  handlers.onRequest(
    'completionItem/resolve',
    requests.plain(async (item: CompletionItem): Promise<CompletionItem> => {
      const subject = subjectOf(item);
      const value = subject && (await documentation(await session.kernelWithOthers, subject, docs));
      return value === undefined ? item : { ...item, documentation: { kind: MarkupKind.Markdown, value } };
    }),
  );
  handlers.onRequest(
    'textDocument/hover',
    requests.onDocument<HoverParams, Hover | null>({
      full: async ({ view, document, params }) => {
        const offset = document.offsetAt(params.position);
        const found = hover(view, offset) ?? (await helperHover(view, offset, docs));
        if (found === undefined) return null;
        return {
          contents: { kind: MarkupKind.Markdown, value: found.markdown },
          range: toRange(document, found.span),
        };
      },
    }),
  );
  handlers.onRequest(
    'textDocument/signatureHelp',
    requests.onDocument<SignatureHelpParams, LspSignatureHelp | null>({
      full: async ({ view, document, params }) => {
        const found = await signatureHelp(view, document.offsetAt(params.position), docs);
        return found === undefined ? null : toSignatureHelp(found, abilities().labelOffsets);
      },
    }),
  );
  handlers.onRequest(
    'textDocument/inlayHint',
    requests.onDocument<InlayHintParams, LspHint[]>({
      full: ({ view, document, params }) =>
        session.settings.inlayHints.enabled
          ? inlayHints(view, toSpan(document, params.range)).map((hint) => toHint(hint, document))
          : [],
    }),
  );
  handlers.onRequest(
    'textDocument/definition',
    requests.onDocument<DefinitionParams, LspDefinition | DefinitionLink[] | null>({
      full: ({ view, document, params }) => {
        const found = definition(view, document.offsetAt(params.position));
        if (found === undefined) return null;
        const link = toDefinitionLink(found, document);
        if (abilities().definitionLinks) return [link];
        return { uri: link.targetUri, range: link.targetSelectionRange };
      },
    }),
  );
  handlers.onRequest(
    'textDocument/documentSymbol',
    requests.onDocument<DocumentSymbolParams, LspSymbol[]>({
      full: ({ view, document }) => documentSymbols(view).map((symbol) => toSymbol(symbol, document)),
    }),
  );
  handlers.onRequest(
    'textDocument/codeAction',
    requests.onDocument<CodeActionParams, CodeAction[]>({
      full: ({ view, document, params }) => {
        const selection = toSpan(document, params.range);
        const { uri } = view;
        const fixes = toCodeActions(fixableFindings(view, selection), {
          ...{ uri, positions: document, page: environment.diagnosticPage },
        });
        const events = abilities().generatesHandlers ? unhandledEvents(view, selection) : [];
        return [...fixes, ...events.map(toGenerateAction)];
      },
    }),
  );
}

function toGenerateAction({ category, name }: EventName): CodeAction {
  const title = `Generate the handler of ${category}:${name}…`;
  const command = { title, command: generateCommand, arguments: [{ category, name }] };
  return { title, kind: CodeActionKind.QuickFix, command };
}

function toSignatureHelp(help: SignatureHelp, labelOffsets: boolean): LspSignatureHelp {
  const markdown = (value: string) => ({ kind: MarkupKind.Markdown, value });
  const { label, active } = help;
  const parameters = help.parameters.map(({ start, end, markdown: text }) => ({
    label: labelOffsets ? ([start, end] as [number, number]) : label.slice(start, end),
    ...(text !== '' && { documentation: markdown(text) }),
  }));
  return {
    signatures: [{ label, documentation: markdown(help.markdown), parameters }],
    activeSignature: 0,
    activeParameter: active,
  };
}

function toHint({ offset, label, tooltip }: InlayHint, positions: Positions): LspHint {
  return {
    position: positions.positionAt(offset),
    label,
    tooltip,
    kind: InlayHintKind.Parameter,
    paddingLeft: true,
  };
}

function toDefinitionLink({ origin, uri, target }: Definition, positions: Positions): DefinitionLink {
  const line = target.kind === 'there' ? target.line : 0;
  const range =
    target.kind === 'here'
      ? toRange(positions, target.span)
      : {
          start: { line, character: target.character },
          end: { line, character: target.character + target.length },
        };
  return {
    originSelectionRange: toRange(positions, origin),
    targetUri: uri,
    targetRange: range,
    targetSelectionRange: range,
  };
}

function toSymbol({ kind, name, detail, span, nameSpan }: DocumentSymbol, positions: Positions): LspSymbol {
  return {
    name,
    detail,
    kind: kind === 'program' ? SymbolKind.Function : SymbolKind.Struct,
    range: toRange(positions, span),
    selectionRange: toRange(positions, nameSpan),
  };
}
