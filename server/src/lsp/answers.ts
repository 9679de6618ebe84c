/** Who answers which request: completion inside a SEC string at once, all else from the bundle that is loaded later. */
import type { MessageConnection } from 'vscode-jsonrpc';
import type { CompletionList, CompletionParams } from 'vscode-languageserver';
import { completeEarly, completeTarget } from '../features/completion/early';
import { toCompletionList } from './completion';
import type { FeatureContext } from './context';
import type { LaterAnswers } from './later';

export function serveRequests(connection: MessageConnection, context: FeatureContext): void {
  const { requests, abilities } = context;
  let loaded: Promise<LaterAnswers> | undefined;
  const later = () => (loaded ??= import('./later').then((bundle) => bundle.createLaterAnswers(context)));

  connection.onRequest(
    'textDocument/completion',
    requests.onDocument<CompletionParams, CompletionList>({
      typed: true,
      names: ({ view, document, params }) => {
        const list = completeEarly(view, document.offsetAt(params.position));
        return list && toCompletionList(list, document, abilities().completion);
      },
      kernel: ({ view, document, params }) => {
        const list = completeTarget(view, document.offsetAt(params.position));
        return list && toCompletionList(list, document, abilities().completion);
      },
      full: async (request) => (await later()).completion(request),
    }),
  );
  connection.onRequest(async (method, params, token) =>
    (await later()).handlers.answer(method, params, token),
  );
}
