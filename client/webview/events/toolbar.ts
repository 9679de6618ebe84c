/** The bar above the table: tabs, what is shown, what can be done, and how the run is doing. */
import type { PanelTab, RecordTypeChoice, ToPanel } from '#core/messages/events-panel';
import { count, element, icon, setAttributes, setText } from './dom';
import { icons } from './icons';

type Status = Extract<ToPanel, { type: 'status' }>;
type Layout = Extract<ToPanel, { type: 'layout' }>;

export interface ToolbarEvents {
  tab(tab: PanelTab): void;
  filter(text: string): void;
  map(map: string | null): void;
  recordType(choice: RecordTypeChoice, name: string): void;
  follow(on: boolean): void;
  pause(on: boolean): void;
  clear(): void;
  export(): void;
  stop(): void;
}

const tabs: readonly (readonly [PanelTab, string])[] = [
  ['events', 'Events'],
  ['maps', 'Maps'],
  ['programs', 'Programs'],
];
/** Who types fast is not searched for with every letter. */
const TYPING = 150;

export class Toolbar {
  readonly element: HTMLElement;
  readonly filter = element('input', {
    ...{
      type: 'text',
      class: 'filter',
      placeholder: 'Filter: text, column:value, -not',
      spellcheck: 'false',
    },
    ...{ 'aria-label': 'Filter events', title: 'word  "two words"  column:value  pid>1000  -word' },
  });
  readonly #events: ToolbarEvents;
  readonly #tabs: ReadonlyMap<PanelTab, HTMLButtonElement>;
  readonly #map = element('select', { 'aria-label': 'Map', title: 'Map' });
  readonly #choices = element('span', { class: 'choices' });
  readonly #follow = button(icons.follow, 'Follow the newest events');
  readonly #pause = button(icons.pause, 'Pause');
  readonly #stop = button(icons.stop, 'Stop the programs');
  readonly #ofEvents: readonly HTMLElement[];
  readonly #counts = element('span', { class: 'counts' });
  readonly #lost = element('span', { class: 'lost' });
  readonly #hosts = element('span', { class: 'hosts' });
  #paused = false;

