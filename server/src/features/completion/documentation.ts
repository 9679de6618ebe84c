/** What an item of completion is about, in Markdown; asked for when the item is looked at. */
import { SECTIONS } from '#core/bpf/section-table';
import { describeEvent } from '../../describe/event';
import { describeField } from '../../describe/field';
import { describeSection } from '../../describe/section';
import type { KernelView } from '../../view';
import type { Subject } from './item';

export function documentation(kernel: KernelView, subject: Subject): string | undefined {
  switch (subject.kind) {
    case 'event':
      return describeEvent(kernel, subject.category, subject.name, 'list');
    case 'section': {
      const def = SECTIONS.find(({ name }) => name === subject.name);
      return def && describeSection(def);
    }
    case 'field': {
      const format = kernel.index.format(subject.category, subject.name);
      const field = format?.fields.find(({ name }) => name === subject.field);
      return format && field && describeField(kernel.index, format, field);
    }
  }
}
