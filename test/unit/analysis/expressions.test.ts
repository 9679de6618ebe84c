/** Accesses are kept between edits, function by function: after any edits they are those of the text from scratch. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SourceAnalysis } from '#server/analysis/model';
import { membersOf } from '#server/members/steps';
import { anyEdit, anyProgram, applyTo } from './edits';
import { fixtures } from './fixtures';
import { analyse, open } from './support';

/** Every access with what its members are called and what stands there in the file. */
function accessesOf({ text, expressions }: SourceAnalysis) {
  return expressions.functions.flatMap(({ start, nameSpan, accesses }) =>
    accesses.map(({ expression, use, certain, plain, used, inside }) => ({
      function: text.slice(nameSpan.start, nameSpan.end),
      members: Array.from(membersOf(expression), ({ name, nameSpan: span }) => [
        name,
        text.slice(span.start + start, span.end + start),
      ]),
      ...{ use, certain, plain, used, inside },
    })),
  );
}

describe('member accesses', () => {
  it('stand where their names stand', () => {
    const all = [...fixtures.values()].flatMap((text) => accessesOf(analyse(text)));
    expect(all.length).toBeGreaterThan(100);
    for (const { members } of all) for (const [name, written] of members) expect(written).toBe(name);
  });

  it('are after any edits what an analysis from scratch gives', () => {
    fc.assert(
      fc.property(anyProgram, fc.array(anyEdit, { maxLength: 6 }), (program, edits) => {
        const file = open(program);
        let text = program;
        for (const any of edits) {
          const applied = applyTo(text, any);
          ({ text } = applied);
          file.update([applied.edit]);
          expect(accessesOf(file.analysis)).toEqual(accessesOf(analyse(text)));
        }
        file.dispose();
      }),
      { numRuns: 60 },
    );
  });

  it('are found at cursors, wherever they stand, and nothing throws', () => {
    let found = 0;
    for (const text of fixtures.values()) {
      const { expressions } = analyse(text);
      for (let offset = 0; offset <= text.length; offset += 3) if (expressions.memberAt(offset)) found++;
    }
    expect(found).toBeGreaterThan(100);
  });
});
