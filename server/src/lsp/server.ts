/**
 * One language server on one connection: the life of a session, as the protocol tells it. Nothing is kept outside of
 * the two, so that any number of servers can live in one process.
 */
import { fileURLToPath } from 'node:url';
import {
  DidChangeWatchedFilesNotification,
  MessageType,
  ShowMessageNotification,
  type Connection,
  type InitializeParams,
} from 'vscode-languageserver';
import { kernelStateNotification } from '#core/messages/kernel-state';
import { messageOf } from '../kernel/errors';
import { Session, type Environment } from '../session/session';
import { clientAbilities, serverCapabilities, type ClientAbilities } from './capabilities';
import { serveCustomRequests } from './custom';
import { serveFeatures } from './features';
import { Publisher } from './publisher';
import { Requests } from './request';

export function createServer(connection: Connection, environment: Environment): void {
  let abilities: ClientAbilities = clientAbilities({});
  /** The client takes nothing but messages to show before it has said `initialized`. */
  const initialized = new Promise<void>((resolve) => connection.onInitialized(() => resolve()));

  /** A notification: a request would wait for a user to click it away. */
  const showError = (message: string) =>
    void connection.sendNotification(ShowMessageNotification.type, {
      type: MessageType.Error,
      message: `eBPF Workbench: ${message}`,
    });

  const session: Session = new Session(environment, {
    kernelState: (state) =>
      void initialized.then(() => connection.sendNotification(kernelStateNotification.method, state)),
    problem: (message) => showError(message),
    changed: () => {
      const documents = [...session.documents.all()];
      for (const document of documents) publisher.schedule(document);
      if (documents.length > 0 && abilities.refreshesInlayHints)
        void connection.languages.inlayHint.refresh();
    },
  });
  const publisher = new Publisher(connection, session, environment.diagnosticPage);
  const requests = new Requests(session, connection.console);

  connection.onInitialize((params) => {
    abilities = clientAbilities(params.capabilities);
    session.headers.roots = workspaceFolders(params);
    session.configure(params.initializationOptions);
    return { capabilities: serverCapabilities, serverInfo: { name: 'ebpf-workbench' } };
  });
  environment.analyzer.catch((error: unknown) => {
    showError(`the C parser cannot be loaded: ${messageOf(error)}`);
  });
  void initialized.then(async () => {
    if (!abilities.watchesFiles) return;
    await connection.client.register(DidChangeWatchedFilesNotification.type, {
      watchers: [{ globPattern: '**/*.h' }],
    });
  });
  connection.onShutdown(() => session.dispose());

  connection.onDidChangeConfiguration(async ({ settings }: { settings: unknown }) => {
    const pushed = settings instanceof Object && 'ebpf' in settings ? settings.ebpf : undefined;
    const value: unknown =
      pushed === undefined && abilities.hasConfiguration
        ? await connection.workspace.getConfiguration('ebpf')
        : pushed;
    if (value !== undefined && value !== null) session.configure(value);
  });
  connection.onDidChangeWatchedFiles(() => {
    session.headers.forget();
    for (const document of session.documents.all()) publisher.schedule(document);
  });

  connection.onDidOpenTextDocument(({ textDocument: { uri, languageId, version, text } }) => {
    publisher.schedule(session.documents.open(uri, languageId, version, text));
  });
  connection.onDidChangeTextDocument(({ textDocument: { uri, version }, contentChanges }) => {
    const document = session.documents.get(uri);
    if (document === undefined) return;
    document.update(contentChanges, version);
    publisher.schedule(document);
  });
  connection.onDidSaveTextDocument(({ textDocument }) => {
    // Not every client watches files: a save is when headers may have been made anew.
    session.headers.forget();
    const document = session.documents.get(textDocument.uri);
    if (document !== undefined) publisher.schedule(document);
  });
  connection.onDidCloseTextDocument(({ textDocument: { uri } }) => {
    const document = session.documents.get(uri);
    if (document === undefined) return;
    publisher.clear(document);
    session.headers.forget(uri);
    session.documents.close(uri);
  });

  const context = { session, requests, environment, abilities: () => abilities };
  serveFeatures(connection, context);
  serveCustomRequests(connection, context);
}

function workspaceFolders(params: InitializeParams): readonly string[] {
  // What clients had before there were several folders.
  const { rootUri } = params as { readonly rootUri?: string | null };
  const uris = params.workspaceFolders?.map(({ uri }) => uri) ?? (rootUri ? [rootUri] : []);
  return uris.filter((uri) => uri.startsWith('file:')).map((uri) => fileURLToPath(uri));
}
