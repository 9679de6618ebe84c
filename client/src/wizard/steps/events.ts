/** Which events: a search over all of the target kernel, several of which can be ticked while the search changes. */
import * as vscode from 'vscode';
import type { EventName } from '#core/kernel/model';
import { listTracepointsRequest, type TracepointItem } from '#core/messages/list-tracepoints';
import { eventKey, type Answers } from '../answers';
import type { Reply, Step } from '../flow';
import { recall } from '../memory';
import type { Settle } from '../quick-input';
import { describeEvents, type WizardContext } from '../context';

/** Rows per search: more than anybody reads, few enough for every keystroke. */
const shownEvents = 100;

type Item = vscode.QuickPickItem & { readonly event?: EventName };

export function eventsStep(context: WizardContext): Step<Answers> {
  return {
    applies: () => true,
    async ask(answers, place) {
      const pick = vscode.window.createQuickPick<Item>();
      const search = new EventSearch(pick, context, answers.events);
      pick.placeholder = 'Parts of the name. Enter takes the first; Down and Space tick several';
      const reply = await context.inputs.ask<readonly EventName[]>(
        pick,
        place,
        () => search.chosen(),
        (settle) => search.start(settle),
      );
      if (reply.kind !== 'next') return reply;
      return chosen(answers, await describeEvents(context.host, reply.value));
    },
  };
}

const chosen = (answers: Answers, events: Answers['events']): Reply<Answers> => ({
  kind: 'next',
  value: { ...answers, events },
});

/**
 * The list under the input. The server searches, VS Code shows what it found: all of it (`alwaysShow`), in its order.
 * What is ticked is kept here, because it leaves the list with the next keystroke.
 */
class EventSearch {
  readonly #pick: vscode.QuickPick<Item>;
  readonly #context: WizardContext;
  readonly #ticked: Map<string, EventName>;
  #running: vscode.CancellationTokenSource | undefined;
  /** The last search; it ends also where it was overtaken. */
  #searched: Promise<void> = Promise.resolve();

  constructor(pick: vscode.QuickPick<Item>, context: WizardContext, ticked: readonly EventName[]) {
    this.#pick = pick;
    this.#context = context;
    this.#ticked = new Map(ticked.map((event) => [eventKey(event), event]));
  }

  start({ fail }: Settle<readonly EventName[]>): void {
    const pick = this.#pick;
    pick.canSelectMany = true;
    // Ours is the ranking; a proposed property, without which VS Code sorts once more by its own.
    Object.assign(pick, { sortByLabel: false });
    const search = () => {
      this.#searched = this.#search(pick.value);
      this.#searched.catch(fail);
    };
    pick.onDidChangeValue(search);
    pick.onDidChangeSelection((selected) => this.#tick(selected));
    pick.onDidHide(() => this.#running?.cancel());
    search();
  }

  /** What is ticked; where nothing is, the row in focus, else the first that was found for what is typed. */
  async chosen(): Promise<readonly EventName[] | undefined> {
    await this.#searched;
    if (this.#ticked.size > 0) return [...this.#ticked.values()];
    const { activeItems, items } = this.#pick;
    const event = activeItems[0]?.event ?? items.find((item) => item.event)?.event;
    return event && [event];
  }

  #tick(selected: readonly Item[]): void {
    for (const { event } of this.#pick.items) if (event) this.#ticked.delete(eventKey(event));
    for (const { event } of selected) if (event) this.#ticked.set(eventKey(event), event);
    const ticked = this.#pick.items.filter(
      ({ event }) => event !== undefined && this.#ticked.has(eventKey(event)),
    );
    // A tick that crossed with a new list is another row's now: at least it is shown. What is shown already is not said
    // again: that would take back a tick that comes meanwhile.
    const isShown = ticked.length === selected.length && ticked.every((item) => selected.includes(item));
    if (!isShown) this.#pick.selectedItems = ticked;
  }

  async #search(query: string): Promise<void> {
    this.#running?.cancel();
    const running = new vscode.CancellationTokenSource();
    this.#running = running;
    this.#pick.busy = true;
    try {
      const { server, memory } = this.#context.host;
      const params = { query, limit: shownEvents };
      const { items, total } = await server.request(listTracepointsRequest, params, running.token);
      if (running.token.isCancellationRequested) return;
      this.#show(items, total, query === '' ? recall(memory).recent : []);
      this.#pick.busy = false;
    } catch (error) {
      // A search that the next keystroke overtook is answered by an error.
      if (!running.token.isCancellationRequested) throw error;
    } finally {
      running.dispose();
    }
  }

  #show(found: readonly TracepointItem[], total: number, recent: readonly EventName[]): void {
    const ticked = [...this.#ticked.values()].map(toItem);
    const isShown = new Set(this.#ticked.keys());
    const fresh = (event: EventName) => !isShown.has(eventKey(event));
    const used = recent.filter(fresh).map(toItem);
    for (const { event } of used) isShown.add(eventKey(event));
    const rest = found.filter(fresh).map(toItem);
    this.#pick.items = [
      ...group('chosen', ticked),
      ...group('used before', used),
      ...group(`${total.toLocaleString('en')} ${total === 1 ? 'tracepoint' : 'tracepoints'}`, rest),
    ];
    this.#pick.selectedItems = ticked;
  }
}

function group(title: string, items: readonly Item[]): Item[] {
  return items.length === 0 ? [] : [{ label: title, kind: vscode.QuickPickItemKind.Separator }, ...items];
}

function toItem(event: EventName | TracepointItem): Item & { readonly event: EventName } {
  const { category, name } = event;
  const fields = 'fields' in event ? event.fields.filter((field) => field !== '__syscall_nr') : [];
  return {
    label: name,
    description: category,
    ...(fields.length > 0 && { detail: fields.join(', ') }),
    alwaysShow: true,
    event: { category, name },
  };
}
