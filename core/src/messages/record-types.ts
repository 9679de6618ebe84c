/**
 * `ebpf/recordTypes`: which types the programs of a document send through which map, as far as the source says it. The
 * object decides (core/src/decode/record-types.ts); this is for where it leaves a choice.
 */
import * as v from 'valibot';
import type { CustomRequest } from './custom-message';

const Params = v.object({
  uri: v.string(),
  /** What is in the file, for one that is not open in the server. */
  text: v.exactOptional(v.string()),
});

const Result = v.object({
  maps: v.array(
    v.object({
      map: v.string(),
      /** As the source has them, each once: `struct event`, `event_t`. */
      types: v.array(v.string()),
    }),
  ),
});

export const recordTypesRequest = {
  method: 'ebpf/recordTypes',
  params: Params,
  result: Result,
} as const satisfies CustomRequest<typeof Params, typeof Result>;
