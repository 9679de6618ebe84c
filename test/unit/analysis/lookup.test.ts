import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { PlaceLists, SourceAnalysis, Span } from '#server/analysis/model';
import { anyEdit, anyProgram, applyTo } from './edits';
import { analyse, handler, open } from './support';

const touches = (span: Span, { start, end }: Span): boolean => span.start <= end && start <= span.end;

/** What a search through the whole lists finds, in their order. */
function touching(lists: PlaceLists, place: Span) {
  const { sections, programs, functions, maps, ctxUses, ctxNames } = lists;
  return {
    sections: sections.filter(({ span }) => touches(span, place)),
    programs: programs.filter(
      ({ section, function: fn }) => touches(section.span, place) || touches(fn.span, place),
    ),
    functions: functions.filter(({ span }) => touches(span, place)),
    maps: maps.filter(({ span }) => touches(span, place)),
    ctxUses: ctxUses.filter(({ span }) => touches(span, place)),
    ctxNames: ctxNames.filter(({ scope }) => touches(scope, place)),
  };
}

/** The same objects, not just equal ones. */
function expectSame(found: ReturnType<typeof touching>, plain: ReturnType<typeof touching>): void {
  for (const key of ['sections', 'programs', 'functions', 'maps', 'ctxUses', 'ctxNames'] as const) {
    const isSame =
      found[key].length === plain[key].length && found[key].every((item, n) => item === plain[key][n]);
    if (!isSame) expect(found[key]).toEqual(plain[key]);
    if (!isSame) throw new Error(`${key} are equal, but other objects`);
  }
}

/** Where something begins or ends, and right beside it. */
function places({ text, sections, functions, maps, ctxUses, ctxNames }: SourceAnalysis): readonly number[] {
  const spans = [...sections, ...functions, ...maps, ...ctxUses].map(({ span }) => span);
  const edges = [...spans, ...ctxNames.map(({ scope }) => scope)].flatMap(({ start, end }) => [start, end]);
  return [...new Set([0, text.length, ...edges.flatMap((at) => [at - 1, at, at + 1])])];
}

function expectEquivalent(source: SourceAnalysis, offsets: readonly number[]): void {
  for (const [n, offset] of offsets.entries()) {
    const at = { start: offset, end: offset };
    expectSame(touching(source.lookup.at(offset), at), touching(source, at));
    const other = offsets[(n * 7) % offsets.length] ?? offset;
    const span = { start: Math.min(offset, other), end: Math.max(offset, other) };
    expectSame(touching(source.lookup.within(span), span), touching(source, span));
    const before = source.sections.findLast((site) => site.span.end <= offset);
    if (source.lookup.lastSection(offset) !== before) expect(source.lookup.lastSection(offset)).toBe(before);
  }
  for (const { name } of source.functions) expect(source.lookup.definesFunction(name)).toBe(true);
  expect(source.lookup.definesFunction('no_such_function')).toBe(false);
}

it('finds at any place what a search through the lists finds, after any edits', () => {
  fc.assert(
    fc.property(
      anyProgram,
      fc.array(anyEdit, { maxLength: 4 }),
      fc.boolean(),
      (program, edits, isAskedFirst) => {
        const file = open(program);
        let text = program;
        for (const any of edits) {
          const applied = applyTo(text, any);
          ({ text } = applied);
          file.update([applied.edit]);
          // Before the lists are put together, and behind it.
          if (isAskedFirst) touching(file.analysis.lookup.at(applied.edit.span.start), applied.edit.span);
        }
        expectEquivalent(file.analysis, places(file.analysis));
        file.dispose();
      },
    ),
    { numRuns: 60 },
  );
});

it('finds what helpers do with the ctx of several programs', () => {
  const source = analyse(
    `static int helper(struct trace_event_raw_sys_enter *c)\n{\n\treturn c->args[2];\n}\n` +
      handler('\tsink = helper(ctx) + ctx->args[1];') +
      handler('\tsink = helper(ctx);').replace('handle', 'other'),
  );
  expect(source.ctxUses.some(({ via }) => via === 'helper')).toBe(true);
  expectEquivalent(source, places(source));
});

it('looks at nothing far away', () => {
  const source = analyse(
    Array.from({ length: 50 }, (_, n) => handler('').replace('handle', `f${n}`)).join(''),
  );
  expect(source.functions).toHaveLength(50);
  expect(source.lookup.at(source.functions[20]?.bodySpan.start ?? 0).functions).toEqual([
    source.functions[20],
  ]);
});
