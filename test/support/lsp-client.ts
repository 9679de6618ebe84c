/**
 * A language client for tests: the built server as a real process, the real protocol on its stdio. Everything the
 * server sends is kept, and can be waited for; nothing sleeps.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type ClientCapabilities,
  type CodeAction,
  type CompletionItem,
  type CompletionList,
  type DefinitionLink,
  type Diagnostic,
  type DocumentSymbol,
  type Hover,
  type InitializeResult,
  type InlayHint,
  type Position,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  type Range,
  type SignatureHelp,
} from 'vscode-languageserver/node';
import type { KernelState } from '#core/messages/kernel-state';

export interface LspClientOptions {
  readonly initializationOptions?: unknown;
  readonly capabilities?: ClientCapabilities;
  readonly rootUri?: string;
  /** Where `dist` is; the repository's own by default. */
  readonly server?: string;
}

/** What VS Code can do, as far as this server asks. */
export const vscodeCapabilities: ClientCapabilities = {
  textDocument: {
    completion: { completionItem: { snippetSupport: true, labelDetailsSupport: true } },
    definition: { linkSupport: true },
    hover: { contentFormat: ['markdown', 'plaintext'] },
    signatureHelp: { signatureInformation: { parameterInformation: { labelOffsetSupport: true } } },
  },
  workspace: { inlayHint: { refreshSupport: true }, didChangeWatchedFiles: { dynamicRegistration: true } },
  experimental: { commands: { commands: ['editor.action.triggerSuggest'] } },
};

interface Waiter {
  readonly check: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class LspClient {
  readonly connection: ProtocolConnection;
  readonly published: PublishDiagnosticsParams[] = [];
  readonly kernelStates: KernelState[] = [];
  /** Errors and warnings that the server logged or showed. */
  readonly complaints: string[] = [];
  readonly shown: string[] = [];
  readonly registrations: unknown[] = [];
  /** Refreshes of inlay hints that the server asked for. */
  refreshes = 0;
  stderr = '';
  initialized: InitializeResult | undefined;
  readonly #process: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #waiters = new Set<Waiter>();

  /** A server that has answered `initialize` and was told `initialized`. */
  static async start(options: LspClientOptions = {}): Promise<LspClient> {
    const client = new LspClient(options.server ?? builtServer);
    client.initialized = await client.connection.sendRequest<InitializeResult>('initialize', {
      processId: process.pid,
      rootUri: options.rootUri ?? null,
      capabilities: options.capabilities ?? vscodeCapabilities,
      initializationOptions: options.initializationOptions,
    });
    await client.connection.sendNotification('initialized', {});
    return client;
  }

  private constructor(server: string) {
    const child = spawn(process.execPath, [server, '--stdio'], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#process = child;
    this.#exited = once(child, 'exit');
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.connection = createProtocolConnection(
      new StreamMessageReader(child.stdout),
      new StreamMessageWriter(child.stdin),
    );
    this.#receive('textDocument/publishDiagnostics', (params) =>
      this.published.push(params as PublishDiagnosticsParams),
    );
    this.#receive('ebpf/kernelState', (params) => this.kernelStates.push(params as KernelState));
    this.#receive('window/logMessage', (params) => this.#complain(params));
    this.#receive('window/showMessage', (params) => {
      this.shown.push((params as { message: string }).message);
      this.#complain(params);
    });
    this.connection.onRequest('client/registerCapability', (params: unknown) => {
      this.registrations.push(params);
      this.#wake();
      return null;
    });
    this.connection.onRequest('workspace/inlayHint/refresh', () => {
      this.refreshes++;
      this.#wake();
      return null;
    });
    this.connection.listen();
    // Nothing that waits for a server which is gone may wait for ever.
    void this.#exited.then(() => {
      this.connection.dispose();
      for (const { reject } of this.#waiters) reject(new Error(`the server has ended: ${this.stderr}`));
    });
  }

  get pid(): number {
    return this.#process.pid ?? -1;
  }

  /** Resolves when the condition holds, looked at after everything that the server sends. */
  async until(check: () => boolean): Promise<void> {
    if (check()) return;
    await new Promise<void>((resolve, reject) => this.#waiters.add({ check, resolve, reject }));
  }

  async open(uri: string, text: string, version = 1): Promise<void> {
    await this.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'c', version, text },
    });
  }

  /** Replaces a range, or everything. */
  async change(uri: string, version: number, text: string, range?: Range): Promise<void> {
    await this.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version },
      contentChanges: [range === undefined ? { text } : { range, text }],
    });
  }

  async close(uri: string): Promise<void> {
    await this.connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
  }

  /** The diagnostics of this version, once they are there. */
  async diagnostics(uri: string, version = 1): Promise<readonly Diagnostic[]> {
    const find = () => this.published.findLast((p) => p.uri === uri && p.version === version);
    await this.until(() => find() !== undefined);
    return find()?.diagnostics ?? [];
  }

  completion(uri: string, position: Position): Promise<CompletionList> {
    return this.connection.sendRequest('textDocument/completion', { textDocument: { uri }, position });
  }

  resolve(item: CompletionItem): Promise<CompletionItem> {
    return this.connection.sendRequest('completionItem/resolve', item);
  }

  hover(uri: string, position: Position): Promise<Hover | null> {
    return this.connection.sendRequest('textDocument/hover', { textDocument: { uri }, position });
  }

  signatureHelp(uri: string, position: Position): Promise<SignatureHelp | null> {
    return this.connection.sendRequest('textDocument/signatureHelp', { textDocument: { uri }, position });
  }

  inlayHints(uri: string, range: Range): Promise<InlayHint[]> {
    return this.connection.sendRequest('textDocument/inlayHint', { textDocument: { uri }, range });
  }

  definition(uri: string, position: Position): Promise<DefinitionLink[] | null> {
    return this.connection.sendRequest('textDocument/definition', { textDocument: { uri }, position });
  }

  symbols(uri: string): Promise<DocumentSymbol[]> {
    return this.connection.sendRequest('textDocument/documentSymbol', { textDocument: { uri } });
  }

  codeActions(uri: string, range: Range, diagnostics: readonly Diagnostic[] = []): Promise<CodeAction[]> {
    const params = { textDocument: { uri }, range, context: { diagnostics } };
    return this.connection.sendRequest('textDocument/codeAction', params);
  }

  /** Shuts the server down as a client should; the process's exit code. */
  async stop(): Promise<number | null> {
    await this.connection.sendRequest('shutdown');
    await this.connection.sendNotification('exit');
    await this.#exited;
    return this.#process.exitCode;
  }

  #receive(method: string, take: (params: unknown) => void): void {
    this.connection.onNotification(method, (params: unknown) => {
      take(params);
      this.#wake();
    });
  }

  #complain(params: unknown): void {
    const { type, message } = params as { type: number; message: string };
    if (type <= 2) this.complaints.push(message);
  }

  #wake(): void {
    for (const waiter of this.#waiters) {
      if (!waiter.check()) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }
}

/** Another build, such as an unpacked VSIX, can be named by the environment. */
export const builtServer =
  process.env['EBPF_SERVER'] ?? fileURLToPath(new URL('../../dist/server.js', import.meta.url));
