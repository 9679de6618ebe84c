/** `args[1]` followed by ` filename`: what the kernel calls it, where the source does not say it. */
import type { Program, Span } from '../analysis/model';
import { fieldOfUse } from '../ctx/field';
import { eventName, tracepointUses } from '../ctx/tracepoint-uses';
import { registerUses } from '../traced/registers';
import { syscallMacro, syscallOf, syscallParameter } from '../traced/syscall';
import { tracedOf, tracedUse } from '../traced/uses';
import type { DocumentView } from '../view';

export interface InlayHint {
  /** Right behind the expression. */
  readonly offset: number;
  readonly label: string;
  readonly tooltip: string;
}

export function inlayHints(view: DocumentView, range: Span): readonly InlayHint[] {
  return [
    ...fieldHints(view, range),
    ...argumentHints(view, range),
    ...registerHints(view, range),
    ...parameterHints(view, range),
  ];
}

/** `BPF_KSYSCALL(name, int fd, const char *path)`: what the kernel calls the parameters that are named otherwise. */
function parameterHints(view: DocumentView, range: Span): readonly InlayHint[] {
  return view.source.lookup.within(range).programs.flatMap((program): InlayHint[] => {
    const { macro, parameters, span } = program.function;
    if (macro === undefined || span.end < range.start || span.start > range.end) return [];
    return parameters.flatMap(({ name, nameSpan }, n): InlayHint[] => {
      const offset = nameSpan?.end;
      if (offset === undefined || offset < range.start || offset > range.end) return [];
      const own = kernelParameter(view, program, n);
      // `ctx_` stands for a `ctx`, which is the macro's own.
      if (own === undefined || own.name === '' || own.name === name || `${own.name}_` === name) return [];
      return [{ offset, label: own.name, tooltip: own.tooltip }];
    });
  });
}

function kernelParameter(
  view: DocumentView,
  program: Program,
  n: number,
): { readonly name: string; readonly tooltip: string } | undefined {
  const { section, function: fn } = program;
  if (syscallMacro.test(fn.macro ?? '')) {
    const call = syscallOf(view.kernel.index, section.value);
    const field = call?.fields[n];
    return call && field
      ? { name: field.name, tooltip: `${syscallParameter(field)} of the system call ${call.name}` }
      : undefined;
  }
  const traced = /^BPF_(?:PROG|KPROBE)$/.test(fn.macro ?? '') ? tracedOf(view, program) : undefined;
  const value = traced?.values[n];
  if (traced === undefined || value === undefined || n === traced.returned) return undefined;
  const declaration = traced.types.declaration(value.type, value.name);
  return { name: value.name, tooltip: `${declaration} of ${traced.what}` };
}

/** `ctx->args[1]` of a raw tracepoint, `ctx[1]` of a traced function. */
function argumentHints(view: DocumentView, range: Span): readonly InlayHint[] {
  return view.source.lookup.within(range).ctxUses.flatMap((use): InlayHint[] => {
    const offset = use.span.end;
    if (offset < range.start || offset > range.end) return [];
    const found = tracedUse(view, use);
    const value = found?.traced.values[found.index];
    if (found === undefined || value === undefined || value.name === '') return [];
    const declaration = found.traced.types.declaration(value.type, value.name);
    return [{ offset, label: value.name, tooltip: `${declaration} of ${found.traced.what}` }];
  });
}

/** `PT_REGS_PARM2(ctx)` of a kprobe. What `PT_REGS_RC` is, it says itself. */
function registerHints(view: DocumentView, range: Span): readonly InlayHint[] {
  return registerUses(view, range).flatMap(({ span, traced, index }): InlayHint[] => {
    const value = traced.values[index];
    const offset = span.end;
    if (value === undefined || value.name === '' || index === traced.returned) return [];
    if (offset < range.start || offset > range.end) return [];
    const declaration = traced.types.declaration(value.type, value.name);
    return [{ offset, label: value.name, tooltip: `${declaration} of ${traced.what}` }];
  });
}

function fieldHints(view: DocumentView, range: Span): readonly InlayHint[] {
  return tracepointUses(view, range).flatMap(({ use, format }): InlayHint[] => {
    const last = use.path.at(-1);
    if (last === undefined || last.kind === 'member') return [];
    const offset = use.span.end;
    if (offset < range.start || offset > range.end) return [];
    const used = fieldOfUse(view, use, format);
    // An element of an array (`comm[0]`) belongs to a field that the source names.
    if (
      used === undefined ||
      use.path.some((step) => step.kind === 'member' && step.name === used.field.memberName)
    )
      return [];
    return [{ offset, label: used.field.name, tooltip: `${used.field.declaration} of ${eventName(format)}` }];
  });
}
