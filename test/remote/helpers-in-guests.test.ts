/** Which kinds of programs may call which helpers, as the verifiers of older kernels say. */
import { expect, onTestFinished, test } from 'vitest';
import { compareHelpers } from '#support/bpf/helper-programs';
import { guestProber } from '#support/bpf/probe';
import { bootGuest } from '#support/guests/guest';
import { readGuestKernel } from '#support/guests/kernel';
import { requireGuests } from '#support/guests/requirements';
import { describeUnless } from '#support/requirement';

/** With at least so many pairs, and so many of them refused. */
const kernels = [
  ['5.10-amd64', 12_000, 8_000],
  ['6.1-amd64', 14_000, 8_000],
  ['6.12-amd64', 15_000, 8_000],
] as const;

describeUnless(await requireGuests(...kernels.map(([id]) => id)), 'helper-unavailable', () => {
  test.each(kernels)(
    '%s: every kind of program and helper',
    async (id, leastPairs, leastRefused) => {
      const guest = await bootGuest(id);
      onTestFinished(() => guest.kill());
      const { view } = await readGuestKernel(guest);
      const { pairs, refused, disagreements } = await compareHelpers(view, await guestProber(guest));
      expect(disagreements).toEqual([]);
      expect(pairs).toBeGreaterThanOrEqual(leastPairs);
      expect(refused).toBeGreaterThanOrEqual(leastRefused);
      // A verifier under emulation, asked 28,000 times.
    },
    600_000,
  );
});
