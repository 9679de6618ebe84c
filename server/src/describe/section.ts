/** What a libbpf section is, in Markdown. */
import type { SectionDef } from '#core/bpf/sections';
import { describeReturns } from '../returns/describe';
import { code, inline, paragraphs } from './markdown';

export function describeSection(def: SectionDef): string {
  const target = def.targetForm === undefined ? '' : `/${def.targetForm}`;
  return paragraphs([
    code(`SEC("${def.name}${target}")`),
    def.summary,
    contextOf(def),
    [def.programType, ...(def.attachType === undefined ? [] : [def.attachType])].map(inline).join(' · ') +
      (def.sleepable ? ' · sleepable' : ''),
    describeReturns(def),
  ]);
}

function contextOf({ context, macro }: SectionDef): string | undefined {
  if (context === undefined) return undefined;
  const unpacked = macro === undefined ? '' : `, or its values through ${inline(`${macro}(name, …)`)}`;
  return `Context: ${inline(context)}${unpacked}`;
}
