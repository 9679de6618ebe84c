/** `bpf_core_field_exists()` around a member that the kernel may not have. */
import { chainAt } from './expressions';
import { includeEdit } from './include';
import type { VerdictFix } from './model';

export const coreGuard: VerdictFix = {
  rules: ['core-relocation'],
  fix(c) {
    const { stop, text, verdict } = c;
    const { statement } = stop;
    const chain = chainAt(statement.tokens, stop.offset);
    const relocation = /<byte_off> \[\d+\] struct [\w.]+?\.([\w.]+) /.exec(verdict.kernelText)?.[1];
    if (chain?.steps.length !== 1 || relocation === undefined || chain.steps[0] !== relocation)
      return undefined;
    const whole = text.slice(chain.span.start, chain.span.end);
    const guarded = `bpf_core_field_exists(${whole}) ? ${whole} : 0`;
    const behind = text.slice(chain.span.end).trimStart()[0];
    const before = text.slice(statement.span.start, chain.span.start).trimEnd();
    const isWhole = behind === ';' && (before === 'return' || /(?:^|[^=!<>])=$/.test(before));
    return {
      title: `Read \`${relocation}\` only where the kernel has it`,
      edits: [
        ...includeEdit(c, 'bpf/bpf_core_read.h', 'bpf_core_field_exists'),
        { span: chain.span, newText: isWhole ? guarded : `(${guarded})` },
      ],
      preferred: true,
    };
  },
};
