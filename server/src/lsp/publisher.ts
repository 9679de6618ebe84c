/**
 * Publishes diagnostics: for each version of a document once, when all of them are known. Edits that wait in the
 * queue are taken together; there is no other delay. What the user asks for meanwhile is answered between two checks.
 */
import { checkSteps } from '../checks/index';
import type { OpenDocument } from '../session/documents';
import type { Environment, Session } from '../session/session';
import type { Client } from './client';
import { toDiagnostic } from './diagnostics';

/** Milliseconds of checks before messages get a turn. */
const sliceMs = 2;

export class Publisher {
  readonly #client: Client;
  readonly #session: Session;
  readonly #page: Environment['diagnosticPage'];
  /** The newest reason to look at a document; a run that is no longer the newest stops. */
  readonly #newest = new WeakMap<OpenDocument, object>();

  constructor(client: Client, session: Session, page: Environment['diagnosticPage']) {
    this.#client = client;
    this.#session = session;
    this.#page = page;
  }

  /** Something that the findings of this document rest on has changed. */
  schedule(document: OpenDocument): void {
    const reason = {};
    this.#newest.set(document, reason);
    const isNewest = () => this.#newest.get(document) === reason;
    // Messages are handled one a turn: a turn without a further edit means that none is queued.
    setImmediate(() =>
      setImmediate(() => {
        if (isNewest()) void this.#publish(document, isNewest);
      }),
    );
  }

  /** The document is closed: what was said about it goes with it. */
  clear(document: OpenDocument): void {
    this.#newest.delete(document);
    this.#client.publishDiagnostics({ uri: document.text.uri, diagnostics: [] });
  }

  async #publish(document: OpenDocument, isNewest: () => boolean): Promise<void> {
    try {
      const view = await this.#session.checkedView(document);
      if (!isNewest()) return;
      const context = { uri: view.uri, positions: document.text, page: this.#page };
      const findings = await inTurns(checkSteps(view), isNewest);
      if (findings === undefined) return;
      const diagnostics = findings.map((finding) => toDiagnostic(finding, context));
      this.#client.publishDiagnostics({ uri: view.uri, version: document.text.version, diagnostics });
    } catch (error) {
      this.#client.logError(error);
    }
  }
}

/** What the steps end with; undefined where they stop because `isWanted` says so. */
async function inTurns<T>(steps: Generator<undefined, T>, isWanted: () => boolean): Promise<T | undefined> {
  let end = performance.now() + sliceMs;
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() < end) continue;
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    if (!isWanted()) return undefined;
    end = performance.now() + sliceMs;
  }
}
