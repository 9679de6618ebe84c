/** libbpf's words and the errors of attaching, in plain ones. */
import { MessageTable } from '../message-match';
import type { MatchedMessage } from '../message-match';
import type { MessageRule } from '../messages/rule';
import type { Explanation, Label, LoaderMessage, SourcePosition } from '../model';
import { capitalised, fillNames, fillSentence } from '../sentence';
import { attachMessages } from './attach-messages';
import { objectMessages } from './object-messages';

export const loaderRules: readonly MessageRule[] = [...objectMessages, ...attachMessages];

/** Where the source has what libbpf names; `object-context.ts` reads it from the object and its source. */
export interface LoaderContext {
  /** The line where a program begins. */
  readonly start?: (program: string) => SourcePosition | undefined;
  /** The line of its `SEC("…")`. */
  readonly section?: (program: string) => SourcePosition | undefined;
  /** The line that defines a map. */
  readonly map?: (name: string) => SourcePosition | undefined;
  /** The line that declares a variable or an extern. */
  readonly variable?: (name: string) => SourcePosition | undefined;
  readonly farthestRead?: (program: string) => FarthestRead | undefined;
}

/** The read through ctx that ends farthest. */
export interface FarthestRead {
  readonly position: SourcePosition;
  readonly offset: number;
  readonly size: number;
}

export interface LoaderExplainer {
  /** What a loader said, one explanation for each program or map that it is about. */
  explain(messages: readonly LoaderMessage[], context?: LoaderContext): readonly Explanation[];
  /** An attach that failed. */
  explainAttach(attach: FailedAttach, context?: LoaderContext): Explanation;
  match(text: string): MatchedMessage | undefined;
}

/** As the agent reports it (`attach`). */
export interface FailedAttach {
  readonly name: string;
  readonly section: string;
  /** `EACCES` */
  readonly code: string;
  /** strerror()'s text. */
  readonly text: string;
  /** libbpf's words. */
  readonly log: string;
  /** What the host's facts say about it. */
  readonly cause?: string;
}

export function createLoaderExplainer(): LoaderExplainer {
  const table = new MessageTable(loaderRules);
  return {
    match: (text) => table.match(text),
    explain: (messages, context = {}) => explainMessages(table, messages, context),
    explainAttach: (attach, context = {}) => explainAttach(table, attach, context),
  };
}

function explainMessages(
  table: MessageTable,
  messages: readonly LoaderMessage[],
  context: LoaderContext,
): readonly Explanation[] {
  const found = messages.flatMap((message) => {
    const match = table.match(message.text);
    return match ? [{ message, match }] : [];
  });
  const major = found.filter(({ match }) => match.rule.minor !== true);
  const told = major.length > 0 ? major : found.slice(0, 1);
  const explanations = told.map(({ message, match }) =>
    say(table, match, message.text, message.program, context),
  );
  // The same cause is said of an object and of each of its programs.
  return explanations.filter(
    ({ rule, program }, at) =>
      explanations.findIndex(
        (one) => one.rule === rule && (one.program ?? program) === (program ?? one.program),
      ) === at,
  );
}

function say(
  table: MessageTable,
  match: MatchedMessage,
  text: string,
  named: string | undefined,
  context: LoaderContext,
): Explanation {
  const rule = table.rule(refine(match)) ?? match.rule;
  const program = match.facts.get('program') ?? named;
  const lookup = (name: string) => (name === 'program' ? program : match.facts.get(name));
  return {
    rule: rule.rule,
    ...(program !== undefined && { program }),
    sentence: `${capitalised(fillSentence(rule.says, lookup))}.`,
    labels: labelsOf(rule, match.facts, program, context),
    help: fillNames(rule.help, lookup),
    kernelText: text,
  };
}

