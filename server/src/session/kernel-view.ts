/** A kernel index as features and checks see it. */
import { createCtxResolver } from '#core/kernel/ctx-resolve';
import { compareEvents } from '#core/kernel/available-events';
import type { KernelIndex } from '#core/kernel/model';
import type { KernelView } from '../view';

export interface KernelViewOptions {
  /** False where nobody chose this kernel. */
  readonly chosen: boolean;
  readonly others?: readonly KernelView[];
  /** Further kernels whose events are known, asked for names only. */
  readonly neighbours?: () => readonly KernelIndex[];
}

export function createKernelView(index: KernelIndex, options: KernelViewOptions): KernelView {
  const { chosen, others = [], neighbours = () => [] } = options;
  return {
    index,
    chosen,
    others,
    ctxStruct: createCtxResolver(index),
    elsewhere(category, name) {
      const labels = [...others.map((other) => other.index), ...neighbours()]
        .filter((other) => other.provenance.release !== index.provenance.release)
        .filter((other) => hasEvent(other, category, name))
        .map(({ provenance }) => `${provenance.release} (${provenance.machine})`);
      return [...new Set(labels)];
    },
  };
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
