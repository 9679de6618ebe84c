/** The marked places of an explanation: where the verifier stopped, and where the bad value came from. */
import type { Culprit, Index } from './blame';
import { calledFunction, positionOf } from './circumstances';
import type { Circumstances } from './circumstances';
import { lostPointer } from './lost-pointer';
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
    text: fillSentence(rule.mark ?? stopText(c, rule), lookup),
  };
  const cause = causeOf(c, rule, culprit, index);
  if (cause && !same(cause.position, place)) return [first, cause];
  return [first, ...reportLabels(c, place)];
}

/** A log can lack the line of the last instruction: then it is only known what came before. */
function stopText(c: Circumstances, rule: MessageRule): string {
  const isExact =
    rule.at !== undefined || c.at < 0 || c.tracer.steps[c.at]?.instruction.position !== undefined;
  return isExact ? 'the verifier stops here' : 'the verifier stops behind this line';
}

/** The squiggle. */
function placeOf(c: Circumstances, rule: MessageRule): SourcePosition {
  const { log, options, tracer, facts } = c;
  if (rule.at === 'program') return programStart(c);
  if (rule.at === 'index' && facts.has('insn')) {
    const index = Number(facts.get('insn'));
    const at = tracer.steps.findLastIndex(({ instruction }) => instruction.index === index);
    return options.lines?.position(index) ?? (at < 0 ? undefined : positionOf(c, at)) ?? programStart(c);
  }
  const error = log.report?.places.find(({ label }) => label === 'error')?.position;
  const here = relocatedMember(c, rule) ?? (c.at < 0 ? undefined : positionOf(c, c.at));
  const text = tracer.steps[c.at]?.instruction.text;
  return here ?? error ?? (text === undefined ? programStart(c) : { text });
}

/**
 * The compiler makes the offset of a member that CO-RE adapts before the line that reads it: the next lines are asked
 * for one that has the member's name.
 */
function relocatedMember(
  { options, tracer, facts, at }: Circumstances,
  { rule }: MessageRule,
): SourcePosition | undefined {
  const index = tracer.steps[at]?.instruction.index;
  const member = /[.:](\w+)(?:\[\d+\])*(?: \(|$)/.exec(facts.get('what') ?? '')?.[1];
  if (rule !== 'core-relocation' || member === undefined || index === undefined) return undefined;
  const named = new RegExp(String.raw`\b${member}\b`);
  for (let next = index; next < index + 8; next++) {
    const position = options.lines?.position(next);
    if (position && named.test(position.text)) return position;
  }
  return undefined;
}

function programStart(c: Circumstances): SourcePosition {
  const { options, log, tracer, facts } = c;
  const names = [facts.get('function'), log.globalFunction, options.lines?.program ?? log.program];
  for (const name of names) {
    const start = name === undefined ? undefined : options.lines?.start(name);
    if (name !== undefined && start) return definitionOf(c, name, start) ?? start;
  }
  const first = tracer.steps.find(({ instruction }) => instruction.position)?.instruction.position;
  return first ?? { text: '' };
}

/** The line that defines a function: its first instruction is of a line in its body. */
function definitionOf(
  { options }: Circumstances,
  name: string,
  inside: SourcePosition,
): SourcePosition | undefined {
  const { file, line } = inside;
  if (file === undefined || line === undefined) return undefined;
  const lines = options.source?.(file);
  if (lines?.[line - 1]?.trim() !== inside.text.trim()) return undefined;
  const pattern = new RegExp(String.raw`\b${name}\b\s*[(,]`);
  for (let at = line; at > Math.max(0, line - 60); at--) {
    const text = lines[at - 1] ?? '';
    const column = pattern.exec(text)?.index;
    if (column !== undefined && !text.includes(';')) return { file, line: at, column: column + 1, text };
  }
  return undefined;
}

function causeOf(
  c: Circumstances,
  rule: MessageRule,
  culprit: Culprit | undefined,
  index: Index | undefined,
): Label | undefined {
  const acquired = acquiredAt(c);
  if (acquired !== undefined) {
    const position = positionOf(c, acquired);
    return position && { position, text: rule.origin ?? 'acquired here' };
  }
  const lost = culprit && lostPointer(c, culprit);
  if (lost?.rule === rule.rule) {
    const position = positionOf(c, lost.at);
    const text = `${calledFunction(c, lost.at) ?? 'the function'}() ${rule.origin ?? ''}`;
    return position && { position, text };
  }
  const trace = index?.trace ?? culprit?.trace;
  return trace && originLabel(c, trace, index ? undefined : rule.origin);
}

function originLabel(c: Circumstances, { end }: Trace, note: string | undefined): Label | undefined {
  if (!('at' in end)) return undefined;
  const position = positionOf(c, end.at);
  // The compiler puts constants where it likes: only a line that is about the value says something.
  if (!position || (end.kind === 'constant' && !/[=;]/.test(position.text))) return undefined;
  return { position, text: [originText(c, end), note].filter(Boolean).join(', and ') };
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
      return 'a call leaves nothing in r1 to r5';
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
