/**
 * The tracepoints of the target kernel, as the view "Tracepoints" shows them: all, category by category and only
 * those that are opened, or what a search finds. Starts anew when the kernel changes.
 */
import * as vscode from 'vscode';
import type { EventName } from '#core/kernel/model';
import { listTracepointsRequest } from '#core/messages/list-tracepoints';
import { tracepointCategoriesRequest, type TracepointCategory } from '#core/messages/tracepoint-categories';
import type { LanguageServer, ServerStatus } from '../language-server';

/** More matches than this are no help; the count says that there are more. */
const foundEvents = 500;

interface Contents {
  readonly categories: readonly TracepointCategory[];
  /** Events that match the search, or all there are. */
  readonly total: number;
  events(category: string): Promise<readonly EventName[]>;
}

export class TracepointsRepository implements vscode.Disposable {
  readonly #server: LanguageServer;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscription: vscode.Disposable;
  #query = '';
  #kernel: string | undefined;
  #contents: Promise<Contents> | undefined;

  readonly onDidChange = this.#changed.event;

  constructor(server: LanguageServer) {
    this.#server = server;
    this.#subscription = server.onDidChangeStatus((status) => this.#follow(status));
  }

  /** What is searched for; empty where everything is shown. */
  get query(): string {
    return this.#query;
  }

  search(query: string): void {
    const wanted = query.trim();
    if (wanted === this.#query) return;
    this.#query = wanted;
    this.#reset();
  }

  /** Starts the server if need be. */
  contents(): Promise<Contents> {
    if (this.#contents === undefined) {
      const contents = this.#query === '' ? this.#everything() : this.#found(this.#query);
      this.#contents = contents;
      contents.catch(() => {
        if (this.#contents === contents) this.#contents = undefined;
      });
    }
    return this.#contents;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  async #everything(): Promise<Contents> {
    const categories = await this.#server.request(tracepointCategoriesRequest, {});
    const opened = new Map<string, Promise<readonly EventName[]>>();
    return {
      categories,
      total: categories.reduce((sum, { events }) => sum + events, 0),
      events: (category) => {
        let events = opened.get(category);
        if (events === undefined) opened.set(category, (events = this.#eventsOf(category)));
        return events;
      },
    };
  }

  async #eventsOf(category: string): Promise<readonly EventName[]> {
    const params = { query: '', category, limit: Number.MAX_SAFE_INTEGER };
    return (await this.#server.request(listTracepointsRequest, params)).items;
  }

  /** Categories in the order of their best match. */
  async #found(query: string): Promise<Contents> {
    const { items, total } = await this.#server.request(listTracepointsRequest, {
      query,
      limit: foundEvents,
    });
    const byCategory = new Map<string, EventName[]>();
    for (const item of items) {
      const events = byCategory.get(item.category);
      if (events === undefined) byCategory.set(item.category, [item]);
      else events.push(item);
    }
    return {
      categories: [...byCategory].map(([name, events]) => ({ name, events: events.length })),
      total,
      events: (category) => Promise.resolve(byCategory.get(category) ?? []),
    };
  }

  #follow(status: ServerStatus): void {
    const kernel = kernelOf(status);
    if (kernel === undefined || kernel === this.#kernel) return;
    const isAnother = this.#kernel !== undefined;
    this.#kernel = kernel;
    if (isAnother) this.#reset();
  }

  #reset(): void {
    this.#contents = undefined;
    this.#changed.fire();
  }
}

/** What tells one kernel from another; undefined while none answers. */
function kernelOf(status: ServerStatus): string | undefined {
  if (status.state !== 'ready' && status.state !== 'failed') return undefined;
  const kernel = status.state === 'ready' ? status : status.fallback;
  return kernel === undefined ? 'none' : [kernel.release, kernel.machine, kernel.location].join(' ');
}
