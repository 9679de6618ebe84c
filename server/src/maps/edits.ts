/** Edits of a map's definition: fields that are added, replaced or taken away with their lines. */
import type { Fix } from '../checks/check';
import type { MapBody, MapField } from './definition';

type Edit = Fix['edits'][number];

/** Behind the last field, in a line of its own where that has one; what `__array` declares must stay the last. */
export function added(text: string, { fields, span }: MapBody, field: string): Edit {
  const last = fields.findLast(({ macro }) => macro !== '__array');
  const at = last?.span.end ?? span.start;
  const indent = last && /\n([ \t]*)$/.exec(text.slice(0, last.span.start))?.[1];
  return {
    span: { start: at, end: at },
    newText: indent === undefined ? ` ${field}` : `\n${indent}${field}`,
  };
}

export function removed(text: string, { span }: MapField): Edit {
  const { start, end } = span;
  const line = /\n?[ \t]*$/.exec(text.slice(0, start))?.[0].length ?? 0;
  return { span: { start: start - line, end }, newText: '' };
}

export const replaced = ({ span }: MapField, newText: string): Edit => ({ span, newText });
