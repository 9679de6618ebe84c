/** What the server offers, and what of the client's offers it looks at. */
import * as v from 'valibot';
import type { ClientCapabilities, ServerCapabilities } from 'vscode-languageserver';
import { reopenCommand, type CompletionAbilities } from './completion';
import { CodeActionKind } from './kinds';

export interface ClientAbilities {
  readonly completion: CompletionAbilities;
  /** It takes a parameter's place in its signature. */
  readonly labelOffsets: boolean;
  /** It takes definitions that say what was asked about. */
  readonly definitionLinks: boolean;
  /** It may be asked to ask for inlay hints again. */
  readonly refreshesInlayHints: boolean;
  /** It watches files that the server names. */
  readonly watchesFiles: boolean;
  /** It can be asked for its settings. */
  readonly hasConfiguration: boolean;
  /** It has the command that asks what to generate. */
  readonly generatesHandlers: boolean;
}

/** Takes events as `{category, name}`. */
export const generateCommand = 'ebpf.generateHandler';

/** `experimental: { commands: { commands: […] } }`, as rust-analyzer has it: commands that the client runs for us. */
const experimental = v.object({ commands: v.object({ commands: v.array(v.string()) }) });

export function clientAbilities(client: ClientCapabilities): ClientAbilities {
  const { workspace, textDocument } = client;
  const commands = v.is(experimental, client.experimental) ? client.experimental.commands.commands : [];
  return {
    completion: {
      snippets: textDocument?.completion?.completionItem?.snippetSupport ?? false,
      reopens: commands.includes(reopenCommand),
    },
    labelOffsets:
      textDocument?.signatureHelp?.signatureInformation?.parameterInformation?.labelOffsetSupport ?? false,
    definitionLinks: textDocument?.definition?.linkSupport ?? false,
    refreshesInlayHints: workspace?.inlayHint?.refreshSupport ?? false,
    watchesFiles: workspace?.didChangeWatchedFiles?.dynamicRegistration ?? false,
    hasConfiguration: workspace?.configuration ?? false,
    generatesHandlers: commands.includes(generateCommand),
  };
}

/** TextDocumentSyncKind.Incremental */
const incremental = 2;

export const serverCapabilities: ServerCapabilities = {
  positionEncoding: 'utf-16',
  textDocumentSync: { openClose: true, change: incremental, save: true },
  completionProvider: {
    triggerCharacters: ['"', '/', '>', '.', '(', ',', '[', ' ', '?', ':', '&'],
    resolveProvider: true,
    completionItem: { labelDetailsSupport: true },
  },
  hoverProvider: true,
  signatureHelpProvider: { triggerCharacters: ['(', ','] },
  definitionProvider: true,
  documentSymbolProvider: true,
  inlayHintProvider: true,
  codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
};
