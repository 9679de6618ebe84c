/** An event on every chosen kernel, and where the kernels differ in it. */
import { memberPath, syscallSide } from '#core/kernel/fields';
import type { EventName, FormatField, TracepointFormat } from '#core/kernel/model';
import { hasEvent } from '../session/kernel-view';
import type { KernelView } from '../view';

export interface KernelEvent {
  readonly kernel: KernelView;
  /** False where `available_events` does not list it: nothing can be attached. */
  readonly exists: boolean;
  /** Of an event that exists. */
  readonly format: TracepointFormat | undefined;
  /** The tag of its ctx struct, where the rule gives one. */
  readonly struct: string | undefined;
}

/** The target first. */
export function eventOnKernels(target: KernelView, { category, name }: EventName): readonly KernelEvent[] {
  return [target, ...target.others].map((kernel) => {
    const exists = hasEvent(kernel.index, category, name);
    const format = exists ? kernel.index.format(category, name) : undefined;
    return { kernel, exists, format, struct: format && kernel.ctxStruct(format)?.name };
  });
}

/** The chosen kernels, but the target, without the event. */
export function kernelsWithout({ others }: KernelView, { category, name }: EventName): readonly KernelView[] {
  return others.filter(({ index }) => !hasEvent(index, category, name));
}

/** The chosen kernels, but the target, whose event has no such field. */
export function kernelsWithoutField(
  { others }: KernelView,
  { category, name }: EventName,
  field: FormatField,
): readonly KernelView[] {
  return others.filter(({ index }) => {
    const format = index.format(category, name);
    return format !== undefined && fieldNamed(format, field.name) === undefined;
  });
}

export function fieldNamed(format: TracepointFormat | undefined, name: string): FormatField | undefined {
  return format?.fields.find((field) => field.name === name);
}

/** What the reader of a field has to know of it, each as words that are equal where the kernels agree. */
export interface FieldAspects {
  /** `offset 16`; for what a syscall's ctx holds `args[1]`: its record is the same everywhere. */
  readonly place: string;
  /** `8 bytes` */
  readonly size: string;
  /** What kind of value it is: kernels spell the same type in many ways. */
  readonly kind: string;
}

export function aspectsOf(format: TracepointFormat, field: FormatField): FieldAspects {
  const isSyscall = syscallSide(format) !== undefined;
  return {
    place: isSyscall ? `\`${memberPath(format, field)}\`` : `offset ${field.offset}`,
    size: `${field.size} bytes`,
    kind: kindOf(field),
  };
}

function kindOf({ dynamic, arrayLength, isPointer, signed, type }: FormatField): string {
  if (dynamic !== undefined) return dynamic;
  if (arrayLength !== undefined) return 'array';
  if (isPointer) return 'pointer';
  if (/^(?:const )?(?:struct|union)\b/.test(type)) return type;
  return signed ? 'signed' : 'unsigned';
}

/** Names of the fields of all kernels' formats: the target's in their order, then those of others. */
export function fieldNames(events: readonly KernelEvent[]): readonly string[] {
  return [...new Set(events.flatMap(({ format }) => format?.fields.map(({ name }) => name) ?? []))];
}
