/** In the parameter list under a SEC: the context that the kernel passes, as its parameter is written. */
import { parseSectionName } from '#core/bpf/section-name';
import type { ParameterCursor } from '../../analysis/cursor-model';
import type { SectionSite } from '../../analysis/model';
import { rightStructs } from '../../ctx/ctx-type';
import { parameterOf, tracedBy } from '../../traced/prototype';
import { formatAt, type DocumentView } from '../../view';
import type { CompletionItem } from './item';

export function completeCtxType(view: DocumentView, cursor: ParameterCursor): readonly CompletionItem[] {
  if (cursor.macro !== undefined) return tracedParameter(view, cursor);
  // A program has one context.
  if (cursor.index > 0) return [];
  return ctxParameters(view, cursor.section).map((parameter, rank): CompletionItem => ({
    label: parameter,
    labelDescription: cursor.section.value,
    kind: 'type',
    replace: cursor.span,
    newText: parameter,
    ...(rank === 0 && { detail: `The context of ${cursor.section.value}` }),
  }));
}

/** Of `BPF_PROG(name, …)`: this parameter of the traced function, and all from here on. */
function tracedParameter(view: DocumentView, cursor: ParameterCursor): readonly CompletionItem[] {
  const traced = tracedBy(view.kernel.index.types, cursor.section.value);
  if (traced === undefined || !/^BPF_(?:PROG|KPROBE)$/.test(cursor.macro ?? '')) return [];
  const first = cursor.index;
  const declarations = traced.values.slice(first).map((_, n) => parameterOf(traced, first + n) ?? '');
  const texts = [declarations[0] ?? '', declarations.join(', ')].filter((text) => text !== '');
  return [...new Set(texts)].map((text, n): CompletionItem => ({
    label: text,
    labelDescription: n === 0 ? `argument ${first + 1}` : 'all that follow',
    kind: 'type',
    replace: cursor.span,
    newText: text,
    detail: `Of ${traced.what}`,
  }));
}

/** `struct trace_event_raw_sys_enter *ctx`; best first, empty where the section or the kernel does not say. */
export function ctxParameters(view: DocumentView, section: SectionSite): readonly string[] {
  if (section.tracepoint !== undefined) {
    const format = formatAt(view, section.tracepoint);
    return format === undefined ? [] : rightStructs(view, format).map((tag) => `struct ${tag} *ctx`);
  }
  const context = parseSectionName(section.value)?.def.context;
  return context === undefined || context.includes('<') ? [] : [context];
}
