/** In the parameter list under a SEC: the context that the kernel passes, as its parameter is written. */
import { parseSectionName } from '#core/bpf/section-name';
import type { ParameterCursor } from '../../analysis/cursor-model';
import type { SectionSite } from '../../analysis/model';
import { rightStructs } from '../../ctx/ctx-type';
import { parameterOf, tracedBy } from '../../traced/prototype';
import { tracedOf } from '../../traced/uses';
import { syscallMacro, syscallOf, syscallParameter } from '../../traced/syscall';
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

/** What the parameters of the macro may be, and whose they are. */
function macroParameters(
  view: DocumentView,
  { section, macro = '' }: ParameterCursor,
): { readonly declarations: readonly string[]; readonly what: string } | undefined {
  const { index } = view.kernel;
  if (syscallMacro.test(macro)) {
    const call = syscallOf(index, section.value);
    return call && { declarations: call.fields.map(syscallParameter), what: `the system call ${call.name}` };
  }
  if (!/^BPF_(?:PROG|KPROBE)$/.test(macro)) return undefined;
  const { programs } = view.source.lookup.at(section.span.start);
  const program = programs.find((one) => one.section === section);
  const traced = program ? tracedOf(view, program) : tracedBy(index.types, section.value);
  return (
    traced && { declarations: traced.values.map((_, n) => parameterOf(traced, n) ?? ''), what: traced.what }
  );
}

/** Of `BPF_PROG(name, …)`: this parameter of the traced function, and all from here on. */
function tracedParameter(view: DocumentView, cursor: ParameterCursor): readonly CompletionItem[] {
  const parameters = macroParameters(view, cursor);
  if (parameters === undefined) return [];
  const first = cursor.index;
  const declarations = parameters.declarations.slice(first);
  const texts = [declarations[0] ?? '', declarations.join(', ')].filter((text) => text !== '');
  return [...new Set(texts)].map((text, n): CompletionItem => ({
    label: text,
    labelDescription: n === 0 ? `argument ${first + 1}` : 'all that follow',
    kind: 'type',
    replace: cursor.span,
    newText: text,
    detail: `Of ${parameters.what}`,
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
