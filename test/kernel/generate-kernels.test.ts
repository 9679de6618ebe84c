/** Generated handlers for kernels that do not run here. */
import { expect, test } from 'vitest';
import { createKernelView, hasEvent } from '#server/session/kernel-view';
import { bundledKernel, bundledKernelIds, bundledView } from '#support/bundled';
import { compileBpf } from '#support/bpf/compile';
import { bundledHeader, loadAsOn } from '#support/bpf/other-kernels';
import { requireKernel } from '#support/bpf/requirements';
import { batches, program, refused } from '#support/generated';
import { inParallel } from '#support/in-parallel';
import { describeUnless } from '#support/requirement';

describeUnless(requireKernel(), 'handlers for other kernels', () => {
  // The fifth is the kind of kernel that generate.test.ts attaches everything to.
  test.each(bundledKernelIds.slice(0, 4))(
    '%s: every event compiles with its own types, and is relocated',
    async (id) => {
      const kernel = await bundledView(id);
      const compiledFor = { header: await bundledHeader(id) };
      const judged = await inParallel(batches(kernel.index.events), async (events) => {
        const { path, messages } = await compileBpf(program(kernel, { events }), {
          kernel: compiledFor,
          flags: ['-Wall', '-Werror'],
        });
        expect(messages).toBe('');
        const verdicts = await loadAsOn(id, path);
        expect(refused(verdicts)).toEqual([]);
        return verdicts;
      });
      expect(judged.flat()).toHaveLength(kernel.index.events.length);
    },
  );

  test.each(bundledKernelIds)(
    '%s: checked against all others, one object is relocated for each',
    async (id) => {
      const ids = bundledKernelIds.filter((other) => other !== id);
      const others = await Promise.all(
        ids.map(async (other) => createKernelView(await bundledKernel(other), { chosen: true })),
      );
      const kernel = createKernelView(await bundledKernel(id), { chosen: true, others });
      const compiledFor = { header: await bundledHeader(id) };
      await inParallel(batches(kernel.index.events), async (events) => {
        const { path, messages } = await compileBpf(program(kernel, { events }), {
          kernel: compiledFor,
          flags: ['-Wall', '-Werror'],
        });
        expect(messages).toBe('');
        for (const [n, other] of others.entries()) {
          const there = new Set(
            events
              .filter((e) => hasEvent(other.index, e.category, e.name))
              .map((e) => `tp/${e.category}/${e.name}`),
          );
          const verdicts = (await loadAsOn(ids[n] ?? id, path)).filter(({ section }) => there.has(section));
          expect(verdicts).toHaveLength(there.size);
          expect(refused(verdicts)).toEqual([]);
        }
      });
    },
  );
});
