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

const Params = v.object({ uri: v.string() });
const Result = v.nullable(v.object({ text: v.string() }));

export const documentRequest = {
  method: 'ebpf/document',
  params: Params,
  result: Result,
} as const satisfies CustomRequest<typeof Params, typeof Result>;
