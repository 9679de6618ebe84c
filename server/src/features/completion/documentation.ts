/** What an item of completion is about, in Markdown; asked for when the item is looked at. */
import { SECTIONS } from '#core/bpf/section-table';
import { describeEvent } from '../../describe/event';
import { describeField } from '../../describe/field';
import { helperText } from '../../describe/helper';
import { describeMapWord } from '../../describe/map';
import { describeSection } from '../../describe/section';
import type { HelperDocs } from '../../helpers/docs';
import { helperNamed } from '../../helpers/helpers';
import type { KernelView } from '../../view';
import type { Subject } from './item';

export async function documentation(
  kernel: KernelView,
  subject: Subject,
  docs: () => Promise<HelperDocs>,
): Promise<string | undefined> {
  switch (subject.kind) {
    case 'event':
      return describeEvent(kernel, subject.category, subject.name, 'list');
    case 'section': {
      const def = SECTIONS.find(({ name }) => name === subject.name);
      return def && describeSection(def);
    }
    case 'map':
      return describeMapWord(subject.name, kernel.index.types);
    case 'helper': {
      const helper = helperNamed(subject.name);
      return helper && helperText(helper, (await docs()).get(helper.name));
    }
    case 'field': {
      const format = kernel.index.format(subject.category, subject.name);
      const field = format?.fields.find(({ name }) => name === subject.field);
      return format && field && describeField(kernel, format, field);
    }
  }
}
