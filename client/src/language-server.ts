/**
 * The server process and the one client that talks to it. Two disposal scopes: this object lives as long
 * as the extension; what belongs to one run of the server is in a `Session` and goes with it.
 */
import * as vscode from 'vscode';
import { DidOpenTextDocumentNotification, LanguageClient, State } from 'vscode-languageclient/node';
import { check, type ParamsOf, type ResultOf, type CustomRequest } from '#core/messages/custom-message';
import { kernelStateNotification, type KernelState } from '#core/messages/kernel-state';
import type { BpfDocuments } from './bpf-documents';
import { clientOptions, serverOptions } from './client-options';
import { serverCommands } from './server-commands';
import { readSettings, section } from './settings';

/** What the user may want to know about the server: its own state, or the kernel's once it runs. */
export type ServerStatus =
  KernelState | { readonly state: 'off' } | { readonly state: 'starting' } | { readonly state: 'stopped' };

/** One run of the server, with everything that ends when it ends. */
interface Session {
  readonly client: LanguageClient;
  readonly started: Promise<void>;
  readonly subscriptions: vscode.Disposable;
}

export class LanguageServer implements vscode.Disposable {
  readonly #context: vscode.ExtensionContext;
  readonly #documents: BpfDocuments;
  readonly #log: vscode.LogOutputChannel;
  readonly #statusChanged = new vscode.EventEmitter<ServerStatus>();
  #status: ServerStatus = { state: 'off' };
  #session: Session | undefined;

  readonly onDidChangeStatus = this.#statusChanged.event;

  constructor(context: vscode.ExtensionContext, documents: BpfDocuments, log: vscode.LogOutputChannel) {
    this.#context = context;
    this.#documents = documents;
    this.#log = log;
  }

  get status(): ServerStatus {
    return this.#status;
  }

  /** Starts the server unless it runs; resolves when it answers, rejects where it cannot start. */
  start(): Promise<void> {
    this.#session ??= this.#open();
    return this.#session.started;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async stop(): Promise<void> {
    const session = this.#session;
    if (session === undefined) return;
    this.#session = undefined;
    session.subscriptions.dispose();
    // A server that never came up has nothing to be stopped.
    await session.started.then(
      () => session.client.dispose(),
      () => undefined,
    );
    this.#setStatus({ state: 'off' });
  }

  /** Sends a request, starting the server if need be, and checks the answer against its schema. */
  async request<M extends CustomRequest<ParamsSchema, ParamsSchema>>(
    message: M,
    params: ParamsOf<M>,
    token?: vscode.CancellationToken,
  ): Promise<ResultOf<M>> {
    await this.start();
    const client = this.#session?.client;
    if (client === undefined) throw new Error('The eBPF language server was stopped.');
    // An undefined token would be sent as a second parameter.
    const answer: unknown = await client.sendRequest(
      message.method,
      params,
      ...(token === undefined ? [] : [token]),
    );
    const checked = check(message.result, answer);
    if (!checked.ok) throw new Error(`Unexpected answer to ${message.method}: ${checked.message}`);
    return checked.value;
  }

  dispose(): void {
    void this.stop().finally(() => this.#statusChanged.dispose());
  }

  #open(): Session {
    const settings = () => readSettings(this.#context.globalStorageUri.fsPath);
    const client = new LanguageClient(
      section,
      'eBPF Workbench',
      serverOptions(this.#context),
      clientOptions(this.#documents, this.#log, settings),
    );
    client.registerFeature(serverCommands);
    const subscriptions = vscode.Disposable.from(
      client.onNotification(kernelStateNotification.method, (params: unknown) => this.#showKernel(params)),
      client.onDidChangeState(({ newState }) => {
        if (newState === State.Starting) this.#setStatus({ state: 'starting' });
        if (newState === State.Stopped || newState === State.StartFailed)
          this.#setStatus({ state: 'stopped' });
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (!event.affectsConfiguration(section) || !client.isRunning()) return;
        void client.sendNotification('workspace/didChangeConfiguration', {
          settings: { [section]: settings() },
        });
      }),
      this.#documents.onDidFind(({ document, by }) => {
        // A document that is opened reaches the client by itself; one that became eBPF by an edit does not.
        if (by === 'edited' && client.isRunning()) {
          void client
            .getFeature(DidOpenTextDocumentNotification.method)
            .getProvider(document)
            ?.send(document);
        }
      }),
    );
    return { client, started: client.start(), subscriptions };
  }

  #showKernel(params: unknown): void {
    const checked = check(kernelStateNotification.params, params);
    if (checked.ok) this.#setStatus(checked.value);
    else this.#log.error(`Unexpected ${kernelStateNotification.method}: ${checked.message}`);
  }

  #setStatus(status: ServerStatus): void {
    this.#status = status;
    this.#statusChanged.fire(status);
  }
}

type ParamsSchema = Parameters<typeof check>[0];