  constructor(events: ToolbarEvents, filter: string) {
    this.#events = events;
    this.#tabs = new Map(tabs.map(([tab, label]) => [tab, this.#makeTab(tab, label)]));
    this.filter.value = filter;
    let timer: number | undefined;
    this.filter.addEventListener('input', () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => events.filter(this.filter.value), TYPING);
    });
    this.#map.addEventListener('change', () => events.map(this.#map.value || null));
    const clear = button(icons.clear, 'Clear events');
    const save = button(icons.export, 'Export events as CSV or JSON lines');
    this.#follow.addEventListener('click', () => events.follow(this.#follow.ariaPressed !== 'true'));
    this.#pause.addEventListener('click', () => events.pause(!this.#paused));
    clear.addEventListener('click', () => events.clear());
    save.addEventListener('click', () => events.export());
    this.#stop.addEventListener('click', () => events.stop());
    this.#ofEvents = [this.#map, this.#choices, this.filter, this.#follow, this.#pause, clear, save];
    this.#map.hidden = this.#stop.hidden = this.#lost.hidden = true;
    this.element = element(
      'header',
      { class: 'bar' },
      element('div', { role: 'tablist', class: 'tabs', 'aria-label': 'eBPF' }, ...this.#tabs.values()),
      this.filter,
      this.#map,
      this.#choices,
      element(
        'div',
        { role: 'toolbar', class: 'actions', 'aria-label': 'Events' },
        this.#follow,
        this.#pause,
        clear,
        save,
        this.#stop,
      ),
      element('div', { class: 'state' }, this.#lost, this.#counts, this.#hosts),
    );
  }

  showTab(shown: PanelTab): void {
    for (const [tab, made] of this.#tabs)
      setAttributes(made, { 'aria-selected': tab === shown, tabindex: tab === shown ? 0 : -1 });
    // A select that has nothing to choose from stays hidden.
    for (const one of this.#ofEvents) one.classList.toggle('elsewhere', shown !== 'events');
  }

  showFollow(follow: boolean): void {
    setAttributes(this.#follow, { 'aria-pressed': follow });
  }

  showLayout({ maps, map, choices }: Layout): void {
    this.#map.hidden = maps.length < 2;
    fillSelect(this.#map, [['', 'All maps'], ...maps.map((name) => [name, name] as const)], map ?? '');
    this.#choices.replaceChildren(
      ...choices.map((choice) => {
        const select = element('select', {
          'aria-label': `Type of the records of ${choice.map}`,
          title: `Type of the records of ${choice.map}${choice.size === null ? '' : ` with ${choice.size} bytes`}: the object does not say, choose`,
        });
        fillSelect(
          select,
          choice.names.map((name) => [name, name] as const),
          choice.chosen,
        );
        select.addEventListener('change', () => this.#events.recordType(choice, select.value));
        return select;
      }),
    );
  }

  /** @param matching rows of the view, where a filter picks them */
  showStatus({ hosts, received, kept, rate, lost, lostCount, paused }: Status, matching?: number): void {
    this.#paused = paused !== null;
    setAttributes(this.#pause, { 'aria-pressed': this.#paused });
    const label = this.#paused ? 'Resume' : 'Pause';
    if (this.#pause.ariaLabel !== label) {
      setAttributes(this.#pause, { 'aria-label': label, title: label });
      this.#pause.replaceChildren(icon(this.#paused ? icons.resume : icons.pause));
    }
    this.#stop.hidden = !hosts.some(({ state }) => state === 'running' || state === 'starting');
    setText(this.#counts, countText({ received, kept, rate, paused }, matching));
    this.#lost.hidden = lost.length === 0;
    setText(this.#lost, lostCount > 0 ? `${count(lostCount)} lost` : 'events lost');
    setAttributes(this.#lost, { title: lost.join('\n') });
    showHosts(this.#hosts, hosts);
  }

  #makeTab(tab: PanelTab, label: string): HTMLButtonElement {
    const made = element('button', { role: 'tab', id: `tab-${tab}`, 'aria-controls': `panel-${tab}` }, label);
    made.addEventListener('click', () => this.#events.tab(tab));
    made.addEventListener('keydown', ({ key }) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
      if (step === undefined) return;
      const index = tabs.findIndex(([name]) => name === tab);
      const [next] = tabs[(index + step + tabs.length) % tabs.length] ?? [tab];
      this.#events.tab(next);
      this.#tabs.get(next)?.focus();
    });
    return made;
  }
}

function button(path: string, label: string): HTMLButtonElement {
  return element('button', { class: 'icon', title: label, 'aria-label': label }, icon(path));
}

function fillSelect(
  select: HTMLSelectElement,
  options: readonly (readonly [value: string, label: string])[],
  value: string,
): void {
  select.replaceChildren(...options.map(([of, label]) => element('option', { value: of }, label)));
  select.value = value;
}

function countText(
  { received, kept, rate, paused }: Pick<Status, 'received' | 'kept' | 'rate' | 'paused'>,
  matching: number | undefined,
): string {
  const all = `${count(received)} ${received === 1 ? 'event' : 'events'}`;
  const parts = [matching === undefined ? all : `${count(matching)} of ${all}`];
  if (kept < received) parts.push(`last ${count(kept)} kept`);
  if (rate > 0) parts.push(`${count(rate)}/s`);
  if (paused) {
    parts.push(`paused, ${count(paused.waiting)} waiting`);
    if (paused.skipped > 0) parts.push(`${count(paused.skipped)} not kept`);
  }
  return parts.join(' · ');
}

function showHosts(target: HTMLElement, hosts: Status['hosts']): void {
  const texts = hosts.map(({ host, state, detail }) => {
    const words = `${host}: ${state === 'starting' && detail !== '' ? detail : state}`;
    // Green says that it runs, for those who see it; the title says it for all.
    return {
      text: state === 'running' ? host : words,
      title: detail === '' ? words : `${words}: ${detail}`,
      state,
    };
  });
  while (target.children.length > texts.length) target.lastElementChild?.remove();
  texts.forEach(({ text, title, state }, i) => {
    let chip = target.children[i];
    if (chip === undefined) target.append((chip = element('span')));
    setAttributes(chip, { class: `host ${state}`, title, role: 'img', 'aria-label': title });
    setText(chip, text);
  });
}
