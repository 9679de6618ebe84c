/** The marked places of an explanation: where the verifier stopped, and where the bad value came from. */
import type { Culprit, Index } from './blame';
import { calledFunction, positionOf } from './circumstances';
import type { Circumstances } from './circumstances';
import type { MessageRule } from './messages/rule';
import type { Label, SourcePosition } from './model';
import { acquiredAt } from './refine';
import { fillSentence } from './sentence';
import type { Lookup } from './sentence';
import type { Trace, TraceEnd } from './trace';

export function labelsOf(
  c: Circumstances,
  rule: MessageRule,
  culprit: Culprit | undefined,
  index: Index | undefined,
  lookup: Lookup,
): readonly Label[] {
  const place = placeOf(c, rule);
  const first: Label = {
    position: place,
    text: fillSentence(rule.mark ?? 'the verifier stops here', lookup),
  };
  const cause = causeOf(c, rule, culprit, index, lookup);
  if (cause && !same(cause.position, place)) return [first, cause];
  return [first, ...reportLabels(c, place)];
}

/** The squiggle. */
function placeOf(c: Circumstances, rule: MessageRule): SourcePosition {
  const { log, options, tracer, facts } = c;
  if (rule.at === 'program') return programStart(c);
  if (rule.at === 'index' && facts.has('insn')) {
    const index = Number(facts.get('insn'));
    const at = tracer.steps.findLastIndex(({ instruction }) => instruction.index === index);
    return (at < 0 ? undefined : positionOf(c, at)) ?? options.lines?.position(index) ?? programStart(c);
  }
  const error = log.report?.places.find(({ label }) => label === 'error')?.position;
  const here = c.at < 0 ? undefined : positionOf(c, c.at);
  const text = tracer.steps[c.at]?.instruction.text;
  return here ?? error ?? (text === undefined ? programStart(c) : { text });
}

function programStart({ options, log, tracer }: Circumstances): SourcePosition {
  const name = log.globalFunction ?? options.lines?.program ?? log.program;
  const known = name === undefined ? undefined : options.lines?.start(name);
  const first = tracer.steps.find(({ instruction }) => instruction.position)?.instruction.position;
  return known ?? first ?? { text: '' };
}

function causeOf(
  c: Circumstances,
  rule: MessageRule,
  culprit: Culprit | undefined,
  index: Index | undefined,
  lookup: Lookup,
): Label | undefined {
  const acquired = acquiredAt(c);
  if (acquired !== undefined) {
    const position = positionOf(c, acquired);
    return position && { position, text: fillSentence(rule.origin ?? 'acquired here', lookup) };
  }
  const trace = index?.trace ?? culprit?.trace;
  if (!trace) return undefined;
  const text = rule.origin === undefined || index ? undefined : fillSentence(rule.origin, lookup);
  return originLabel(c, trace, text);
}

function originLabel(c: Circumstances, { end }: Trace, text: string | undefined): Label | undefined {
  if (!('at' in end)) return undefined;
  const position = positionOf(c, end.at);
  return position && { position, text: text === undefined ? originText(c, end) : phrase(c, end, text) };
}

function phrase(c: Circumstances, end: Extract<TraceEnd, { readonly at: number }>, text: string): string {
  const call = end.kind === 'call' ? (calledFunction(c, end.at) ?? end.name) : '';
  return call === '' ? originText(c, end) : `${call}() ${text}`;
}

function originText(c: Circumstances, end: Extract<TraceEnd, { readonly at: number }>): string {
  switch (end.kind) {
    case 'call':
      return `${calledFunction(c, end.at) ?? (end.name || 'the function')}() returns it`;
    case 'load':
      return 'it is read here';
    case 'constant':
      return end.value === undefined ? 'it is set here' : `it is set to ${end.value} here`;
    case 'address':
      return 'its address is taken here';
    case 'clobbered':
      return `the call takes the value away`;
    case 'written':
      return `${end.name}() writes it`;
  }
}

/** What the kernel's own report says of the way here, where our trace found nothing. */
function reportLabels({ log }: Circumstances, place: SourcePosition): readonly Label[] {
  const events = log.report?.places.filter(({ label }) => label !== 'error' && label !== 'branch') ?? [];
  const labels = events.flatMap(({ position, text }) => (position ? [{ position, text }] : []));
  return labels.filter(({ position }) => !same(position, place)).slice(-3);
}

function same(a: SourcePosition, b: SourcePosition): boolean {
  return a.file === b.file && a.line === b.line && a.text.trim() === b.text.trim();
}
