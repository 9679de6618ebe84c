/** Each program of rejects/ is refused by the running kernel, and explained: the right line, the right rule, the right cause. */
import { expect, it } from 'vitest';
import { describeUnless } from '#support/requirement';
import { rejectedFiles, rejectHeaders, rejectsFolder } from './rejects/corpus';
import { judgeSource } from './rejects/judge';
import { loadRejected, whyNotLoaded } from './rejects/load';

const files = rejectedFiles(rejectsFolder);
const headers = rejectHeaders(rejectsFolder);

describeUnless(whyNotLoaded(), 'rejected programs', () => {
  for (const file of files) {
    it(`explains the ${file.programs.length} programs of ${file.name}`, async () => {
      const judged = await judgeSource({ ...file, headers }, (object) => loadRejected(object, file));
      const said = file.programs.map(({ name, cause }) => {
        const { verdict, explanation } = judged.get(name) ?? {};
        const [first, second] = explanation?.labels ?? [];
        return {
          name,
          rule: explanation?.rule ?? `${verdict?.load ?? 'not loaded'}: ${verdict?.log.slice(0, 2000) ?? ''}`,
          line: first?.position.line,
          ...(cause !== undefined && { cause: second?.position.line }),
        };
      });
      const expected = file.programs.map(({ name, rule, line, cause }) => ({
        name,
        rule,
        line,
        ...(cause !== undefined && { cause }),
      }));
      expect(said).toEqual(expected);
      for (const { explanation } of judged.values()) {
        expect(explanation?.sentence).not.toMatch(/undefined|[{}]|\(\?\)/);
        expect(explanation?.help).not.toBe('');
      }
    });
  }

  it('has at least 120 programs, for more than 100 rules', () => {
    const programs = files.flatMap((file) => file.programs);
    expect(programs.length).toBeGreaterThanOrEqual(120);
    expect(new Set(programs.map(({ rule }) => rule)).size).toBeGreaterThan(100);
  });
});
