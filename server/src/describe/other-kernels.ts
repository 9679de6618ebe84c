/** What the chosen kernels say differently of an event or a field, in plain words; undefined where they agree. */
import { inWords } from './words';
import { aspectsOf, fieldNamed, fieldNames, type KernelEvent } from '../compare/event';
import type { KernelView } from '../view';
import { declarationOf } from './declaration';
import { inline } from './markdown';

/** `not on 5.10-debian-amd64` */
export function notOn(kernels: readonly KernelView[]): string | undefined {
  return kernels.length === 0 ? undefined : `not on ${labels(kernels)}`;
}

/** Kernels without the event, with another ctx struct for it, and with fields that the target's format has not. */
export function eventDifferences(events: readonly KernelEvent[]): string | undefined {
  const [target] = events;
  const added = fieldNames(events).filter((name) => fieldNamed(target?.format, name) === undefined);
  const more = added.map((name) => {
    const having = events.filter(({ format }) => fieldNamed(format, name) !== undefined);
    return `${inline(name)} on ${labels(having.map(({ kernel }) => kernel))}`;
  });
  const structs = events.map(({ kernel, struct }) => [kernel, struct && inline(`struct ${struct}`)] as const);
  return sentences([
    notOn(events.filter(({ exists }) => !exists).map(({ kernel }) => kernel)),
    different(structs),
    target?.format === undefined || more.length === 0 ? undefined : `also ${more.join(', ')}`,
  ]);
}

/** Kernels without the field, and those that keep it in another place, size or kind. */
export function fieldDifferences(events: readonly KernelEvent[], name: string): string | undefined {
  const fields = events.flatMap(({ kernel, format }) => {
    const field = fieldNamed(format, name);
    return format && field ? [{ kernel, field, aspects: aspectsOf(format, field) }] : [];
  });
  const missing = events.filter(({ exists, format }) => !exists || (format && !fieldNamed(format, name)));
  const isOneKind = new Set(fields.map(({ aspects }) => aspects.kind)).size < 2;
  return sentences([
    notOn(missing.map(({ kernel }) => kernel)),
    withOwn(fields.map(({ kernel, aspects }) => [kernel, aspects.place])),
    withOwn(fields.map(({ kernel, aspects }) => [kernel, aspects.size])),
    isOneKind
      ? undefined
      : different(fields.map(({ kernel, field }) => [kernel, inline(declarationOf(field))])),
  ]);
}

type Values = readonly (readonly [kernel: KernelView, value: string | undefined])[];

/** `offset 24 on a, offset 16 here` */
function withOwn(values: Values): string | undefined {
  const elsewhere = different(values);
  return elsewhere && `${elsewhere}, ${values[0]?.[1] ?? ''} here`;
}

/** `offset 24 on a, offset 16 on b and c`: the values that are not the first kernel's; undefined where all have the same. */
function different(values: Values): string | undefined {
  const byValue = new Map<string, KernelView[]>();
  for (const [kernel, value] of values)
    if (value !== undefined && value !== values[0]?.[1])
      byValue.set(value, [...(byValue.get(value) ?? []), kernel]);
  if (byValue.size === 0) return undefined;
  return Array.from(byValue, ([value, kernels]) => `${value} on ${labels(kernels)}`).join(', ');
}

const labels = (kernels: readonly KernelView[]) => inWords(kernels.map(({ label }) => label));

function sentences(parts: readonly (string | undefined)[]): string | undefined {
  const said = parts.flatMap((part = '') =>
    part === '' ? [] : [`${part.charAt(0).toUpperCase()}${part.slice(1)}.`],
  );
  return said.length === 0 ? undefined : said.join(' ');
}
