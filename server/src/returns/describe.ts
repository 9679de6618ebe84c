/** Return values in words, for messages and for Markdown. */
import { returnValues, type ReturnValue } from '#core/bpf/return-values';
import type { SectionDef } from '#core/bpf/sections';

/** `XDP_PASS`, or the number. */
export const nameOf = ({ name, value }: ReturnValue): string => name ?? String(value);

/** `1` or `XDP_PASS` (2) */
export const valueTitle = (one: ReturnValue): string =>
  one.name === undefined ? `\`${one.value}\`` : `\`${one.name}\` (${one.value})`;

export function describeReturns(def: SectionDef): string | undefined {
  const values = returnValues(def);
  if (values.length === 0) return undefined;
  return `Returns\n${values.map((one) => `- ${valueTitle(one)} ${one.text}`).join('\n')}`;
}
