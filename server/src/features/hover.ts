/**
 * Hover: the event of a SEC string, the field behind a use of ctx, a struct of the kernel. What stands where comes from
 * the analysis, what it means from the target kernel.
 */
import { dataSectionSummary } from '#core/bpf/data-sections';
import { parseSectionName } from '#core/bpf/section-name';
import type { EventName } from '#core/kernel/model';
import type { CtxUse, SectionSite, Span } from '../analysis/model';
import { rightStructs } from '../ctx/ctx-type';
import { fieldOfUse } from '../ctx/field';
import { stripFlavour } from '../ctx/read';
import { eventName, formatOf } from '../ctx/tracepoint-uses';
import { describeEvent } from '../describe/event';
import { describeField } from '../describe/field';
import { paragraphs } from '../describe/markdown';
import { describeSection } from '../describe/section';
import { describeStruct } from '../describe/struct';
import { describeSyscall, describeSyscallArgument } from '../describe/syscall';
import { describeArgument, describeTraced } from '../describe/traced';
import { hasEvent } from '../session/kernel-view';
import { tracedBy } from '../traced/prototype';
import { registerUses } from '../traced/registers';
import { syscallMacro, syscallOf } from '../traced/syscall';
import { tracedOf, tracedUse } from '../traced/uses';
import { contains, type DocumentView, type KernelView } from '../view';
import { externHover } from './extern-hover';
import { kfuncHover } from './kfunc-hover';
import { mapHover } from './map-hover';
import { memberHover } from './member-hover';
import { operationHover } from './operation-hover';
import { returnHover } from './return-hover';
import { tagAt } from './word';

export interface Hover {
  readonly markdown: string;
  /** What the answer is about. */
  readonly span: Span;
}

export function hover(view: DocumentView, offset: number): Hover | undefined {
  const here = view.source.lookup.at(offset);
  const section = here.sections.find(({ span }) => contains(span, offset));
  if (section !== undefined) return sectionHover(view, section);
  const use = innermost(here.ctxUses.filter(({ span }) => contains(span, offset)));
  const value = use && (fieldHover(view, use) ?? argumentHover(view, use));
  return (
    value ??
    parameterHover(view, offset) ??
    registerHover(view, offset) ??
    mapHover(view, offset) ??
    operationHover(view, offset) ??
    kfuncHover(view, offset) ??
    externHover(view, offset) ??
    structHover(view, offset) ??
    memberHover(view, offset) ??
    returnHover(view, offset)
  );
}

function sectionHover(view: DocumentView, site: SectionSite): Hover | undefined {
  const span = site.literal ?? site.span;
  const { tracepoint } = site;
  const data = site.on === 'variable' ? dataSectionSummary(site.value) : undefined;
  if (data !== undefined) return { markdown: data, span };
  const having = tracepoint && kernelWith(view, tracepoint);
  if (having) return { markdown: describeEvent(having, tracepoint.category, tracepoint.name), span };
  const def = parseSectionName(site.value)?.def;
  if (def === undefined) return undefined;
  const { index } = view.kernel;
  const program = view.source.lookup.at(site.span.start).programs.find(({ section }) => section === site);
  const traced = program ? tracedOf(view, program) : tracedBy(index.types, site.value);
  const call = def.macro === 'BPF_KSYSCALL' ? syscallOf(index, site.value) : undefined;
  const prototype = call
    ? describeSyscall(index, call)
    : traced && describeTraced(index, traced, def.macro ?? 'BPF_PROG');
  return { markdown: paragraphs([describeSection(def), prototype]), span };
}

/** `ctx->args[n]` of a raw tracepoint, `ctx[n]` of a traced function. */
function argumentHover(view: DocumentView, use: CtxUse): Hover | undefined {
  const found = tracedUse(view, use);
  const read = view.text.slice(use.span.start, use.span.end);
  const markdown = found && describeArgument(view.kernel.index, found.traced, found.index, read);
  return markdown === undefined ? undefined : { markdown, span: use.span };
}

/** The name of a parameter of `BPF_PROG(name, …)`. */
function parameterHover(view: DocumentView, offset: number): Hover | undefined {
  for (const program of view.source.lookup.at(offset).programs) {
    const { parameters, macro = '' } = program.function;
    const n = parameters.findIndex(({ nameSpan }) => nameSpan !== undefined && contains(nameSpan, offset));
    const span = parameters[n]?.nameSpan;
    if (span === undefined) continue;
    if (syscallMacro.test(macro)) {
      const call = syscallOf(view.kernel.index, program.section.value);
      const text = call && describeSyscallArgument(view.kernel.index, call, n);
      return text === undefined ? undefined : { markdown: text, span };
    }
    if (!/^BPF_(?:PROG|KPROBE|KRETPROBE)$/.test(macro)) continue;
    const traced = tracedOf(view, program);
    const markdown = traced && describeArgument(view.kernel.index, traced, n);
    return markdown === undefined ? undefined : { markdown, span };
  }
  return undefined;
}

/** `PT_REGS_PARM2(ctx)` of a kprobe, `PT_REGS_RC(ctx)` of a kretprobe. */
function registerHover(view: DocumentView, offset: number): Hover | undefined {
  const use = registerUses(view, { start: offset, end: offset }).find(({ span }) => contains(span, offset));
  if (use === undefined) return undefined;
  const read = view.text.slice(use.span.start, use.span.end);
  const markdown = describeArgument(view.kernel.index, use.traced, use.index, read);
  return markdown === undefined ? undefined : { markdown, span: use.span };
}

/** The target where it has the event, else another of the chosen kernels. */
function kernelWith({ kernel }: DocumentView, { category, name }: EventName): KernelView | undefined {
  return [kernel, ...kernel.others].find(({ index }) => hasEvent(index, category, name));
}

function fieldHover(seen: DocumentView, use: CtxUse): Hover | undefined {
  const { tracepoint } = use.programs[0].section;
  const kernel = tracepoint && kernelWith(seen, tracepoint);
  const view = kernel === undefined ? seen : { ...seen, kernel };
  const format = formatOf(view, use.programs[0]);
  const used = format && fieldOfUse(view, use, format);
  if (format === undefined || used === undefined) return undefined;
  const ctx = /^\w+$/.test(use.receiver) ? use.receiver : 'ctx';
  return { markdown: describeField(view.kernel, format, used.field, ctx), span: use.span };
}

/** A struct's tag, with the events of this file whose context it is. */
function structHover(view: DocumentView, offset: number): Hover | undefined {
  const found = tagAt(view.text, offset);
  if (found === undefined) return undefined;
  const written = view.text.slice(found.span.start, found.span.end);
  const tag = stripFlavour(written);
  const events = view.source.programs.flatMap((program) => {
    const format = formatOf(view, program);
    const isCtx = program.ctx.kind === 'struct' && program.ctx.structName === written;
    return format && isCtx && rightStructs(view, format).includes(tag) ? [eventName(format)] : [];
  });
  const markdown = describeStruct(view.kernel.index, tag, [...new Set(events)]);
  return markdown === undefined ? undefined : { markdown, span: found.span };
}

function innermost(uses: readonly CtxUse[]): CtxUse | undefined {
  return [...uses].sort((a, b) => a.span.end - a.span.start - (b.span.end - b.span.start))[0];
}
