/** Generated handlers for kernels that do not run here. */
import { expect, test } from 'vitest';
import type { EventName } from '#core/kernel/model';
import { createKernelView, hasEvent } from '#server/session/kernel-view';
import { bundledKernel, bundledKernelIds, bundledView, type BundledId } from '#support/bundled';
import { compileBpf } from '#support/bpf/compile';
import { bundledHeader, loadAsOn } from '#support/bpf/other-kernels';
import { requireKernel } from '#support/bpf/requirements';
import { batches, program, refused } from '#support/generated';
import { inParallel } from '#support/in-parallel';
import { describeUnless } from '#support/requirement';

describeUnless(requireKernel(), 'handlers for other kernels', () => {
  test.each(bundledKernelIds)(
    '%s: every event compiles with its own types, and one object is relocated for each kernel that has it',
    async (id) => {
      const { kernel, others } = await besideOthers(id);
      const { events } = kernel.index;
      const loaded = await inParallel(batches(events), async (batch) => {
        const path = await compiled(id, program(kernel, { events: batch }));
        for (const other of others) {
          const there = batch.filter((e) => hasEvent(other.view.index, e.category, e.name));
          expect(await loadedOn(other.id, path, there)).toBe(there.length);
        }
        return loadedOn(id, path, batch);
      });
      expect(sum(loaded)).toBe(events.length);
    },
  );

  test.each(bundledKernelIds)(
    '%s: so does every handler that is another for this kernel alone',
    async (id) => {
      const kernel = await bundledView(id);
      const beside = await besideOthers(id);
      const others = kernel.index.events.filter(
        (event) => program(kernel, { events: [event] }) !== program(beside.kernel, { events: [event] }),
      );
      expect(others.length).toBeGreaterThan(50);
      const loaded = await inParallel(batches(others), async (batch) =>
        loadedOn(id, await compiled(id, program(kernel, { events: batch })), batch),
      );
      expect(sum(loaded)).toBe(others.length);
    },
  );
});

/** The kernel as it is seen where a program is written for all others too. */
async function besideOthers(id: BundledId) {
  const others = await Promise.all(
    bundledKernelIds
      .filter((other) => other !== id)
      .map(async (other) => ({
        id: other,
        view: createKernelView(await bundledKernel(other), { chosen: true }),
      })),
  );
  const views = others.map(({ view }) => view);
  return { kernel: createKernelView(await bundledKernel(id), { chosen: true, others: views }), others };
}

/** The path of the object. */
async function compiled(id: BundledId, text: string): Promise<string> {
  const { path, messages } = await compileBpf(text, {
    kernel: { header: await bundledHeader(id) },
    flags: ['-Wall', '-Werror'],
  });
  expect(messages).toBe('');
  return path;
}

/** How many programs of these events are in the object, all of which load. */
async function loadedOn(id: BundledId, path: string, events: readonly EventName[]): Promise<number> {
  const sections = new Set(events.map((e) => `tp/${e.category}/${e.name}`));
  const verdicts = (await loadAsOn(id, path)).filter(({ section }) => sections.has(section));
  expect(refused(verdicts)).toEqual([]);
  return verdicts.length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
