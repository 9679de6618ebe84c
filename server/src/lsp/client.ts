/** What the server says to its client without being asked. */
import type { MessageConnection } from 'vscode-jsonrpc';
import type { PublishDiagnosticsParams } from 'vscode-languageserver';
import { kernelStateNotification, type KernelState } from '#core/messages/kernel-state';

export class Client {
  readonly #connection: MessageConnection;
  /** A client takes nothing but messages to show before it has said `initialized`. */
  readonly initialized: Promise<void>;

  constructor(connection: MessageConnection) {
    this.#connection = connection;
    this.initialized = new Promise((resolve) => connection.onNotification('initialized', () => resolve()));
  }

  /** For the log of the client. */
  logError(error: unknown): void {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#notify('window/logMessage', { type: errorType, message });
  }

  /** For the user. A notification: a request would wait until somebody clicks it away. */
  showError(message: string): void {
    this.#notify('window/showMessage', { type: errorType, message: `eBPF Workbench: ${message}` });
  }

  publishDiagnostics(params: PublishDiagnosticsParams): void {
    this.#notify('textDocument/publishDiagnostics', params);
  }

  kernelState(state: KernelState): void {
    void this.initialized.then(() => this.#notify(kernelStateNotification.method, state));
  }

  refreshInlayHints(): void {
    this.#request('workspace/inlayHint/refresh');
  }

  watchFiles(globPattern: string): void {
    const method = 'workspace/didChangeWatchedFiles';
    const registration = { id: 'files', method, registerOptions: { watchers: [{ globPattern }] } };
    this.#request('client/registerCapability', { registrations: [registration] });
  }

  /** The settings under a section, as the client has them. */
  async configuration(section: string): Promise<unknown> {
    const [settings]: unknown[] = await this.#connection.sendRequest('workspace/configuration', {
      items: [{ section }],
    });
    return settings;
  }

  #notify(method: string, params: unknown): void {
    // A client that is gone misses nothing.
    this.#connection.sendNotification(method, params).catch(() => undefined);
  }

  #request(method: string, params?: unknown): void {
    this.#connection.sendRequest(method, params).catch((error: unknown) => this.logError(error));
  }
}

/** MessageType.Error */
const errorType = 1;
