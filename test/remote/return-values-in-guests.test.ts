/** Which constants programs may return, as the verifiers of older kernels say. */
import { expect, onTestFinished, test } from 'vitest';
import { checkSource } from '#server/check-source';
import { testAnalyzer } from '#support/analyzer';
import { ask, guestProber } from '#support/bpf/probe';
import { returnedConstants, returnPrograms } from '#support/bpf/return-programs';
import { bootGuest } from '#support/guests/guest';
import { readGuestKernel } from '#support/guests/kernel';
import { requireGuests } from '#support/guests/requirements';
import { describeUnless } from '#support/requirement';

/** With at least so many programs that the kernel takes, and so many of them refused. */
const kernels = [
  ['5.10-amd64', 750, 250],
  ['6.1-amd64', 850, 300],
  ['6.12-amd64', 950, 400],
] as const;

const refusal = /At program exit the |can't modify return value/;

describeUnless(await requireGuests(...kernels.map(([id]) => id)), 'return-value', () => {
  test.each(kernels)('%s: every section and constant', async (id, leastAsked, leastRefused) => {
    const guest = await bootGuest(id);
    onTestFinished(() => guest.kill());
    const { view } = await readGuestKernel(guest);
    const programs = returnPrograms();
    const answers = await ask(
      programs.map(({ def, target, value }) => ({ def, target, asks: { returns: value } })),
      await guestProber(guest),
    );
    const text = programs.map((program) => program.text).join('');
    const findings = await checkSource(text, { analyzer: await testAnalyzer(), kernel: view });
    const starts = findings.flatMap(({ code, span }) => (code === 'return-value' ? [span.start] : []));

    let position = 0;
    const judged = programs.map(({ text: own, section, value }, n) => {
      const [start, end] = [position, position + own.length];
      position = end;
      const reported = starts.some((at) => at >= start && at < end);
      const answer = answers[n];
      const refused = answer !== undefined && answer.errno !== 0 && refusal.test(answer.line);
      return { section, value, reported, refused, taken: answer?.errno === 0 };
    });
    // Of some sections a kernel takes no program at all.
    const taken = new Set(judged.flatMap((one) => (one.taken ? [one.section] : [])));
    const asked = judged.filter(({ section }) => taken.has(section));
    expect(asked.filter(({ reported, refused }) => reported !== refused)).toEqual([]);
    expect(asked.length).toBe(taken.size * returnedConstants.length);
    expect(asked.length).toBeGreaterThanOrEqual(leastAsked);
    expect(asked.filter(({ refused }) => refused).length).toBeGreaterThanOrEqual(leastRefused);
  });
});
