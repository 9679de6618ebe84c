/** The parts of the panel, and what goes between them and the extension. */
import type { PanelTab, ToPanel } from '#core/messages/events-panel';
import { Announcer } from './announcer';
import { DetailsPane } from './details';
import { count, element, setText } from './dom';
import { EventGrid } from './grid';
import { Tables } from './tables';
import { Toolbar } from './toolbar';
import type { Extension } from './vscode-api';

type Status = Extract<ToPanel, { type: 'status' }>;

export class Panel {
  readonly elements: readonly HTMLElement[];
  readonly #extension: Extension;
  readonly #announcer = new Announcer();
  readonly #toolbar: Toolbar;
  readonly #grid: EventGrid;
  readonly #details = new DetailsPane(() => this.#grid.focus());
  readonly #maps = new Tables(tabPanel('maps'), 'Maps appear here while a program runs.');
  readonly #programs = new Tables(tabPanel('programs'), 'Programs appear here when they are loaded.');
  readonly #empty = element('p', { class: 'empty' });
  readonly #events: HTMLElement;
  #generation = -1;
  #status: Status | undefined;
  #map: string | null = null;
  /** The filter whose result was not announced yet. */
  #asked: string | undefined;

  constructor(extension: Extension) {
    this.#extension = extension;
    const { send } = this;
    this.#grid = new EventGrid({
      view: (from, rows, follow) => send({ type: 'view', from, count: rows, follow }),
      open: (index) => send({ type: 'details', index }),
      followChanged: (follow) => this.#toolbar.showFollow(follow),
    });
    this.#toolbar = new Toolbar(
      {
        tab: (tab) => this.#openTab(tab),
        filter: (text) => this.#filter(text),
        map: (map) => send({ type: 'map', map }),
        recordType: ({ map, size }, name) => send({ type: 'recordType', map, size, name }),
        follow: (on) => (this.#grid.follow = on),
        pause: (paused) => send({ type: 'pause', paused }),
        clear: () => send({ type: 'clear' }),
        export: () => send({ type: 'export' }),
        stop: () => send({ type: 'stop' }),
      },
      extension.state.filter,
    );
    this.#events = element(
      'div',
      { class: 'events', ...tabPanel('events') },
      element('div', { class: 'table' }, this.#grid.element, this.#empty),
      this.#details.element,
    );
    this.elements = [
      this.#toolbar.element,
      element('main', {}, this.#events, this.#maps.element, this.#programs.element),
      this.#announcer.element,
    ];
    this.#toolbar.showFollow(true);
    this.#showTab(extension.state.tab);
    this.#listen();
    send({ type: 'ready', tab: extension.state.tab, filter: extension.state.filter });
  }

  readonly send: Extension['send'] = (message) => this.#extension.send(message);

  #listen(): void {
    this.#extension.onMessage((message) => this.#receive(message));
    window.addEventListener('keydown', (event) => {
      if (event.key.toLowerCase() !== 'f' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      this.#focusFilter();
    });
    this.#grid.element.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape') this.#details.close();
      // The pane goes with the keys, once it is open.
      const { active } = this.#grid;
      if (/^(?:Arrow|Page|Home|End)/.test(key) && this.#details.open && active !== undefined)
        this.send({ type: 'details', index: active });
    });
    this.#toolbar.filter.addEventListener('keydown', (event) => {
      if (event.key === 'ArrowDown' || event.key === 'Enter') this.#grid.focus();
      if (event.key !== 'Escape') return;
      this.#toolbar.filter.value = '';
      this.#filter('');
      this.#grid.focus();
    });
  }

  #receive(message: ToPanel): void {
    switch (message.type) {
      case 'layout':
        this.#generation = message.generation;
        this.#map = message.map;
        this.#toolbar.showLayout(message);
        this.#grid.setColumns(message.columns);
        this.#details.close();
        break;
      case 'rows':
        if (message.generation !== this.#generation) break;
        this.#grid.setSlice(message);
        if (this.#status && this.#filtered) this.#toolbar.showStatus(this.#status, this.#grid.count);
        this.#explain();
        break;
      case 'status':
        this.#showStatus(message);
        break;
      case 'details':
        this.#details.show(message);
        break;
      case 'maps':
        this.#maps.show(message.tables);
        break;
      case 'programs':
        this.#programs.show([message.table]);
        break;
      case 'focusFilter':
        this.#focusFilter();
        break;
    }
  }

  #showStatus(status: Status): void {
    const before = this.#status;
    this.#status = status;
    this.#toolbar.showStatus(status, this.#filtered ? this.#grid.count : undefined);
    this.#explain();
    for (const { host, state, detail } of status.hosts) {
      const known = before?.hosts.find((one) => one.host === host)?.state;
      if (known !== state) this.#announcer.say([`${host}: ${state}`, detail].filter(Boolean).join(', '));
    }
    const [lost] = status.lost;
    if (lost !== undefined) this.#announcer.say(lost, 'lost');
    if (before && (before.paused === null) !== (status.paused === null))
      this.#announcer.say(status.paused ? 'Paused' : 'Resumed');
    if (this.#asked !== undefined && !status.scanning) {
      this.#announcer.say(
        this.#asked === '' ? 'All events are shown' : `${count(this.#grid.count)} events match`,
      );
      this.#asked = undefined;
    }
  }

  get #filtered(): boolean {
    return this.#map !== null || this.#extension.state.filter.trim() !== '';
  }

  /** What an empty table means. */
  #explain(): void {
    this.#empty.hidden = !this.#grid.empty;
    const { received = 0, hosts = [], scanning = false } = this.#status ?? {};
    const running = hosts.filter(({ state }) => state === 'running').map(({ host }) => host);
    const text =
      received > 0
        ? scanning
          ? 'Searching…'
          : 'No event matches the filter.'
        : running.length > 0
          ? `No events yet. The program runs on ${running.join(', ')}.`
          : 'Events appear here while a program runs.';
    if (this.#grid.empty) setText(this.#empty, text);
  }

  #filter(text: string): void {
    this.#extension.remember({ filter: text });
    this.#asked = text;
    this.send({ type: 'filter', text: text.slice(0, 1000) });
  }

  #focusFilter(): void {
    this.#openTab('events');
    this.#toolbar.filter.focus();
    this.#toolbar.filter.select();
  }

  #openTab(tab: PanelTab): void {
    if (this.#extension.state.tab === tab) return;
    this.#extension.remember({ tab });
    this.#showTab(tab);
    this.send({ type: 'tab', tab });
  }

  #showTab(tab: PanelTab): void {
    this.#toolbar.showTab(tab);
    this.#events.hidden = tab !== 'events';
    this.#maps.element.hidden = tab !== 'maps';
    this.#programs.element.hidden = tab !== 'programs';
  }
}

function tabPanel(tab: PanelTab): Readonly<Record<string, string>> {
  return { id: `panel-${tab}`, role: 'tabpanel', 'aria-labelledby': `tab-${tab}` };
}
