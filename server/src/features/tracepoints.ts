/** The events of the target kernel as views and commands of an editor want them: searched, and described one by one. */
import { fieldFacts } from '#core/kernel/fields';
import type { FormatField, TracepointFormat } from '#core/kernel/model';
import type { ParamsOf, ResultOf } from '#core/messages/custom-message';
import type { listTracepointsRequest } from '#core/messages/list-tracepoints';
import type { TracepointCategory } from '#core/messages/tracepoint-categories';
import type { TracepointDescription, TracepointField, tracepointRequest } from '#core/messages/tracepoint';
import { isWorthHaving } from '../generate/tasks';
import { hasEvent } from '../session/kernel-view';
import { kernelSummary } from '../session/kernels';
import type { KernelView } from '../view';
import { sectionNames } from './completion/names';

export function listTracepoints(
  kernel: KernelView,
  { query, limit, category }: ParamsOf<typeof listTracepointsRequest>,
): ResultOf<typeof listTracepointsRequest> {
  const { index } = kernel;
  const { events, total } = sectionNames(index).countEvents(query, limit, category);
  const items = events.map(({ category, name }) => {
    const format = index.format(category, name);
    const struct = format && kernel.ctxStruct(format)?.name;
    return {
      category,
      name,
      ...(struct !== undefined && { struct }),
      ...(format && { fields: format.fields.map((field) => field.name) }),
    };
  });
  return { items, total };
}

export function tracepointCategories({ index }: KernelView): TracepointCategory[] {
  return [...sectionNames(index).categories];
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
  const layout = struct === undefined ? undefined : index.types.struct(struct);
  const description: TracepointDescription = {
    category,
    name,
    section: `tp/${category}/${name}`,
    ...(struct !== undefined && { struct }),
    ...(layout && { structText: index.types.definition(layout) }),
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
    worthHaving: isWorthHaving(format, field),
  };
}
