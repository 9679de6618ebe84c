/** What was chosen last time, so that it is preselected next time. Kept per workspace. */
import * as v from 'valibot';
import type { EventName } from '#core/kernel/model';
import { Delivery, ProcessFact } from '#core/messages/generate-handler';
import { eventKey, type Answers } from './answers';

const key = 'ebpf.generateHandler';

/** How many events are offered again. */
const recentEvents = 8;

const Memory = v.object({
  recent: v.array(v.object({ category: v.string(), name: v.string() })),
  delivery: v.exactOptional(Delivery),
  pair: v.boolean(),
  process: v.array(ProcessFact),
  loader: v.picklist(['none', 'c', 'go']),
});
export type Memory = v.InferOutput<typeof Memory>;

/** Where it is kept: VS Code's Memento, as far as it is needed. */
export interface Store {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const initial: Memory = { recent: [], pair: false, process: ['pid', 'comm'], loader: 'none' };

export function recall(store: Store): Memory {
  const kept = v.safeParse(Memory, store.get(key));
  return kept.success ? kept.output : initial;
}

/** Filters and fields belong to one program and are not kept. */
export async function remember(store: Store, answers: Answers): Promise<void> {
  const { events, delivery, pair, process, loader } = answers;
  const recent = events.map(({ category, name }) => ({ category, name }));
  const isOld = (event: EventName) => !recent.some((another) => eventKey(another) === eventKey(event));
  const memory: Memory = {
    recent: [...recent, ...recall(store).recent.filter(isOld)].slice(0, recentEvents),
    delivery,
    pair,
    process: [...process],
    loader,
  };
  await store.update(key, memory);
}
