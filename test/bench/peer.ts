/** A language server as a process whose every answer is timed from its spawn. Ours and clangd's get the same messages. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import type {
  CompletionItem,
  CompletionList,
  Hover,
  ProtocolConnection,
  PublishDiagnosticsParams,
} from 'vscode-languageserver/node';

export interface PeerCommand {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly initializationOptions?: unknown;
}

interface Waiting {
  readonly version: number;
  readonly resolve: (at: number) => void;
}

export class Peer {
  readonly spawned = performance.now();
  readonly #process: ChildProcess;
  readonly #connection: ProtocolConnection;
  readonly #uri: string;
  readonly #waiting: Waiting[] = [];
  #published: PublishDiagnosticsParams | undefined;
  #version = 0;

  constructor(command: PeerCommand, file: string, folder: string) {
    this.#uri = pathToFileURL(file).href;
    const child = spawn(command.command, command.args, { cwd: folder, stdio: ['pipe', 'pipe', 'ignore'] });
    this.#process = child;
    this.#connection = createProtocolConnection(
      new StreamMessageReader(child.stdout),
      new StreamMessageWriter(child.stdin),
    );
    this.#connection.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
      if (params.uri !== this.#uri) return;
      this.#published = params;
      this.#wake(performance.now());
    });
    for (const request of [
      'client/registerCapability',
      'window/workDoneProgress/create',
      'workspace/inlayHint/refresh',
    ]) {
      this.#connection.onRequest(request, () => null);
    }
    this.#connection.listen();
  }

  async initialize(folder: string, initializationOptions: unknown): Promise<void> {
    await this.#connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: pathToFileURL(folder).href,
      initializationOptions,
      capabilities: {
        textDocument: {
          completion: { completionItem: { snippetSupport: true, labelDetailsSupport: true } },
          hover: { contentFormat: ['markdown'] },
          publishDiagnostics: { versionSupport: true },
        },
      },
    });
    await this.#connection.sendNotification('initialized', {});
  }

  async open(text: string): Promise<void> {
    await this.#connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri: this.#uri, languageId: 'c', version: ++this.#version, text },
    });
  }

  /** Replaces `length` characters of one line. */
  async edit(line: number, character: number, length: number, text: string): Promise<void> {
    const range = { start: { line, character }, end: { line, character: character + length } };
    await this.#connection.sendNotification('textDocument/didChange', {
      textDocument: { uri: this.#uri, version: ++this.#version },
      contentChanges: [{ range, text }],
    });
  }

  async complete(line: number, character: number): Promise<readonly CompletionItem[]> {
    const answer = await this.#connection.sendRequest<CompletionList | CompletionItem[] | null>(
      'textDocument/completion',
      { textDocument: { uri: this.#uri }, position: { line, character } },
    );
    return Array.isArray(answer) ? answer : (answer?.items ?? []);
  }

  async hover(line: number, character: number): Promise<Hover | null> {
    return this.#connection.sendRequest('textDocument/hover', {
      textDocument: { uri: this.#uri },
      position: { line, character },
    });
  }

  /** Any other request. */
  request(method: string, params: unknown): Promise<unknown> {
    return this.#connection.sendRequest(method, params);
  }

  /** When the diagnostics of the current version arrived. */
  diagnostics(): Promise<number> {
    const version = this.#version;
    if (this.#isFor(version)) return Promise.resolve(performance.now());
    return new Promise((resolve) => this.#waiting.push({ version, resolve }));
  }

  get diagnosticCount(): number {
    return this.#published?.diagnostics.length ?? 0;
  }

  /** Highest resident memory so far, and the private part of what is resident now, in MB. */
  memory(): { readonly peak: number; readonly anonymous: number } {
    const status = readFileSync(`/proc/${this.#process.pid ?? 0}/status`, 'utf8');
    const field = (name: string) =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1000;
    return { peak: field('VmHWM'), anonymous: field('RssAnon') };
  }

  async stop(): Promise<void> {
    const exited = once(this.#process, 'exit');
    await this.#connection.sendRequest('shutdown');
    await this.#connection.sendNotification('exit');
    await exited;
    this.#connection.dispose();
  }

  #isFor(version: number): boolean {
    return (this.#published?.version ?? -1) >= version;
  }

  #wake(at: number): void {
    for (const waiting of [...this.#waiting]) {
      if (!this.#isFor(waiting.version)) continue;
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
      waiting.resolve(at);
    }
  }
}
