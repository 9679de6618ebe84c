/** In the parameter list under a SEC: the context that the kernel passes, as its parameter is written. */
import { parseSectionName } from '#core/bpf/section-name';
import type { ParameterCursor } from '../../analysis/cursor-model';
import type { SectionSite } from '../../analysis/model';
import { rightStructs } from '../../ctx/ctx-type';
import { formatAt, type DocumentView } from '../../view';
import type { CompletionItem } from './item';

export function completeCtxType(view: DocumentView, cursor: ParameterCursor): readonly CompletionItem[] {
  // A macro's parameters are the traced function's, and a program has one context.
  if (cursor.macro !== undefined || cursor.index > 0) return [];
  return ctxParameters(view, cursor.section).map((parameter, rank): CompletionItem => ({
    label: parameter,
    labelDescription: cursor.section.value,
    kind: 'type',
    replace: cursor.span,
    newText: parameter,
    ...(rank === 0 && { detail: `The context of ${cursor.section.value}` }),
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
