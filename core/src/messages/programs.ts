/** `ebpf/programs`: the BPF programs and maps of one document, in the order of the file. */
import * as v from 'valibot';
import type { CustomRequest } from './custom-message';

const Params = v.object({
  uri: v.string(),
  /** What is in the file, for one that is not open in the server. Without it, a document that is not open has nothing. */
  text: v.exactOptional(v.string()),
});

/** Zero-based, columns in UTF-16 units, as in LSP. */
const Position = v.object({ line: v.number(), character: v.number() });

const Program = v.object({
  /** The function's name. */
  name: v.string(),
  /** The SEC string as written, for example `tp/syscalls/sys_enter_fchmodat`. */
  section: v.string(),
  /** `BPF_PROG_TYPE_…`, where the section's name is one of libbpf's. */
  programType: v.exactOptional(v.string()),
  /** The tracepoint it attaches to, for `tp/` and `tracepoint/` sections. */
  event: v.exactOptional(v.object({ category: v.string(), name: v.string() })),
  /** From `SEC` to the end of the function. */
  range: v.object({ start: Position, end: Position }),
});
export type BpfProgram = v.InferOutput<typeof Program>;

const BpfMap = v.object({
  name: v.string(),
  /** `BPF_MAP_TYPE_…`, where the definition says it. */
  type: v.exactOptional(v.string()),
  /** Of the whole definition. */
  range: v.object({ start: Position, end: Position }),
});
export type BpfMap = v.InferOutput<typeof BpfMap>;

const Result = v.object({ programs: v.array(Program), maps: v.array(BpfMap) });

export const programsRequest = {
  method: 'ebpf/programs',
  params: Params,
  result: Result,
} as const satisfies CustomRequest<typeof Params, typeof Result>;
