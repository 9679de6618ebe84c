/** Programs that are generated for all bundled kernels at once: the checks say of them which kernels lack the event, and no more. */
import { expect, it } from 'vitest';
import { kernelsWithout } from '#server/compare/event';
import { testAnalyzer } from '#support/analyzer';
import { severalKernels } from '#support/bundled';
import { findingsOf } from '#support/check-fixture';
import { batches, program } from '#support/generated';

it.each([
  ['5.10-debian-amd64', 1330],
  ['6.18-microvm-amd64', 2305],
] as const)('%s: every event', { timeout: 120_000 }, async (id, count) => {
  const analyzer = await testAnalyzer();
  const kernel = await severalKernels(id);
  const { events } = kernel.index;
  const said: string[] = [];
  for (const some of batches(events)) {
    const text = program(kernel, { events: some });
    for (const { code, span, holdsOn } of await findingsOf(text, { analyzer, kernel }))
      said.push(`${code} ${text.slice(span.start, span.end)} ${holdsOn?.join()}`);
  }
  const expected = events.flatMap((event) => {
    const missing = kernelsWithout(kernel, event).map(({ label }) => label);
    return missing.length === 0
      ? []
      : [`unknown-tracepoint tp/${event.category}/${event.name} ${missing.join()}`];
  });
  expect(said.sort()).toEqual(expected.sort());
  expect(events).toHaveLength(count);
});
