/**
 * All that the first answers do without: most features, and the checks. A bundle of its own (scripts/build.mjs), loaded
 * with the first question that needs it.
 */
import type { CompletionList, CompletionParams } from 'vscode-languageserver';
import { createBinaryStore } from '../binaries/store';
import { complete, completeFromFiles } from '../features/completion/index';
import type { DocumentView } from '../view';
import { toCompletionList } from './completion';
import type { FeatureContext } from './context';
import { serveCustomRequests } from './custom';
import { serveFeatures } from './features';
import { Handlers, type DocumentRequest } from './request';

export { checkSteps } from '../checks/index';
export { prepareFamilies, unpreparedFamilies } from '../features/completion/targets';
export { toDiagnostic } from './diagnostics';

export interface LaterAnswers {
  readonly handlers: Handlers;
  /** What is not complete from the text alone. */
  completion(request: DocumentRequest<CompletionParams, DocumentView>): Promise<CompletionList>;
}

export function createLaterAnswers(context: FeatureContext): LaterAnswers {
  const handlers = new Handlers();
  serveFeatures(handlers, context);
  serveCustomRequests(handlers, context);
  const binaries = createBinaryStore();
  return {
    handlers,
    async completion({ view, document, params }) {
      const offset = document.offsetAt(params.position);
      const list = (await completeFromFiles(view, offset, binaries)) ?? complete(view, offset);
      return toCompletionList(list, document, context.abilities().completion);
    },
  };
}
