/** The constants that a program certainly returns. */
import { returnValues } from '#core/bpf/return-values';
import { SECTIONS } from '#core/bpf/section-table';
import { constantNumber, type Constants } from '../analysis/constant';
import type { Token } from '../analysis/lexer';
import type { Program, SourceAnalysis, Span } from '../analysis/model';
import { certainOf } from '../helpers/bodies';
import type { Statement } from '../helpers/certain-code';

export interface Returned {
  readonly span: Span;
  /** As the program returns it: of an int. */
  readonly value: number;
}

/** None of a program under `#if`, or of one that returns anything but an int or a long. */
export function certainReturns(source: SourceAnalysis, program: Program): readonly Returned[] {
  const { text, constants } = source;
  const { section, function: fn } = program;
  if (section.conditional || fn.conditional || !returnsNumber(text, program)) return [];
  const known: Constants = new Map([...uapi, ...constants]);
  return certainOf(source, fn).flatMap((statement) =>
    statement.tokens[0]?.text === 'return' ? constantsOf(text, statement, known) : [],
  );
}

function constantsOf(text: string, { tokens, outcomes }: Statement, known: Constants): readonly Returned[] {
  const value = tokens.slice(1, -1);
  if (outcomes === undefined) return constantIn(text, value, known);
  const question = value.findIndex((token) => token.text === '?');
  const colon = value.findIndex((token) => token.text === ':');
  // One of the two is returned, whatever the condition is.
  const [yes, no] = [value.slice(question + 1, colon), value.slice(colon + 1)].map((part) =>
    constantIn(text, part, known),
  );
  if (yes === undefined || no === undefined || colon < question) return [];
  if (outcomes.taken && outcomes.passed) return [...yes, ...no];
  return yes[0] !== undefined && yes[0].value === no[0]?.value ? yes : [];
}

function constantIn(text: string, tokens: readonly Token[], known: Constants): readonly Returned[] {
  const [first, last] = [tokens[0], tokens.at(-1)];
  if (first === undefined || last === undefined) return [];
  const span = { start: first.start, end: last.end };
  const value = constantNumber(text.slice(span.start, span.end), known);
  return value === undefined ? [] : [{ span, value: Number(BigInt.asIntN(32, BigInt(value))) }];
}

/** What stands before the name, or before libbpf's macro around it. */
function returnsNumber(text: string, { function: fn }: Program): boolean {
  const head = text.slice(fn.span.start, fn.nameSpan.start);
  return /^(?:static\s+)?(?:__always_inline\s+|inline\s+)?int\s+(?:BPF_[A-Z0-9_]+\s*\(\s*)?$/.test(head);
}

/** Names of the kernel's headers: values to return, and the errors that programs return. */
const uapi: Constants = new Map<string, bigint>([
  ...SECTIONS.flatMap(returnValues).flatMap(({ name, value }): [string, bigint][] =>
    name === undefined ? [] : [[name, BigInt(value)]],
  ),
  ...Object.entries({
    ...{ EPERM: 1n, ENOENT: 2n, EINTR: 4n, EIO: 5n, E2BIG: 7n, EAGAIN: 11n, ENOMEM: 12n, EACCES: 13n },
    ...{ EFAULT: 14n, EBUSY: 16n, EEXIST: 17n, ENODEV: 19n, EINVAL: 22n, ENOSPC: 28n, ERANGE: 34n },
  }),
]);
