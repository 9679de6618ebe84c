/**
 * One language server on one connection: the life of a session, as the protocol tells it. Nothing is kept outside of
 * the two, so that any number of servers can live in one process.
 *
 * It speaks through vscode-jsonrpc alone: loading all of vscode-languageserver takes as long as everything else does
 * until the first completion.
 */
import { fileURLToPath } from 'node:url';
import type { MessageConnection } from 'vscode-jsonrpc';
import type {
  DidChangeTextDocumentParams,
  DidCloseTextDocumentParams,
  DidOpenTextDocumentParams,
  InitializeParams,
  InitializeResult,
} from 'vscode-languageserver';
import { Session, type Environment } from '../session/session';
import { Activity } from './activity';
import { serveRequests } from './answers';
import { clientAbilities, serverCapabilities, type ClientAbilities } from './capabilities';
import { Client } from './client';
import { Publisher } from './publisher';
import { Requests } from './request';
import { warmUp } from './warm-up';

/** What ends with the server. */
export interface ServerHost {
  exit(code: number): void;
  /** Exits when this process, the client's, is gone. */
  watch(pid: number): void;
}

export function createServer(
  connection: MessageConnection,
  host: ServerHost,
  environment: Environment,
): void {
  const client = new Client(connection);
  let abilities: ClientAbilities = clientAbilities({});
  let isShutDown = false;

  const activity = new Activity();
  const session: Session = new Session(environment, {
    kernelState: (state) => client.kernelState(state),
    problem: (message) => client.showError(message),
    changed: () => {
      publishAll();
      if (session.documents.size > 0 && abilities.refreshesInlayHints) client.refreshInlayHints();
    },
    rested: () => activity.rested(),
  });
  const publisher = new Publisher(client, session, activity, environment.diagnosticPage);
  const requests = new Requests(session, client, activity);
  const publishAll = () => {
    for (const document of session.documents.all()) publisher.schedule(document);
  };

  connection.onRequest('initialize', (params: InitializeParams): InitializeResult => {
    if (params.processId !== null) host.watch(params.processId);
    abilities = clientAbilities(params.capabilities);
    session.headers.roots = workspaceFolders(params);
    // Behind the answer, and before the next message: the client goes on while the kernel's names are read.
    new Promise((resolve) => setImmediate(resolve))
      .then(() => session.configure(params.initializationOptions))
      .catch((error: unknown) => client.logError(error));
    return { capabilities: serverCapabilities, serverInfo: { name: 'ebpf-workbench' } };
  });
  void client.initialized.then(() => {
    if (abilities.watchesFiles) client.watchFiles('**/*.h');
    warmUp(session, activity);
  });
  connection.onRequest('shutdown', () => {
    isShutDown = true;
    session.dispose();
    return null;
  });
  connection.onNotification('exit', () => host.exit(isShutDown ? 0 : 1));

  connection.onNotification('workspace/didChangeConfiguration', ({ settings }: { settings: unknown }) => {
    const pushed = settings instanceof Object && 'ebpf' in settings ? settings.ebpf : undefined;
    if (pushed !== undefined && pushed !== null) session.configure(pushed);
    else if (abilities.hasConfiguration)
      client
        .configuration('ebpf')
        .then((value) => session.configure(value))
        .catch((error: unknown) => client.logError(error));
  });
  connection.onNotification('workspace/didChangeWatchedFiles', () => {
    session.headers.forget();
    publishAll();
  });

  connection.onNotification('textDocument/didOpen', ({ textDocument }: DidOpenTextDocumentParams) => {
    const { uri, languageId, version, text } = textDocument;
    activity.opened();
    publisher.schedule(session.documents.open(uri, languageId, version, text));
  });
  connection.onNotification('textDocument/didChange', (params: DidChangeTextDocumentParams) => {
    const { uri, version } = params.textDocument;
    const document = session.documents.get(uri);
    if (document === undefined) return;
    activity.edited();
    document.update(params.contentChanges, version);
    publisher.schedule(document);
  });
  connection.onNotification('textDocument/didSave', () => {
    // Not every client watches files: a save is when headers may have been made anew.
    session.headers.forget();
    publishAll();
  });
  connection.onNotification(
    'textDocument/didClose',
    ({ textDocument: { uri } }: DidCloseTextDocumentParams) => {
      const document = session.documents.get(uri);
      if (document === undefined) return;
      publisher.clear(document);
      session.headers.forget(uri);
      session.documents.close(uri);
    },
  );

  serveRequests(connection, { session, requests, environment, abilities: () => abilities });
}

function workspaceFolders(params: InitializeParams): readonly string[] {
  // What clients had before there were several folders.
  const { rootUri } = params as { readonly rootUri?: string | null };
  const uris = params.workspaceFolders?.map(({ uri }) => uri) ?? (rootUri ? [rootUri] : []);
  return uris.filter((uri) => uri.startsWith('file:')).map((uri) => fileURLToPath(uri));
}
