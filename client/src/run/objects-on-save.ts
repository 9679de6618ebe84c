/**
 * With `ebpf.build.onSave`: a program that was saved is compiled, without a word, and the server judges the object. What does
 * not compile is left to clangd, or to a run, to explain.
 */
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { hasBpfName } from '#core/bpf/source-file';
import { compiledObjectRequest } from '#core/messages/compiled-object';
import { vmlinuxHeaderRequest } from '#core/messages/vmlinux-header';
import { compileInBackground } from '#runner/build/background';
import type { HeaderFolder } from '#runner/build/header-cache';
import { createPrecompiledHeaders } from '#runner/build/precompiled';
import { keepHeader } from '#runner/build/project-header';
import type { LanguageServer } from '../language-server';
import { readBuildOnSave, readBuildOptions } from './run-settings';

interface Parts {
  readonly server: LanguageServer;
  readonly log: vscode.LogOutputChannel;
  /** Where a vmlinux.h of the target is kept for projects without one. */
  readonly storage: string;
}

export class ObjectsOnSave implements vscode.Disposable {
  readonly #parts: Parts;
  readonly #disposed = new AbortController();
  /** The build of each document that is under way. */
  readonly #builds = new Map<string, AbortController>();
  readonly #headers = new Map<string, Promise<HeaderFolder | undefined>>();
  readonly #subscriptions: vscode.Disposable;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#subscriptions = vscode.Disposable.from(
      vscode.workspace.onDidSaveTextDocument((document) => this.#saved(document)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#builds.get(uri.toString())?.abort()),
    );
  }

  dispose(): void {
    this.#subscriptions.dispose();
    this.#disposed.abort();
    for (const build of this.#builds.values()) build.abort();
  }

  #saved(document: vscode.TextDocument): void {
    const { scheme, path } = document.uri;
    if (!vscode.workspace.isTrusted || !readBuildOnSave()) return;
    if (scheme !== 'file' || !hasBpfName(path) || path.endsWith('.h')) return;
    const key = document.uri.toString();
    this.#builds.get(key)?.abort();
    const build = new AbortController();
    this.#builds.set(key, build);
    this.#compile(document, build.signal)
      .catch((error: unknown) => {
        if (!build.signal.aborted) this.#parts.log.warn('ebpf.build.onSave:', String(error));
      })
      .finally(() => {
        if (this.#builds.get(key) === build) this.#builds.delete(key);
      });
  }

  async #compile(document: vscode.TextDocument, signal: AbortSignal): Promise<void> {
    const { server, log } = this.#parts;
    const { status } = server;
    const folder = vscode.workspace.getWorkspaceFolder(document.uri)?.uri.fsPath;
    const options = readBuildOptions(folder ?? dirname(document.uri.fsPath));
    // A project's own build may do anything: it runs when it is asked for.
    if (status.state !== 'ready' || options.command !== undefined) return;
    const text = document.getText();
    const { machine, release } = status;
    const object = await compileInBackground({
      ...{ path: document.uri.fsPath, options, machine, signal },
      precompiled: createPrecompiledHeaders(this.#parts.storage, this.#disposed.signal),
      header: () => this.#header(`${release} ${machine}`),
      log: (line) => log.debug('ebpf.build.onSave:', line),
    });
    if (!object || signal.aborted || document.isClosed || document.getText() !== text) return;
    const params = { uri: document.uri.toString(), text, object: Buffer.from(object).toString('base64') };
    await server.request(compiledObjectRequest, params);
  }

  /** Of the target; asked for once, since it is large. */
  #header(kernel: string): Promise<HeaderFolder | undefined> {
    const header = this.#headers.get(kernel) ?? this.#makeHeader();
    this.#headers.set(kernel, header);
    header.catch(() => this.#headers.delete(kernel));
    return header;
  }

  async #makeHeader(): Promise<HeaderFolder | undefined> {
    const { server, storage } = this.#parts;
    const { machine, release, text } = await server.request(vmlinuxHeaderRequest, {});
    return text === null ? undefined : keepHeader(storage, { machine, release }, text);
  }
}
