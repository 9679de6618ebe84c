/** The thread's id from its helper: the verifier lets no program read it from the record. */
import type { VerdictFix } from './model';

export const threadId: VerdictFix = {
  rules: ['ctx-common-field'],
  fix({ stop, text }) {
    const ctx = stop.function.parameters[0];
    const { statement } = stop;
    if (!stop.program || stop.function.macro !== undefined || !ctx?.type.startsWith('struct '))
      return undefined;
    const isEntry = ctx.type.includes('trace_entry');
    const pattern = new RegExp(
      String.raw`\b${ctx.name}->(?:${isEntry ? 'pid' : String.raw`ent\.pid|common_pid`})\b`,
      'g',
    );
    const found = [...text.slice(statement.span.start, statement.span.end).matchAll(pattern)];
    const [only] = found;
    if (!only || found.length > 1) return undefined;
    const start = statement.span.start + only.index;
    const span = { start, end: start + only[0].length };
    if (/^(?:=(?!=)|\+\+|--)/.test(text.slice(span.end).trimStart())) return undefined;
    return {
      title: 'Read the thread’s id with `bpf_get_current_pid_tgid()`',
      edits: [{ span, newText: '(__u32)bpf_get_current_pid_tgid()' }],
      preferred: true,
    };
  },
};
