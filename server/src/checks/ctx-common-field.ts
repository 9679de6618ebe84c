/**
 * The first eight bytes of a record (`ent`, `common_*`) hold a pointer of the kernel's own when BPF runs: the verifier
 * refuses a direct load, and a copy through a helper gives rubbish.
 */
import type { CtxUse } from '../analysis/model';
import { commonMessage } from '../ctx/messages';
import { recordRead } from '../ctx/read';
import { certainUses } from '../ctx/tracepoint-uses';
import type { Check, Finding, Fix } from './check';

const commonBytes = 8;

export const ctxCommonField: Check = {
  code: 'ctx-common-field',
  run: (view) =>
    certainUses(view).flatMap(({ use }): Finding[] => {
      const refused = use.access === 'read' || use.access === 'write';
      if (!refused && use.access !== 'core-read' && use.access !== 'probe-read') return [];
      const read = recordRead(view, use);
      if (!read || read.size === 0 || (refused && read.isAddress) || read.offset >= commonBytes) return [];
      // Copying the whole of a struct from its start touches these bytes too, but reads on purpose what follows.
      if (!refused && read.offset + read.size > commonBytes) return [];
      return [
        {
          code: 'ctx-common-field',
          span: use.span,
          severity: refused ? 'error' : 'warning',
          dependsOnKernel: false,
          message: refused
            ? commonMessage
            : 'The common fields of a tracepoint record (the first 8 bytes) do not hold what the format says when BPF runs: this reads rubbish.',
          fixes: read.offset === 4 && refused ? [currentThread(use)] : [],
        },
      ];
    }),
};

/** `common_pid` is the id of the current thread. */
function currentThread(use: CtxUse): Fix {
  return {
    title: 'Read the thread id with bpf_get_current_pid_tgid()',
    edits: [{ span: use.span, newText: '(__u32)bpf_get_current_pid_tgid()' }],
    preferred: true,
  };
}
