/**
 * Publishes diagnostics: for each version of a document once, when all of them are known. Edits that wait in the
 * queue are taken together; there is no other delay, unless the user is in the middle of typing. What is asked for
 * meanwhile is answered between two checks.
 */
import type { KernelIndex } from '#core/kernel/model';
import type { SectionSite } from '../analysis/model';
import type { OpenDocument } from '../session/documents';
import type { Environment, Session } from '../session/session';
import type { Activity } from './activity';
import type { Client } from './client';

/** Milliseconds of checks before messages get a turn. */
const sliceMs = 2;

export class Publisher {
  readonly #client: Client;
  readonly #session: Session;
  readonly #activity: Activity;
  readonly #page: Environment['diagnosticPage'];
  /** The newest reason to look at a document; a run that is no longer the newest stops. */
  readonly #newest = new WeakMap<OpenDocument, object>();

  constructor(client: Client, session: Session, activity: Activity, page: Environment['diagnosticPage']) {
    this.#client = client;
    this.#session = session;
    this.#activity = activity;
    this.#page = page;
  }

  /** Something that the findings of this document rest on has changed. */
  schedule(document: OpenDocument): void {
    const reason = {};
    this.#newest.set(document, reason);
    const isNewest = () => this.#newest.get(document) === reason;
    void this.#turn().then(async () => {
      if (isNewest()) await this.#publish(document, isNewest);
    });
  }

  /** The document is closed: what was said about it goes with it. */
  clear(document: OpenDocument): void {
    this.#newest.delete(document);
    this.#client.publishDiagnostics({ uri: document.text.uri, diagnostics: [] });
  }

  async #publish(document: OpenDocument, isNewest: () => boolean): Promise<void> {
    try {
      const view = await this.#session.checkedView(document);
      const { checkSteps, toDiagnostic } = await import('./later');
      // The analysis takes as long as some checks.
      await this.#turn();
      if (!isNewest()) return;
      const context = { uri: view.uri, positions: document.text, page: this.#page };
      const findings = await this.#inTurns(checkSteps(view), isNewest);
      if (findings === undefined) return;
      const diagnostics = findings.map((finding) => toDiagnostic(finding, context));
      this.#client.publishDiagnostics({ uri: view.uri, version: document.text.version, diagnostics });
      // Not awaited: the view is not kept for it.
      void this.#prepare(view.kernel.index, view.source.sections, isNewest);
    } catch (error) {
      this.#client.logError(error);
    }
  }

  /** While nobody types: what is typed next is likely to be of a kind that the program has already. */
  async #prepare(
    index: KernelIndex,
    sections: readonly SectionSite[],
    isNewest: () => boolean,
  ): Promise<void> {
    try {
      const { prepareFamilies, unpreparedFamilies } = await import('./later');
      const families = unpreparedFamilies(index, sections);
      if (families.length === 0) return;
      await this.#activity.rested();
      if (isNewest()) await this.#inTurns(prepareFamilies(index, families), isNewest);
    } catch (error) {
      this.#client.logError(error);
    }
  }

  /** What the steps end with; undefined where they stop because `isWanted` says so. */
  async #inTurns<T>(steps: Generator<undefined, T>, isWanted: () => boolean): Promise<T | undefined> {
    let end = performance.now() + sliceMs;
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      if (performance.now() < end) continue;
      await this.#turn();
      if (!isWanted()) return undefined;
      end = performance.now() + sliceMs;
    }
  }

  /** Messages are read in one turn and handled, one a turn, in the next: then none that has come waits. */
  async #turn(): Promise<void> {
    for (let turn = 0; turn < 2; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
    await this.#activity.paused();
  }
}
