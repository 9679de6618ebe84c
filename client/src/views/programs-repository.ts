/**
 * The eBPF programs and maps of the workspace's `*.bpf.c` files, edits included. Files are looked for with the first
 * question; each is analysed by the server when it is asked for, without being opened.
 */
import * as vscode from 'vscode';
import type { ResultOf } from '#core/messages/custom-message';
import { programsRequest } from '#core/messages/programs';
import type { LanguageServer } from '../language-server';

export type FileContents = ResultOf<typeof programsRequest>;

const pattern = '**/*.bpf.c';

/** Of typing, until a file that is being edited is analysed again. */
const settleMs = 300;

export class ProgramsRepository implements vscode.Disposable {
  readonly #server: LanguageServer;
  readonly #changed = new vscode.EventEmitter<vscode.Uri | undefined>();
  readonly #contents = new Map<string, Promise<FileContents>>();
  readonly #edited = new Map<string, ReturnType<typeof setTimeout>>();
  #watching: vscode.Disposable | undefined;
  #files: Promise<readonly vscode.Uri[]> | undefined;

  /** The file whose contents are others now; undefined where there are other files. */
  readonly onDidChange = this.#changed.event;

  constructor(server: LanguageServer) {
    this.#server = server;
  }

  /** Sorted by path. */
  files(): Promise<readonly vscode.Uri[]> {
    this.#watching ??= this.#watch();
    this.#files ??= findPrograms();
    return this.#files;
  }

  contents(uri: vscode.Uri): Promise<FileContents> {
    const key = uri.toString();
    let contents = this.#contents.get(key);
    if (contents === undefined) {
      contents = this.#analyse(uri);
      this.#contents.set(key, contents);
      contents.catch(() => this.#contents.delete(key));
    }
    return contents;
  }

  dispose(): void {
    this.#watching?.dispose();
    for (const timer of this.#edited.values()) clearTimeout(timer);
    this.#changed.dispose();
  }

  async #analyse(uri: vscode.Uri): Promise<FileContents> {
    const open = vscode.workspace.textDocuments.find(
      (document) => document.uri.toString() === uri.toString(),
    );
    const text = open?.getText() ?? new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
    return this.#server.request(programsRequest, { uri: uri.toString(), text });
  }

  #watch(): vscode.Disposable {
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    const other = () => {
      this.#files = undefined;
      this.#contents.clear();
      this.#changed.fire(undefined);
    };
    return vscode.Disposable.from(
      watcher,
      watcher.onDidCreate(other),
      watcher.onDidDelete(other),
      watcher.onDidChange((uri) => this.#forget(uri)),
      vscode.workspace.onDidChangeWorkspaceFolders(other),
      vscode.workspace.onDidChangeTextDocument(({ document: { uri } }) => {
        const key = uri.toString();
        if (!this.#contents.has(key)) return;
        clearTimeout(this.#edited.get(key));
        this.#edited.set(
          key,
          setTimeout(() => {
            this.#edited.delete(key);
            this.#forget(uri);
          }, settleMs),
        );
      }),
    );
  }

  #forget(uri: vscode.Uri): void {
    if (this.#contents.delete(uri.toString())) this.#changed.fire(uri);
  }
}

async function findPrograms(): Promise<readonly vscode.Uri[]> {
  const found = await vscode.workspace.findFiles(pattern);
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}
