/**
 * A read of a field of ctx that some of the chosen kernels lack, made right on all of them: libbpf answers
 * `bpf_core_field_exists()` when the program is loaded, and the verifier never looks at what stands behind a "no".
 */
import { endOfGroup } from '../analysis/mask';
import type { CtxUse, Span } from '../analysis/model';
import type { Fix } from '../checks/check';
import { relocationOf } from '../ctx/ctx-type';
import { definitionOf, recordRead } from '../ctx/read';
import { inWords } from '../describe/words';
import type { DocumentView } from '../view';
import { includeEdit } from './include';
import type { Edit } from './model';
import { functionBody, statementAt, type Statement } from './statements';

/** For all of them, or undefined where one cannot be guarded, or no other of the chosen kernels has it. */
export function fieldGuard(view: DocumentView, uses: readonly CtxUse[]): Fix | undefined {
  const edits = uses.map((use) => guard(view, use));
  const sure = edits.filter((edit) => edit !== undefined).sort((a, b) => a.span.start - b.span.start);
  const overlap = sure.some(({ span }, i) => span.start < (sure[i - 1]?.span.end ?? 0));
  if (uses.length === 0 || sure.length < edits.length || overlap) return undefined;
  const names = [
    ...new Set(uses.flatMap(({ path: [first] }) => (first.kind === 'member' ? [first.name] : []))),
  ];
  return {
    title: `Read ${inWords(names)} only where the kernel has ${names.length === 1 ? 'it' : 'them'}`,
    edits: [...includeEdit(view, 'bpf/bpf_core_read.h', 'bpf_core_field_exists'), ...sure],
    preferred: true,
    portable: true,
  };
}

function guard(view: DocumentView, use: CtxUse): Edit | undefined {
  const [member] = use.path;
  if (member.kind !== 'member' || use.via === 'copy') return undefined;
  const kernel = view.kernel.others.find((other) => isFound({ ...view, kernel: other }, use));
  const statement = statementOf(view, use);
  if (kernel === undefined || statement === undefined) return undefined;
  const exists = `bpf_core_field_exists(${use.receiver}->${member.name})`;
  const value = valueSpan({ ...view, kernel }, use);
  return value === undefined
    ? wholeStatement(view, statement, exists)
    : conditional(view, value, exists, statement);
}

function isFound(view: DocumentView, use: CtxUse): boolean {
  const { structName } = use;
  const isKernels = structName !== undefined && definitionOf(view, structName).kind === 'kernel';
  return isKernels && relocationOf(view, use) === 'found';
}

function statementOf({ text, source }: DocumentView, { span }: CtxUse): Statement | undefined {
  const fn = source.functions.find(({ bodySpan }) => bodySpan.start < span.start && span.end < bodySpan.end);
  const body = fn && functionBody(text, fn.bodySpan);
  return body && statementAt(body, span.start);
}

/** The expression whose value is a number or a pointer: `ctx->node`, `BPF_CORE_READ(ctx, node)`. */
function valueSpan(view: DocumentView, use: CtxUse): Span | undefined {
  const read = recordRead(view, use);
  if (read === undefined || read.isAddress || use.dereferenced || ![1, 2, 4, 8].includes(read.size))
    return undefined;
  if (use.access === 'read') return use.span;
  const before = /\bBPF_CORE_READ\s*\([^(),]*,\s*$/.exec(view.text.slice(0, use.span.start));
  const after = /^\s*\)/.exec(view.text.slice(use.span.end));
  if (use.access !== 'core-read' || before === null || after === null) return undefined;
  return { start: before.index, end: use.span.end + after[0].length };
}

function conditional({ text }: DocumentView, span: Span, exists: string, statement: Statement): Edit {
  const guarded = `${exists} ? ${text.slice(span.start, span.end)} : 0`;
  const before = text.slice(statement.span.start, span.start).trimEnd();
  const isWhole =
    text.slice(span.end).trimStart().startsWith(';') && /(?:^return|(?:^|[^=!<>])=)$/.test(before);
  return { span, newText: isWhole ? guarded : `(${guarded})` };
}

/** Of one call in a block: `bpf_probe_read_kernel_str(e->comm, sizeof(e->comm), ctx->comm);` */
function wholeStatement(
  { text }: DocumentView,
  { kind, head, parent, span }: Statement,
  exists: string,
): Edit | undefined {
  const isCall = head[0]?.kind === 'word' && head[1]?.text === '(' && endOfGroup(head, 1) === head.length;
  if (kind !== 'simple' || !isCall || parent?.kind !== 'block') return undefined;
  const indent = /[\t ]*$/.exec(text.slice(0, span.start))?.[0] ?? '';
  const at = { start: span.start, end: span.start };
  return { span: at, newText: `if (${exists})\n${indent}${indent.startsWith(' ') ? '    ' : '\t'}` };
}
