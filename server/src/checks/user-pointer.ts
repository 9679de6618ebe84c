/**
 * The arguments of a system call that are pointers, and what a uprobe is given, are addresses of the process. The verifier refuses to read through
 * them, and a helper that reads the kernel's memory does not reach them: it fails and leaves zeros.
 */
import { fieldFacts } from '#core/kernel/fields';
import { tokenize } from '../analysis/lexer';
import type { CtxUse, Program, Span } from '../analysis/model';
import { fieldOfUse } from '../ctx/field';
import { certainUses } from '../ctx/tracepoint-uses';
import { certainOf } from '../helpers/bodies';
import {
  counterparts,
  initialized,
  isVariable,
  readsFrom,
  sourceArgument,
  writesOf,
  type Read,
} from '../traced/user-reads';
import { isUserProbe, isUserRegister, userParameters, type UserParameter } from '../traced/user-values';
import type { DocumentView } from '../view';
import type { Check, Finding } from './check';
import { unlessSilentBefore } from './silence';

export const userPointer: Check = {
  code: 'user-pointer',
  run: (view) => [
    ...view.source.programs.flatMap((program) => probes(view, program)),
    ...certainUses(view).flatMap(({ use, format }): readonly Finding[] => {
      const field = use.access === 'read' ? fieldOfUse(view, use, format)?.field : undefined;
      if (field === undefined || fieldFacts(format, field).value !== 'user-pointer') return [];
      if (use.dereferenced) return [refused(use.span, field.name)];
      const reads = use.consumer === undefined ? readsOfLocal(view, use) : readsOf(use.consumer);
      return reads.map((read) => failing(read, field.name));
    }),
  ],
};

function refused(span: Span, name: string): Finding {
  return {
    code: 'user-pointer',
    span,
    severity: 'error',
    dependsOnKernel: true,
    message: `${name} points into the memory of the process: the verifier refuses to read through it. Copy what is there with bpf_probe_read_user() or bpf_probe_read_user_str().`,
    fixes: [],
  };
}

function failing({ callee, calleeSpan, argumentSpan }: Read, name: string): Finding {
  const right = counterparts.get(callee) ?? '';
  return {
    code: 'user-pointer',
    span: argumentSpan,
    severity: 'warning',
    dependsOnKernel: true,
    message: `${name} points into the memory of the process, which ${callee}() does not read: it fails and leaves zeros. Use ${right}().`,
    fixes: [
      { title: `Change to ${right}()`, edits: [{ span: calleeSpan, newText: right }], preferred: true },
    ],
  };
}

function readsOf(consumer: NonNullable<CtxUse['consumer']>): readonly Read[] {
  return consumer.argument === sourceArgument && counterparts.has(consumer.callee) ? [consumer] : [];
}

/** Most functions call none of these, and need not be taken apart. */
const mayRead = /\bbpf_(?:probe_read_kernel|core_read)/;

/** Of `const char *name = (const char *)ctx->args[1];`, where nothing else is ever put into the variable. */
function readsOfLocal({ text }: DocumentView, { programs, span }: CtxUse): readonly Read[] {
  const [program, ...others] = programs;
  const { bodySpan } = program.function;
  if (others.length > 0 || span.start < bodySpan.start || span.end > bodySpan.end) return [];
  if (!mayRead.test(text.slice(bodySpan.start, bodySpan.end))) return [];
  const tokens = tokenize(text, bodySpan.start, bodySpan.end);
  const name = initialized(tokens, span);
  if (name === undefined || tokens.some(({ kind }) => kind === 'directive')) return [];
  return writesOf(tokens, name) === 1 ? readsFrom(tokens, isVariable(name)) : [];
}

const probes = unlessSilentBefore('user-pointer', ofProbe);

/** Of a program of `BPF_KSYSCALL`, or in a program of user space. */
function ofProbe(view: DocumentView, program: Program): readonly Finding[] {
  const { section, function: fn } = program;
  if (section.conditional || fn.conditional) return [];
  const parameters = userParameters(view, program);
  if (parameters.length === 0 && !isUserProbe(program)) return [];
  const { start, end } = fn.bodySpan;
  // Most programs do neither, and need not be taken apart.
  const body = view.text.slice(start, end);
  const mayFollow = parameters.some(({ name }) =>
    new RegExp(`\\*\\s*${name}\\b|\\b${name}\\s*\\[`).test(body),
  );
  if (!mayRead.test(body) && !mayFollow) return [];
  const tokens = tokenize(view.text, start, end);
  if (tokens.some(({ kind }) => kind === 'directive')) return [];
  const unchanged = parameters.filter(({ name }) => writesOf(tokens, name) === 0);
  return [
    ...unchanged.flatMap(({ name }) =>
      readsFrom(tokens, isVariable(name)).map((read) => failing(read, name)),
    ),
    ...dereferences(view, program, unchanged).map(({ span, name }) => refused(span, name)),
    ...readsFrom(tokens, (source) => isUserRegister(program, source)).map((read) =>
      failing(read, view.text.slice(read.argumentSpan.start, read.argumentSpan.end)),
    ),
  ];
}

/** `return name[0];`, `return *name;`, and the same as arguments of bpf_printk: what is read there is used. */
function dereferences(
  { source }: DocumentView,
  { function: fn }: Program,
  parameters: readonly UserParameter[],
): readonly { readonly span: Span; readonly name: string }[] {
  // Of a pointer to a struct or to a pointer, less is certain.
  const plain = parameters.filter(({ type }) =>
    /^(?:const )?(?:unsigned |signed )?\w+ (?:const )?\*$/.test(type),
  );
  if (plain.length === 0) return [];
  return certainOf(source, fn).flatMap(({ certain }) => {
    const used = certain[0]?.text === 'return' || certain[0]?.text === 'bpf_printk';
    if (!used || certain.some(({ text: word }) => word === '&')) return [];
    return certain.flatMap((token, n) => {
      const isPlain = plain.some(({ name }) => name === token.text);
      const before = certain.slice(Math.max(0, n - 2), n);
      const star = before.at(-1);
      const isRead = star?.text === '*' && /^(?:return|[(,=+])$/.test(before[0]?.text ?? '');
      const close = certain[n + 3];
      if (isPlain && isRead) return [{ span: { start: star.start, end: token.end }, name: token.text }];
      if (!isPlain || certain[n + 1]?.text !== '[' || close?.text !== ']') return [];
      return [{ span: { start: token.start, end: close.end }, name: token.text }];
    });
  });
}
