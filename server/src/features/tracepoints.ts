/** The events of the target kernel as views and commands of an editor want them: searched, and described one by one. */
import { fieldFacts } from '#core/kernel/fields';
import type { FormatField, TracepointFormat } from '#core/kernel/model';
import type { ResultOf } from '#core/messages/custom-message';
import type { listTracepointsRequest } from '#core/messages/list-tracepoints';
import type { TracepointDescription, TracepointField, tracepointRequest } from '#core/messages/tracepoint';
import { hasEvent } from '../session/kernel-view';
import { kernelSummary } from '../session/kernels';
import type { KernelView } from '../view';
import { sectionNames } from './completion/names';

export function listTracepoints(
  kernel: KernelView,
  query: string,
  limit: number,
): ResultOf<typeof listTracepointsRequest> {
  const { index } = kernel;
  const found =
    query.trim() === '' ? index.events : sectionNames(index).searchEvents(query, index.events.length);
  const items = found.slice(0, limit).map(({ category, name }) => {
    const format = index.format(category, name);
    const struct = format && kernel.ctxStruct(format)?.name;
    return {
      category,
      name,
      ...(struct !== undefined && { struct }),
      ...(format && { fields: format.fields.map((field) => field.name) }),
    };
  });
  return { items, total: found.length };
}

export function describeTracepoint(
  kernel: KernelView,
  category: string,
  name: string,
): ResultOf<typeof tracepointRequest> {
  const { index } = kernel;
  if (!hasEvent(index, category, name)) return null;
  const format = index.format(category, name);
  const struct = format && kernel.ctxStruct(format)?.name;
  const description: TracepointDescription = {
    category,
    name,
    section: `tp/${category}/${name}`,
    ...(struct !== undefined && { struct }),
    fields: format === undefined ? [] : format.fields.map((field) => describeField(format, field)),
    recordSize: format !== undefined && Number.isFinite(format.recordSize) ? format.recordSize : 0,
    format: index.formatText(category, name) ?? '',
    kernel: kernelSummary(index.provenance),
  };
  return description;
}

function describeField(format: TracepointFormat, field: FormatField): TracepointField {
  const { name, declaration, type, offset, size, signed, dynamic } = field;
  const { argument, value } = fieldFacts(format, field);
  return {
    ...{ name, declaration, type, offset, size, signed },
    ...(argument !== undefined && { argument }),
    ...(value === 'user-pointer' && { pointer: 'user' as const }),
    ...(value === 'kernel-pointer' && { pointer: 'kernel' as const }),
    ...(dynamic !== undefined && { dynamic }),
  };
}
