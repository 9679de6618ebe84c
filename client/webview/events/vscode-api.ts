/** The extension, as the webview sees it. */
import type { FromPanel, PanelTab, ToPanel } from '#core/messages/events-panel';

/** What the webview remembers while it is hidden. */
export interface PanelState {
  readonly tab: PanelTab;
  readonly filter: string;
}

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

export class Extension {
  readonly #api = acquireVsCodeApi();
  #state: PanelState;

  constructor() {
    const { tab = 'events', filter = '' } = (this.#api.getState() ?? {}) as Partial<PanelState>;
    this.#state = { tab, filter };
  }

  get state(): PanelState {
    return this.#state;
  }

  remember(state: Partial<PanelState>): void {
    this.#state = { ...this.#state, ...state };
    this.#api.setState(this.#state);
  }

  send(message: FromPanel): void {
    this.#api.postMessage(message);
  }

  /** Nobody but the extension can post to this window. */
  onMessage(receive: (message: ToPanel) => void): void {
    window.addEventListener('message', (event: MessageEvent<ToPanel>) => receive(event.data));
  }
}
