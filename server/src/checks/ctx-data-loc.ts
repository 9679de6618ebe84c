/**
 * A `__data_loc` field is a u32: offset of the data in its low 16 bits, length in its high 16. Used as if it were the
 * string, a helper reads at address 0x0010002c, and the verifier refuses a dereference.
 */
import type { FormatField } from '#core/kernel/model';
import type { CtxUse } from '../analysis/model';
import { certainUses } from '../ctx/tracepoint-uses';
import type { TracepointUse } from '../ctx/tracepoint-uses';
import type { Check, Finding, Fix } from './check';

const stringReads = /^bpf_(?:probe_read(?:_user|_kernel)?_str|core_read(?:_user)?_str)$/;
const reads = /^bpf_(?:probe_read(?:_user|_kernel)?|core_read(?:_user)?|copy_from_user)(?:_str)?$/;
/** dst, size, src: for all of them. */
const sourceArgument = 2;

export const ctxDataLoc: Check = {
  code: 'ctx-data-loc',
  run: (view) =>
    certainUses(view).flatMap((found): Finding[] => {
      const field = dynamicField(found);
      const misuse = field && misuseOf(found.use);
      if (!misuse) return [];
      return [
        {
          code: 'ctx-data-loc',
          span: found.use.span,
          severity: misuse === 'dereference' ? 'error' : 'warning',
          dependsOnKernel: false,
          message:
            `${field.memberName} is not the ${field.elementType === 'char' ? 'string' : 'data'}: it holds where that is ` +
            `(offset in the low 16 bits, length in the high 16). ` +
            (misuse === 'dereference'
              ? 'The verifier refuses this dereference.'
              : 'The helper will read from a wrong address.'),
          fixes: misuse === 'dereference' ? [] : [locate(found.use, field)],
        },
      ];
    }),
};

function dynamicField({ use, format }: TracepointUse): FormatField | undefined {
  const [member, ...rest] = use.path;
  if (member.kind !== 'member' || rest.length > 0) return undefined;
  return format.fields.find((field) => field.dynamic && field.memberName === member.name);
}

function misuseOf(use: CtxUse): 'dereference' | 'value' | 'address' | undefined {
  if (use.access === 'read' && use.dereferenced) return 'dereference';
  const consumer = use.consumer;
  if (consumer?.argument !== sourceArgument) return undefined;
  if ((use.access === 'read' || use.access === 'core-read') && reads.test(consumer.callee)) return 'value';
  // `&ctx->__data_loc_x` as a string: reads the bytes of the u32 itself.
  if (use.access === 'probe-read' && stringReads.test(consumer.callee)) return 'address';
  return undefined;
}

function locate(use: CtxUse, field: FormatField): Fix {
  const receiver = use.receiver;
  const where =
    field.dynamic === 'rel_loc'
      ? `(void *)&${receiver}->${field.memberName} + sizeof(__u32) + (${receiver}->${field.memberName} & 0xffff)`
      : `(void *)${receiver} + (${receiver}->${field.memberName} & 0xffff)`;
  return {
    title: `Read at the offset that ${field.memberName} holds`,
    edits: [{ span: use.consumer?.argumentSpan ?? use.span, newText: where }],
    preferred: true,
  };
}
