/** The requests of our own, declared in core/src/messages: what views and commands of an editor ask. */
import type { MessageConnection } from 'vscode-jsonrpc';
import { parseSectionName } from '#core/bpf/section-name';
import { bundledKernelsRequest } from '#core/messages/bundled-kernels';
import { documentRequest } from '#core/messages/document';
import { listTracepointsRequest } from '#core/messages/list-tracepoints';
import { programsRequest, type BpfProgram } from '#core/messages/programs';
import { tracepointRequest } from '#core/messages/tracepoint';
import { describeTracepoint, listTracepoints } from '../features/tracepoints';
import { readOnlyDocument } from '../features/read-only-documents';
import { bundledKernels } from '../kernel/bundled';
import { toRange } from './convert';
import type { FeatureContext } from './features';

export function serveCustomRequests(connection: MessageConnection, context: FeatureContext): void {
  const { session, requests, environment } = context;

  connection.onRequest(
    bundledKernelsRequest.method,
    requests.custom(bundledKernelsRequest, async () => [
      ...(await bundledKernels(environment.places.bundledDir)),
    ]),
  );
  connection.onRequest(
    documentRequest.method,
    requests.custom(documentRequest, async ({ uri }) => {
      const document = readOnlyDocument((await session.kernel).index, uri);
      return document ? { text: document.text } : null;
    }),
  );
  connection.onRequest(
    listTracepointsRequest.method,
    requests.custom(listTracepointsRequest, async ({ query, limit }) =>
      listTracepoints(await session.kernel, query, limit),
    ),
  );
  connection.onRequest(
    tracepointRequest.method,
    requests.custom(tracepointRequest, async ({ category, name }) =>
      describeTracepoint(await session.kernel, category, name),
    ),
  );
  connection.onRequest(
    programsRequest.method,
    requests.custom(programsRequest, async ({ uri }) => {
      const document = session.documents.get(uri);
      if (document === undefined) return { programs: [] };
      const { source } = await session.documentView(document);
      const programs = source.programs.map(({ section, function: fn }): BpfProgram => {
        const programType = parseSectionName(section.value)?.def.programType;
        const { tracepoint } = section;
        return {
          name: fn.name,
          section: section.value,
          ...(programType !== undefined && { programType }),
          ...(tracepoint && { event: { category: tracepoint.category, name: tracepoint.name } }),
          range: toRange(document.text, { start: section.span.start, end: fn.span.end }),
        };
      });
      return { programs };
    }),
  );
}
