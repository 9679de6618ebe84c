/** Functions that share the stack, as compiled. */
import { expect, it } from 'vitest';
import type { BundledId } from '#support/bundled';
import { compiledFixture } from '#support/compiled-fixture';

const fixture = compiledFixture('stack');
const { source } = fixture;

async function findings(target: BundledId, others: readonly BundledId[] = []): Promise<readonly string[]> {
  const found = await fixture.findings(target, { others });
  return found.map(({ span, severity, code, message, related }) => {
    const line = source.slice(0, span.start).split('\n');
    const [program = ''] = line.findLast((one) => /^int |^static/.test(one))?.match(/\w+(?=\()/) ?? [];
    const chain = /[^.:]* → [^.]*|has a tail call.*?\)/.exec(message)?.[0].trim() ?? message;
    const also = /^On [^:]*: /.exec(message)?.[0] ?? '';
    return `${program}: ${source.slice(span.start, span.end)} ${severity}[${code}] ${also}${chain}, ${related?.length}`;
  });
}

const tooMuch = (bytes: number): string =>
  `too_much: parse error[stack-limit] too_much (256) → parse (${bytes}), 2`;
/** Whatever the loader sets, one of the ways goes on. */
const filters = (bytes: number, inner: number): string =>
  `filters: parse error[stack-limit] filters (${bytes}) → parse (${inner}), 2`;
const goesOn =
  'goes_on: go_on error[stack-limit] has a tail call, and those who call it take 256 bytes of the stack: goes_on (256), 2';

it('adds up the frames of a chain of calls as old kernels do', async () => {
  expect(await findings('5.10-debian-amd64')).toEqual([
    tooMuch(288),
    'by_rounding: parse error[stack-limit] by_rounding (256) → parse (288), 2',
    'private_since: parse error[stack-limit] private_since (256) → parse (288), 2',
    goesOn,
    filters(288, 288),
  ]);
});

it('adds them up as new kernels do, with frames of 16 bytes', async () => {
  expect(await findings('6.12-debian-amd64')).toEqual([
    tooMuch(272),
    'private_since: parse error[stack-limit] private_since (256) → parse (272), 2',
    goesOn,
    filters(272, 272),
  ]);
});

it('knows which frames have memory of their own', async () => {
  expect(await findings('6.18-microvm-amd64')).toEqual([tooMuch(272), goesOn, filters(272, 272)]);
});

it('says what only another kernel refuses', async () => {
  const found = await findings('6.18-microvm-amd64', ['6.12-debian-amd64', '5.10-debian-amd64']);
  expect(found.filter((one) => one.includes('On '))).toEqual([
    expect.stringMatching(/^by_rounding: parse warning\[stack-limit\] On 5\.10-debian-amd64: /),
    expect.stringMatching(/^private_since: parse warning\[stack-limit\] On 6\.12-debian-amd64: /),
  ]);
});
