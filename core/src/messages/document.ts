/**
 * `ebpf/document`: the text of a read-only document that the server names in its answers, such as the
 * format file that go-to-definition on a SEC string opens; null where the server knows no such document.
 */
import * as v from 'valibot';
import type { CustomRequest } from './custom-message';

/** The URI scheme of documents whose text only the server has. */
export const readOnlyScheme = 'ebpf-format';

/** The document with the format file of an event. */
export function formatDocumentUri(category: string, name: string): string {
  return `${readOnlyScheme}:/events/${category}/${name}/format`;
}

/** An event on all chosen kernels, side by side. */
export function compareDocumentUri(category: string, name: string): string {
  return `${compareRoom}${category}/${name}.txt`;
}

/** Whether the document's text depends on more kernels than the target. */
export function isCompareDocument(uri: string): boolean {
  return uri.startsWith(compareRoom);
}

const compareRoom = `${readOnlyScheme}:/compare/`;

const Params = v.object({ uri: v.string() });
const Result = v.nullable(v.object({ text: v.string() }));

export const documentRequest = {
  method: 'ebpf/document',
  params: Params,
  result: Result,
} as const satisfies CustomRequest<typeof Params, typeof Result>;