/** What the rules of these names are about stands in the program's section. */
const aboutSection: ReadonlySet<string> = new Set([
  'unknown-section',
  'attach-section',
  'attach-target-missing',
  'tracepoint-missing',
  'tracepoint-permission',
  'probe-missing',
  'uprobe-ambiguous',
  'uprobe-target',
  'usdt-header',
]);

function labelsOf(
  { rule }: MessageRule,
  facts: ReadonlyMap<string, string>,
  program: string | undefined,
  context: LoaderContext,
): readonly Label[] {
  const [map, name] = [facts.get('map'), facts.get('name')];
  const candidates: readonly (readonly [SourcePosition | undefined, string])[] = [
    [map === undefined ? undefined : context.map?.(map), 'this map'],
    [name === undefined ? undefined : context.variable?.(name), 'declared here'],
    [
      program === undefined || !aboutSection.has(rule) ? undefined : context.section?.(program),
      'the section of this program',
    ],
    [program === undefined ? undefined : context.start?.(program), 'this program'],
  ];
  const found = candidates.find(([position]) => position !== undefined);
  return found?.[0] ? [{ position: found[0], text: found[1] }] : [];
}

/** The errno tells several causes of one text apart. */
function refine({ rule, facts }: MatchedMessage): string {
  const error = facts.get('error') ?? '';
  if (rule.rule === 'map-create') {
    if (/not permitted|-1\b|EPERM/.test(error)) return 'map-create-permission';
    if (/too long|memory|-7\b|-12\b|E2BIG|ENOMEM/.test(error)) return 'map-create-size';
    if (/Invalid argument|-22\b|EINVAL/.test(error)) return 'map-create-invalid';
  }
  if (rule.rule === 'tracepoint-missing' && /not permitted|Permission denied|-EPERM|-EACCES/.test(error)) {
    return 'tracepoint-permission';
  }
  return rule.rule;
}

function explainAttach(table: MessageTable, attach: FailedAttach, context: LoaderContext): Explanation {
  const isTracepoint = /^\??(?:tp|tracepoint)\//.test(attach.section);
  const lines = attach.log.split('\n').map((line) => line.replace(/^libbpf: /, '').trim());
  const match = lines.map((line) => table.match(line)).find((one) => one !== undefined);
  // A raw tracepoint's record are its arguments.
  const isRaw = /^\??(?:raw_tp|raw_tracepoint)(?:\.w)?\//.test(attach.section);
  const isBeyond = (isTracepoint && attach.code === 'EACCES') || (isRaw && attach.code === 'EINVAL');
  const beyond = isBeyond ? table.rule('ctx-record-range') : undefined;
  const rule = beyond ?? (match && table.rule(refine(match))) ?? table.rule('attach-refused');
  const facts = new Map([
    ...(match?.facts ?? []),
    ['program', attach.name],
    ['error', `${attach.text} (${attach.code})`],
  ]);
  const lookup = (name: string) => facts.get(name);
  const sentence = rule ? `${capitalised(fillSentence(rule.says, lookup))}.` : attach.text;
  return {
    rule: rule?.rule ?? 'attach-refused',
    program: attach.name,
    // The host knows more than its error says.
    sentence: attach.cause ?? sentence,
    labels: attachLabels(rule, facts, attach, context),
    help: rule ? fillNames(rule.help, lookup) : '',
    kernelText: lines.find((line) => line !== '') ?? `${attach.text} (${attach.code})`,
  };
}

/** A read beyond the record is named; else it is the program, or what its section says. */
function attachLabels(
  rule: MessageRule | undefined,
  facts: ReadonlyMap<string, string>,
  { name }: FailedAttach,
  context: LoaderContext,
): readonly Label[] {
  const read = rule?.rule === 'ctx-record-range' ? context.farthestRead?.(name) : undefined;
  if (!read) return rule ? labelsOf(rule, facts, name, context) : [];
  const { position, offset, size } = read;
  return [{ position, text: `reads bytes ${offset} to ${offset + size} of the record` }];
}
