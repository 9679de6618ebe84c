/**
 * A record of a ring buffer that is reserved and, on some way out, neither submitted nor discarded: the verifier refuses the
 * program. Told where each way is certain to be seen by it.
 */
import type { Token } from '../analysis/lexer';
import type { Program } from '../analysis/model';
import { verdictFixes } from '../fixes/index';
import { assignedVariable, statementsIn, type Statement } from '../fixes/statements';
import { bodyOf, certainOf } from '../helpers/bodies';
import { followed, type Visit } from '../maps/paths';
import { labelAt } from '../maps/label';
import { hasUnknownMacros } from '../maps/pointer-uses';
import type { DocumentView } from '../view';
import { byProgram } from './by-program';
import type { Finding } from './check';
import { unlessSilentBefore } from './silence';

export const ringbufLeak = byProgram(
  { code: 'ringbuf-leak', sourceOnly: true },
  unlessSilentBefore('ringbuf-leak', findings),
);

const reserve = 'bpf_ringbuf_reserve';

function findings(view: DocumentView, { section, function: fn }: Program): readonly Finding[] {
  const { text, source } = view;
  if (!text.slice(fn.bodySpan.start, fn.bodySpan.end).includes(reserve)) return [];
  if (section.conditional || section.value.startsWith('?') || fn.conditional) return [];
  const body = bodyOf(source, fn);
  if (body === undefined || source.expressions.isMacro(reserve)) return [];
  const certain = certainOf(source, fn);
  const starts = new Set(certain.flatMap(({ tokens }) => tokens[0]?.start ?? []));
  const isCertain = ({ span }: Statement) => starts.has(span.start);
  return [...statementsIn(body)].flatMap((origin): readonly Finding[] => {
    const callee = origin.head.find((token) => token.text === reserve);
    const variable = callee && assignedVariable(origin);
    if (variable === undefined || callee === undefined || !isCertain(origin)) return [];
    const ways = followed({
      source,
      body,
      origin,
      variable,
      releases: /^bpf_ringbuf_(?:submit|discard)$/,
      certain,
    });
    if (!ways.isUnderstood) return [];
    const leaks = ways.visits.filter(
      ({ statement, states }) =>
        statement.kind === 'return' &&
        isCertain(statement) &&
        (states.get('held') === true || states.get('unchecked') === true),
    );
    const [first, ...others] = leaks;
    return first === undefined || hasUnknownMacros(source, body)
      ? []
      : [leak(view, variable, [first, ...others], origin, callee)];
  });
}

function leak(
  view: DocumentView,
  variable: string,
  ways: readonly [Visit, ...Visit[]],
  origin: Statement,
  callee: Token,
): Finding {
  const [{ statement: way }] = ways;
  const labels = [way.span.start, origin.span.start].map((offset) => labelAt(view.text, offset));
  // Where it may also be NULL or given back, no line before the `return` is right for all ways.
  const isOnlyHeld = ways.every(({ states }) => [...states.keys()].every((state) => state === 'held'));
  return {
    code: 'ringbuf-leak',
    span: way.span,
    severity: 'error',
    dependsOnKernel: false,
    message: `${variable} is still reserved here: the verifier refuses a program that neither submits nor discards it.`,
    fixes: isOnlyHeld
      ? verdictFixes(view, { rule: 'ringbuf-leak', kernelText: '', value: variable, labels })
      : [],
    related: [{ span: { start: callee.start, end: callee.end }, message: `${variable} is reserved here` }],
  };
}
