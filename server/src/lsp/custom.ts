/** The requests of our own, declared in core/src/messages: what views and commands of an editor ask. */
import { TextDocument } from 'vscode-languageserver-textdocument';
import { ResponseError } from 'vscode-jsonrpc';
import { bundledKernelsRequest } from '#core/messages/bundled-kernels';
import { compiledObjectRequest } from '#core/messages/compiled-object';
import { documentRequest, isCompareDocument } from '#core/messages/document';
import { generateHandlerRequest } from '#core/messages/generate-handler';
import { listTracepointsRequest } from '#core/messages/list-tracepoints';
import { programsRequest } from '#core/messages/programs';
import { recordTypesRequest } from '#core/messages/record-types';
import { tracepointRequest } from '#core/messages/tracepoint';
import { tracepointCategoriesRequest } from '#core/messages/tracepoint-categories';
import { verdictFixesRequest } from '#core/messages/verdict-fixes';
import { vmlinuxHeaderRequest } from '#core/messages/vmlinux-header';
import { provenanceLine } from '../describe/provenance';
import { generateHandler } from '../features/generate-handler';
import { describeTracepoint, listTracepoints, tracepointCategories } from '../features/tracepoints';
import { programsAndMaps } from '../features/programs';
import { recordTypes } from '../features/record-types';
import { readOnlyDocument } from '../features/read-only-documents';
import { verdictFixes } from '../fixes/index';
import type { Generated } from '../generate/model';
import { bundledKernels } from '../kernel/bundled';
import { toRange } from './convert';
import type { FeatureContext } from './context';
import type { Handlers } from './request';

export function serveCustomRequests(handlers: Handlers, context: FeatureContext): void {
  const { session, requests, environment } = context;

  handlers.onRequest(
    bundledKernelsRequest.method,
    requests.custom(bundledKernelsRequest, async () => [
      ...(await bundledKernels(environment.places.bundledDir)),
    ]),
  );
  handlers.onRequest(
    documentRequest.method,
    requests.custom(documentRequest, async ({ uri }) => {
      const kernel = await (isCompareDocument(uri) ? session.comparedKernels() : session.kernel);
      const document = readOnlyDocument(kernel, uri);
      return document ? { text: document.text } : null;
    }),
  );
  handlers.onRequest(
    listTracepointsRequest.method,
    requests.custom(listTracepointsRequest, async (params) => listTracepoints(await session.kernel, params)),
  );
  handlers.onRequest(
    tracepointCategoriesRequest.method,
    requests.custom(tracepointCategoriesRequest, async () => tracepointCategories(await session.names)),
  );
  handlers.onRequest(
    tracepointRequest.method,
    requests.custom(tracepointRequest, async ({ category, name }) =>
      describeTracepoint(await session.kernel, category, name),
    ),
  );
  handlers.onRequest(
    generateHandlerRequest.method,
    requests.custom(generateHandlerRequest, async ({ uri, baseName, ...options }) => {
      const kernel = await session.kernelWithOthers;
      if (uri === undefined) {
        const made = valueOf(generateHandler(kernel, options, baseName === undefined ? {} : { baseName }));
        return { ...made, edits: [], version: null };
      }
      const open = session.documents.get(uri);
      if (open === undefined) throw new ResponseError(requestFailed, `${uri} is not open.`);
      const document = await session.documentView(open);
      const { text } = open;
      if (text.getText() !== document.text)
        throw new ResponseError(contentModified, 'the document changed meanwhile');
      const made = valueOf(generateHandler(kernel, options, { document }));
      const edits = made.edits.map(({ span, newText }) => ({ range: toRange(text, span), newText }));
      return { ...made, edits, version: text.version };
    }),
  );
  handlers.onRequest(
    programsRequest.method,
    requests.custom(programsRequest, async ({ uri, text }) => {
      const source = await session.analyse(text ?? session.documents.get(uri)?.text.getText() ?? '');
      const positions = TextDocument.create(uri, 'c', 0, source.text);
      return programsAndMaps(source, (span) => toRange(positions, span));
    }),
  );
  handlers.onRequest(
    recordTypesRequest.method,
    requests.custom(recordTypesRequest, async ({ uri, text }) =>
      recordTypes(await session.analyse(text ?? session.documents.get(uri)?.text.getText() ?? '')),
    ),
  );
  handlers.onRequest(
    vmlinuxHeaderRequest.method,
    requests.custom(vmlinuxHeaderRequest, async () => {
      const { types, provenance } = (await session.kernel).index;
      const { machine, release } = provenance;
      return { machine, release, text: types.empty ? null : types.header(provenanceLine(provenance)) };
    }),
  );
  handlers.onRequest(
    compiledObjectRequest.method,
    requests.custom(compiledObjectRequest, ({ uri, text, object }) =>
      Promise.resolve(session.takeObject(uri, text, Buffer.from(object, 'base64'))),
    ),
  );
  handlers.onRequest(
    verdictFixesRequest.method,
    requests.custom(verdictFixesRequest, async ({ uri, verdict }) => {
      const open = session.documents.get(uri);
      if (open === undefined) return [];
      const view = await session.documentView(open);
      const { text } = open;
      if (text.getText() !== view.text) return [];
      return verdictFixes(view, verdict).map(({ title, preferred, edits }) => ({
        title,
        preferred,
        edits: edits.map(({ span, newText }) => ({ range: toRange(text, span), newText })),
      }));
    }),
  );
}

/** LSPErrorCodes.RequestFailed and .ContentModified */
const requestFailed = -32803;
const contentModified = -32801;

/** What went well; else its sentence is the answer's error. */
function valueOf<T>(generated: Generated<T>): T {
  if (generated.ok) return generated.value;
  throw new ResponseError(requestFailed, generated.message);
}
