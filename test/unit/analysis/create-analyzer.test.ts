import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cursorContext } from '#server/analysis/cursor';
import { memoryAfterCollection } from '#support/memory';
import { anyEdit, anyProgram, applyTo, randomNumbers } from './edits';
import { fixture, fixtures } from './fixtures';
import { analyse, handler, open, pathText } from './support';

describe('an open file', () => {
  it('gives after any edits what an analysis of the text from scratch gives', () => {
    fc.assert(
      fc.property(
        anyProgram,
        fc.array(fc.array(anyEdit, { minLength: 1, maxLength: 3 }), { maxLength: 6 }),
        (program, steps) => {
          const file = open(program);
          let text = program;
          for (const step of steps) {
            const edits = step.map((any) => {
              const applied = applyTo(text, any);
              ({ text } = applied);
              return applied.edit;
            });
            file.update(edits);
            expect(file.analysis.text).toBe(text);
            expect(file.analysis).toEqual(analyse(text));
          }
          file.dispose();
        },
      ),
      { numRuns: 150 },
    );
  });

  it('gives it while a program is typed, letter by letter', () => {
    const text = fixture('forms-of-read');
    const file = open('');
    for (let length = 0; length < text.length; length += 7) {
      const newText = text.slice(length, length + 7);
      file.update([{ span: { start: length, end: length }, newText }]);
      expect(file.analysis).toEqual(analyse(text.slice(0, length + 7)));
    }
    file.dispose();
  });

  it('says nothing certain about what a wrong text does not have', () => {
    const file = open(handler('\tsink = ctx->args[1];'));
    expect(file.analysis.ctxUses).toHaveLength(1);
    file.replace('int x;');
    expect(file.analysis).toMatchObject({ ctxUses: [], programs: [], text: 'int x;' });
    file.dispose();
    expect(file.analysis.text).toBe('');
  });

  it('keeps an answer that was given valid after later edits', () => {
    const file = open(handler('\tsink = ctx->args[1];'));
    const before = file.analysis;
    const copy = structuredClone(before);
    file.update([{ span: { start: 0, end: 0 }, newText: 'int inserted;\n' }]);
    expect(file.analysis).not.toEqual(before);
    expect(before).toEqual(copy);
    file.dispose();
  });

  it('says of an earlier text what it was, also where that is asked for only after later edits', () => {
    fc.assert(
      fc.property(anyProgram, fc.array(anyEdit, { minLength: 1, maxLength: 4 }), (program, edits) => {
        const file = open(program);
        const earlier = [{ text: program, analysis: file.analysis }];
        let text = program;
        for (const any of edits) {
          const applied = applyTo(text, any);
          ({ text } = applied);
          file.update([applied.edit]);
          earlier.push({ text, analysis: file.analysis });
        }
        // The newest first: what it puts in place must not be taken for what an earlier one has.
        for (const one of earlier.reverse()) expect(one.analysis).toEqual(analyse(one.text));
        file.dispose();
      }),
      { numRuns: 40 },
    );
  });

  it('asks nothing twice', () => {
    const file = open(fixture('open-latency'));
    expect(file.analysis).toBe(file.analysis);
    const [first] = file.analysis.programs;
    file.update([
      { span: { start: file.analysis.text.length, end: file.analysis.text.length }, newText: '\nint x;' },
    ]);
    expect(file.analysis.programs[0]).toBe(first);
    file.dispose();
  });
});

describe('any text', () => {
  const answers = (text: string): void => {
    const analysis = analyse(text);
    expect(analysis.text).toBe(text);
    for (const { span } of [
      ...analysis.sections,
      ...analysis.functions,
      ...analysis.structs,
      ...analysis.ctxUses,
    ]) {
      expect(span.start >= 0 && span.start <= span.end && span.end <= text.length).toBe(true);
    }
    const step = Math.max(17, Math.floor(text.length / 40));
    for (let offset = 0; offset <= text.length; offset += step) cursorContext(analysis, offset);
  };

  it('is no reason to throw: random', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 400 }), answers));
  });

  it('is no reason to throw: programs cut off', () => {
    for (const text of fixtures.values())
      for (let end = 0; end < text.length; end += 41) answers(text.slice(0, end));
  });

  it('is no reason to throw: deep nesting', () => {
    for (const piece of [
      '(',
      '{',
      '[',
      '*',
      '!',
      'a?',
      'if(a)',
      '{(',
      'x=',
      '&',
      '((int)',
      '#if A\n',
      'struct{',
      'f(',
    ]) {
      answers(handler(`sink = ctx->args[1] + ${piece.repeat(3000)}`));
      answers(piece.repeat(3000));
    }
    answers(handler(`sink = ${'ctx->args[1] + '.repeat(3000)} 1;`));
  });

  it('with 3,000 programs on 50,000 lines is analysed, and edited piece by piece', () => {
    const program = (i: number): string =>
      handler(`${'\tsink += bpf_ktime_get_ns();\n'.repeat(9)}\tsink = ctx->args[1];`).replace(
        'handle',
        `handle_${i}`,
      );
    const text = Array.from({ length: 3000 }, (_, i) => program(i)).join('');
    expect(text.split('\n').length).toBeGreaterThan(50_000);
    const file = open(text);
    expect(file.analysis.programs).toHaveLength(3000);
    expect(file.analysis.ctxUses).toHaveLength(3000);
    const at = text.indexOf('args[1]', text.length / 2) + 'args['.length;
    file.update([{ span: { start: at, end: at + 1 }, newText: '4' }]);
    expect(
      file.analysis.ctxUses.map((use) => pathText(use.path)).filter((path) => path === '.args[4]'),
    ).toHaveLength(1);
    file.update([{ span: { start: at, end: at }, newText: '{ ' }]);
    expect(file.analysis.programs).toHaveLength(3000);
    file.dispose();
  }, 120_000);
});

it('stays as large as it is over 10,000 edits', { timeout: 240_000 }, () => {
  const program = fixture('open-latency');
  const random = randomNumbers(1);
  const next = (below: number): number => Math.floor(random.next().value * below);
  const file = open(program);
  const used = (): number => {
    const { heapUsed, external } = memoryAfterCollection();
    return heapUsed + external;
  };
  let settled = 0;
  for (let i = 0; i < 10_000; i++) {
    const { text } = file.analysis;
    const start = next(text.length);
    const newText = program.slice(start, start + next(20));
    file.update([{ span: { start, end: Math.min(text.length, start + next(20)) }, newText }]);
    if (i % 100 === 99) file.replace(program);
    if (i === 2000) settled = used();
  }
  // The parser's own memory counts as `external`. One kilobyte an edit would be 8 MB.
  expect(used() - settled).toBeLessThan(3e6);
  file.dispose();
});
