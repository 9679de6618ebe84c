/**
 * The one way that every request takes: find the document, wait for what the answer needs, run, map what goes wrong.
 * A handler is then one line, and sees a view that nothing changes under its hands.
 */
import { ErrorCodes, ResponseError, type CancellationToken } from 'vscode-jsonrpc';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type * as v from 'valibot';
import { check, type CustomRequest } from '#core/messages/custom-message';
import type { OpenDocument } from '../session/documents';
import type { Session, TextView } from '../session/session';
import type { DocumentView } from '../view';
import type { Activity } from './activity';
import type { Client } from './client';

/** LSPErrorCodes.RequestCancelled and .ContentModified */
const requestCancelled = -32800;
const contentModified = -32801;

type Handler<P, R> = (params: P, token: CancellationToken) => Promise<R>;

/** What answers requests, by their method; takes handlers as a connection does. */
export class Handlers {
  readonly #byMethod = new Map<string, Handler<never, unknown>>();

  onRequest<P, R>(method: string, handler: Handler<P, R>): void {
    this.#byMethod.set(method, handler);
  }

  /** Parameters are as the client sent them. */
  answer(method: string, params: unknown, token: CancellationToken): Promise<unknown> {
    const handler = this.#byMethod.get(method);
    if (handler === undefined)
      throw new ResponseError(ErrorCodes.MethodNotFound, `there is no method ${method}`);
    return handler(params as never, token);
  }
}

interface DocumentParams {
  readonly textDocument: { readonly uri: string };
}

/** A request about one open document. */
export interface DocumentRequest<P, V> {
  readonly params: P;
  readonly view: V;
  /** The way between the view's offsets and the client's positions. */
  readonly document: TextDocument;
}

/** How a request about a document is answered. */
export interface Steps<P, R> {
  /** It is asked with each key that is typed. */
  readonly typed?: true;
  /** Tried once the event names are known, before anything is parsed; undefined where the answer takes more. */
  readonly names?: (request: DocumentRequest<P, TextView>) => R | undefined;
  /** Tried next, before anything is parsed: the whole target kernel is known. */
  readonly kernel?: (request: DocumentRequest<P, TextView>) => R | undefined;
  /** The document is analysed and the whole target kernel is known. */
  readonly full: (request: DocumentRequest<P, DocumentView>) => R | Promise<R>;
}

export class Requests {
  readonly #session: Session;
  readonly #client: Client;
  readonly #activity: Activity;

  constructor(session: Session, client: Client, activity: Activity) {
    this.#session = session;
    this.#client = client;
    this.#activity = activity;
  }

  /** A document that is not open is answered by null. */
  onDocument<P extends DocumentParams, R>(steps: Steps<P, R>): Handler<P, R | null> {
    const answer = (params: P, token: CancellationToken) =>
      this.#guard(async () => {
        const open = this.#session.documents.get(params.textDocument.uri);
        if (open === undefined) return null;
        const version = open.text.version;
        const request = async <V>(view: Promise<V>): Promise<DocumentRequest<P, V>> => {
          const awaited = { params, view: await unlessCancelled(view, token), document: open.text };
          this.#mustBeSame(open, version);
          return awaited;
        };
        if (steps.names !== undefined) {
          const early = steps.names(await request(this.#session.textView(open, 'names')));
          if (early !== undefined) return early;
        }
        if (steps.kernel !== undefined) {
          const early = steps.kernel(await request(this.#session.textView(open, 'kernelWithOthers')));
          if (early !== undefined) return early;
        }
        return steps.full(await request(this.#session.documentView(open)));
      });
    return steps.typed ? (params, token) => this.#activity.during(answer(params, token)) : answer;
  }

  /** One of our own requests; its parameters are checked, since any client may send them. */
  custom<P extends v.GenericSchema, R extends v.GenericSchema>(
    request: CustomRequest<P, R>,
    run: (params: v.InferOutput<P>) => Promise<v.InferOutput<R>>,
  ): Handler<unknown, v.InferOutput<R>> {
    return (params, token) =>
      this.#guard(() => {
        const checked = check(request.params, params);
        if (!checked.ok)
          throw new ResponseError(ErrorCodes.InvalidParams, `${request.method}: ${checked.message}`);
        return unlessCancelled(run(checked.value), token);
      });
  }

  /** Runs a request that needs no document of its own. */
  plain<P, R>(run: (params: P) => Promise<R>): Handler<P, R> {
    return (params, token) => this.#guard(() => unlessCancelled(run(params), token));
  }

  async #guard<R>(run: () => Promise<R>): Promise<R> {
    try {
      return await run();
    } catch (error) {
      if (error instanceof ResponseError) throw error;
      this.#client.logError(error);
      throw error;
    }
  }

  /** Positions of a request mean the text that the client had when it asked. */
  #mustBeSame(open: OpenDocument, version: number): void {
    if (open.text.version !== version || this.#session.documents.get(open.text.uri) !== open)
      throw new ResponseError(contentModified, 'the document changed meanwhile');
  }
}

/** The value; or, as soon as the client cancels, the error that says so. */
async function unlessCancelled<T>(promise: Promise<T>, token: CancellationToken): Promise<T> {
  const cancelled = () => new ResponseError(requestCancelled, 'cancelled');
  if (token.isCancellationRequested) throw cancelled();
  return new Promise<T>((resolve, reject) => {
    const listener = token.onCancellationRequested(() => reject(cancelled()));
    promise.then(resolve, reject).finally(() => listener.dispose());
  });
}
