/**
 * The view "eBPF Events" in the panel area: a webview that shows what `EventsModel` keeps. What a run says goes to
 * `event`; nothing is lost while the view is closed.
 */
import * as vscode from 'vscode';
import type { RunEvent } from '#runner/model';
import { check } from '#core/messages/custom-message';
import { FromPanel } from '#core/messages/events-panel';
import { EventsModel } from './events-model';
import { showRunEvent } from './run-events';
import { saveEvents } from './save-events';
import { webviewFolder, webviewHtml } from './webview-html';

/** As in the manifest. */
export const eventsViewId = 'ebpf.events';

export interface EventsPanelOptions {
  readonly extension: vscode.Uri;
  readonly log: vscode.LogOutputChannel;
  /** The user wants the programs to be stopped. */
  readonly stop: () => void;
}

export class EventsPanel implements vscode.Disposable {
  readonly model: EventsModel;
  readonly #log: vscode.LogOutputChannel;
  readonly #registration: vscode.Disposable;
  #view: vscode.WebviewView | undefined;

  constructor({ extension, log, stop }: EventsPanelOptions) {
    this.#log = log;
    this.model = new EventsModel({
      post: (message) => void this.#view?.webview.postMessage(message),
      schedule,
      now: () => Date.now(),
      save: () => void saveEvents(this.model.log).catch((error: unknown) => this.#failed(error)),
      stop,
    });
    this.#registration = vscode.window.registerWebviewViewProvider(eventsViewId, {
      resolveWebviewView: (view) => this.#resolve(view, extension),
    });
  }

  /** Opens the view, which is hidden until there is something to see. The editor keeps the cursor. */
  reveal(): void {
    void this.#reveal();
  }

  /** A new run, before its first event. */
  beginRun(run: Parameters<EventsModel['beginRun']>[0]): void {
    this.model.beginRun(run);
  }

  event(event: RunEvent): void {
    showRunEvent(this.model, event);
  }

  dispose(): void {
    this.#registration.dispose();
    this.model.dispose();
  }

  async #reveal(): Promise<void> {
    await vscode.commands.executeCommand('setContext', 'ebpf.hasEvents', true);
    if (this.#view) this.#view.show(true);
    else await vscode.commands.executeCommand(`${eventsViewId}.focus`, { preserveFocus: true });
  }

  #resolve(view: vscode.WebviewView, extension: vscode.Uri): void {
    this.#view = view;
    const { webview } = view;
    webview.options = { enableScripts: true, localResourceRoots: [webviewFolder(extension)] };
    const subscriptions = vscode.Disposable.from(
      webview.onDidReceiveMessage((message: unknown) => this.#receive(message)),
      // A view that is seen again is made anew, and says when it is ready.
      view.onDidChangeVisibility(() => {
        if (!view.visible) this.model.setVisible(false);
      }),
      view.onDidDispose(() => {
        subscriptions.dispose();
        this.model.setVisible(false);
        if (this.#view === view) this.#view = undefined;
      }),
    );
    webview.html = webviewHtml(webview, extension, 'events', 'eBPF Events');
  }

  #receive(message: unknown): void {
    const checked = check(FromPanel, message);
    if (checked.ok) this.model.receive(checked.value);
    else this.#log.error(`Unexpected message of the events panel: ${checked.message}`);
  }

  #failed(error: unknown): void {
    this.#log.error('Exporting events:', error instanceof Error ? error : String(error));
    void vscode.window.showErrorMessage(
      `The events could not be exported: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function schedule(milliseconds: number, call: () => void): () => void {
  const timer = setTimeout(call, milliseconds);
  return () => clearTimeout(timer);
}
