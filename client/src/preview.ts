/**
 * What would be generated, as a document that cannot be edited: beside the program that it goes into as a diff, alone
 * where it is a new file. One at a time, in one tab.
 */
import * as vscode from 'vscode';

const scheme = 'ebpf-preview';

export interface PreviewedFile {
  /** Its name decides the language. */
  readonly name: string;
  readonly text: string;
  /** What it is compared with. */
  readonly original?: vscode.Uri;
}

/** What the buttons of the editor's title say. */
export type Decision = 'accept' | 'cancel';

export class Preview implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #texts = new Map<string, string>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #decided = new vscode.EventEmitter<Decision>();
  readonly #registration: vscode.Disposable;

  readonly onDidChange = this.#changed.event;
  readonly onDidDecide = this.#decided.event;

  constructor() {
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(scheme, this);
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.path) ?? '';
  }

  /** The focus stays where it is. */
  async show({ name, text, original }: PreviewedFile): Promise<void> {
    const uri = vscode.Uri.from({ scheme, path: `/${name}` });
    this.#texts.set(uri.path, text);
    this.#changed.fire(uri);
    const options = { preview: true, preserveFocus: true };
    if (original === undefined) await vscode.commands.executeCommand('vscode.open', uri, options);
    else await vscode.commands.executeCommand('vscode.diff', original, uri, `${name} (preview)`, options);
  }

  decide(decision: Decision): void {
    this.#decided.fire(decision);
  }

  async close(): Promise<void> {
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs).filter(isPreview);
    if (tabs.length > 0) await vscode.window.tabGroups.close(tabs, true);
    this.#texts.clear();
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
    this.#decided.dispose();
  }
}

function isPreview({ input }: vscode.Tab): boolean {
  if (input instanceof vscode.TabInputText) return input.uri.scheme === scheme;
  return input instanceof vscode.TabInputTextDiff && input.modified.scheme === scheme;
}
