/** A kernel index as features and checks see it. */
import { createCtxResolver } from '#core/kernel/ctx-resolve';
import { compareEvents } from '#core/kernel/available-events';
import type { KernelIndex } from '#core/kernel/model';
import { labelsOf } from '../describe/provenance';
import type { KernelView } from '../view';

export interface KernelViewOptions {
  /** False where nobody chose this kernel. */
  readonly chosen: boolean;
  readonly others?: readonly KernelView[];
  /** Further kernels whose events are known, asked for names only. */
  readonly neighbours?: () => readonly KernelIndex[];
}

/** The target's view; the kernels beside it see the target, and each other, as their `others`. */
export function createKernelView(index: KernelIndex, options: KernelViewOptions): KernelView {
  const { chosen, others = [], neighbours = () => [] } = options;
  const distinct = [index, ...others.map((other) => other.index)].filter(
    (own, i, all) => all.findIndex((other) => isSameKernel(other, own)) === i,
  );
  const labels = labelsOf(distinct.map(({ provenance }) => provenance));
  const viewOf = (own: KernelIndex, i: number): KernelView => ({
    index: own,
    label: labels[i] ?? '',
    chosen: i > 0 || chosen,
    ctxStruct: resolverOf(own, others),
    get target() {
      return target;
    },
    get others() {
      return i === 0 ? rest : [target, ...rest.filter((view) => view.index !== own)];
    },
    elsewhere(category, name) {
      const known = [...distinct, ...neighbours()]
        .filter((other) => other.provenance.release !== own.provenance.release)
        .filter((other) => hasEvent(other, category, name))
        .map(({ provenance }) => `${provenance.release} (${provenance.machine})`);
      return [...new Set(known)];
    },
  });
  const target = viewOf(index, 0);
  const rest = distinct.slice(1).map((own, i) => viewOf(own, i + 1));
  return target;
}

/** What a view has worked out of its index stays. */
function resolverOf(own: KernelIndex, views: readonly KernelView[]): KernelView['ctxStruct'] {
  const view = views.find(({ index }) => index === own);
  return view === undefined ? createCtxResolver(own) : (format) => view.ctxStruct(format);
}

/** Read from one place, whether or not twice. */
function isSameKernel(a: KernelIndex, b: KernelIndex): boolean {
  const key = ({ provenance: { source, location, release } }: KernelIndex) =>
    `${source} ${location} ${release}`;
  return key(a) === key(b);
}

/** Whether `available_events` lists it: binary search in the sorted list. */
export function hasEvent(index: KernelIndex, category: string, name: string): boolean {
  const { events } = index;
  let low = 0;
  for (let high = events.length; low < high;) {
    const middle = (low + high) >> 1;
    const event = events[middle];
    if (event !== undefined && compareEvents(event, { category, name }) < 0) low = middle + 1;
    else high = middle;
  }
  const found = events[low];
  return found?.category === category && found.name === name;
}
