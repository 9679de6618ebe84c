/** Return values in words, for messages and for Markdown. */
import { returnValues, type ReturnValue } from '#core/bpf/return-values';
import type { SectionDef } from '#core/bpf/sections';

/** `XDP_PASS`, or the number. */
export const nameOf = ({ name, value }: ReturnValue): string => name ?? String(value);

/** `1`, or `XDP_PASS` (2), with what it does. */
export function describeReturn(one: ReturnValue): string {
  return `\`${nameOf(one)}\`${one.name === undefined ? '' : ` (${one.value})`} ${one.text}`;
}

/** All that a section may return, as a list. */
export function describeReturns(def: SectionDef): string | undefined {
  const values = returnValues(def).map((one) => `- ${describeReturn(one)}`);
  return values.length === 0 ? undefined : `**Returns**\n\n${values.join('\n')}`;
}
