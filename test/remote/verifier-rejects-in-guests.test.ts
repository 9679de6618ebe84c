/**
 * The programs of test/kernel/rejects, refused by older kernels, whose logs have no file names, other words and fewer
 * registers: the same rule on the same line. What an older kernel cannot know is left out by its mark (`//- since:`).
 */
import { expect, onTestFinished, test } from 'vitest';
import { bootGuest } from '#support/guests/guest';
import { loadInGuest } from '#support/guests/loader';
import { requireGuests } from '#support/guests/requirements';
import { describeUnless } from '#support/requirement';
import { forKernel, rejectedFiles, rejectHeaders, rejectsFolder } from '../kernel/rejects/corpus';
import { judgeSource } from '../kernel/rejects/judge';

/** With at least so many programs that the kernel is asked about. */
const kernels = [
  ['5.10-amd64', 130],
  ['6.1-amd64', 150],
  ['6.12-amd64', 175],
] as const;
const headers = rejectHeaders(rejectsFolder);

interface Found {
  readonly name: string;
  readonly rule: string;
  readonly line: number | undefined;
  readonly cause?: number | undefined;
}

describeUnless(await requireGuests(...kernels.map(([id]) => id)), 'rejected programs', () => {
  test.each(kernels)('%s: the rule, the line and the cause', async (id, least) => {
    const guest = await bootGuest(id);
    onTestFinished(() => guest.kill());
    const release = id.replace(/-.*/, '');
    const said: Found[] = [];
    const expected: Found[] = [];
    for (const file of rejectedFiles(rejectsFolder)) {
      if (file.capabilities !== undefined) continue;
      const { text, programs } = forKernel(file, release);
      if (programs.length === 0) continue;
      const judged = await judgeSource({ text, headers, flags: file.flags }, (object) =>
        loadInGuest(guest, object, { attach: false }),
      );
      for (const { name, rule, line, cause } of programs) {
        const { verdict, explanation } = judged.get(name) ?? {};
        const [first, second] = explanation?.labels ?? [];
        said.push({
          name: `${file.name}: ${name}`,
          rule: explanation?.rule ?? `${verdict?.load ?? 'not loaded'}: ${verdict?.log.slice(-2000) ?? ''}`,
          line: first?.position.line,
          ...(cause !== undefined && { cause: second?.position.line }),
        });
        expected.push({ name: `${file.name}: ${name}`, rule, line, ...(cause !== undefined && { cause }) });
      }
    }
    expect(said).toEqual(expected);
    expect(said.length).toBeGreaterThanOrEqual(least);
  });
});
