/** A struct of the target kernel in Markdown. */
import type { KernelIndex } from '#core/kernel/model';
import { code, inline, paragraphs } from './markdown';
import { provenanceLine } from './provenance';

/** A definition longer than this is a document, not a hover. */
const maxLines = 40;

/** `events`: those whose context it is. Undefined where the kernel has no such struct. */
export function describeStruct(
  kernel: KernelIndex,
  tag: string,
  events: readonly string[],
): string | undefined {
  const layout = kernel.types.struct(tag) ?? kernel.types.union(tag);
  if (layout === undefined) return undefined;
  const lines = kernel.types.definition(layout).trimEnd().split('\n');
  const shown =
    lines.length <= maxLines
      ? lines
      : [...lines.slice(0, maxLines), `\t/* ${lines.length - maxLines} more lines */`];
  return paragraphs([
    code(shown.join('\n')),
    events.length === 0 ? undefined : `The context of ${events.map(inline).join(', ')}`,
    `${layout.size} bytes · *${provenanceLine(kernel.provenance)}*`,
  ]);
}
