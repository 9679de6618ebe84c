/** Work on many items, a few at a time. */
import { availableParallelism } from 'node:os';

/**
 * The results, in the order of the items. As many items are under way as the machine has processors, and one more: most
 * of what tests do here waits for another process, or for the kernel.
 */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results = new Map<number, Result>();
  const waiting = items.entries();
  const worker = async () => {
    // The iterator is shared: every worker takes what is next.
    for (const [n, item] of waiting) results.set(n, await work(item));
  };
  await Promise.all(Array.from({ length: availableParallelism() + 1 }, worker));
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
}
