/**
 * Documents that only the server has: an event's format file as the kernel printed it, a struct as the kernel's BTF has
 * it, and an event on several kernels. `ebpf-format:/events/sched/sched_switch/format`,
 * `ebpf-format:/types/task_struct.h`, `ebpf-format:/compare/sched/sched_switch.txt`.
 */
import { formatDocumentUri, readOnlyScheme } from '#core/messages/document';
import type { KernelIndex } from '#core/kernel/model';
import { provenanceLine } from '../describe/provenance';
import type { KernelView } from '../view';
import { compareEvent } from './compare-event';

export interface ReadOnlyDocument {
  readonly uri: string;
  readonly text: string;
}

export function formatDocument(
  kernel: KernelIndex,
  category: string,
  name: string,
): ReadOnlyDocument | undefined {
  const text = kernel.formatText(category, name);
  return text === undefined ? undefined : { uri: formatDocumentUri(category, name), text };
}

export function typeDocument(kernel: KernelIndex, tag: string): ReadOnlyDocument | undefined {
  const layout = kernel.types.struct(tag) ?? kernel.types.union(tag);
  if (layout === undefined) return undefined;
  const definition = kernel.types.definition(layout, { offsets: true });
  return {
    uri: `${readOnlyScheme}:/types/${tag}.h`,
    text: `// ${layout.kind} ${tag} of ${provenanceLine(kernel.provenance)}\n\n${definition.trimEnd()}\n`,
  };
}

/** The document that a URI names, as the kernels of now have it. */
export function readOnlyDocument(kernel: KernelView, uri: string): ReadOnlyDocument | undefined {
  const [scheme, path] = uri.split(':', 2);
  if (scheme !== readOnlyScheme || path === undefined) return undefined;
  const [room, ...rest] = decodeURIComponent(path).replace(/^\/+/, '').split('/');
  const [first = '', second = '', file] = rest;
  if (room === 'events' && file === 'format' && rest.length === 3)
    return formatDocument(kernel.index, first, second);
  if (room === 'types' && rest.length === 1) return typeDocument(kernel.index, first.replace(/\.h$/, ''));
  if (room === 'compare' && rest.length === 2) {
    const text = compareEvent(kernel, { category: first, name: second.replace(/\.txt$/, '') });
    return text === undefined ? undefined : { uri, text };
  }
  return undefined;
}
