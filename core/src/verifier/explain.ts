/** Says what a refusal means in the words of the source. */
import { acquiredAt, refine } from './refine';
import { argumentPhrase, culpritOf, indexOf, originPhrase } from './blame';
import type { Culprit, Index } from './blame';
import { calledFunction, positionOf } from './circumstances';
import type { Circumstances, ExplainOptions } from './circumstances';
import { labelsOf } from './labels';
import { MessageTable } from './message-match';
import type { MatchedMessage } from './message-match';
import { messageRules } from './messages/index';
import type { MessageRule } from './messages/rule';
import type { Explanation, LogMessage, ProgramLog } from './model';
import { capitalised, code, fillNames, fillSentence } from './sentence';
import type { Lookup } from './sentence';
import { Tracer } from './trace';
import { describeExpected, describeType } from './words';
import { mapTypeName } from './map-types';

export type { ExplainOptions } from './circumstances';

export interface Explainer {
  /** Undefined where the program was not refused. */
  explain(log: ProgramLog, options?: ExplainOptions): Explanation | undefined;
  /** What the table says to one text of the kernel. */
  match(text: string): MatchedMessage | undefined;
}

export function createExplainer(): Explainer {
  const table = new MessageTable(messageRules);
  return {
    explain: (log, options = {}) => explain(table, log, options),
    match: (text) => table.match(text),
  };
}

function explain(table: MessageTable, log: ProgramLog, options: ExplainOptions): Explanation | undefined {
  if (!log.refused) return undefined;
  const matched = log.messages.flatMap((message) => {
    const found = table.match(message.text);
    return found ? [{ message, found }] : [];
  });
  const primary = matched.find(({ found }) => found.rule.minor !== true) ?? matched[0];
  const facts = new Map(matched.flatMap(({ found }) => [...found.facts]).reverse());
  for (const [name, value] of primary?.found.facts ?? []) facts.set(name, value);
  const tracer = new Tracer(log.path, {
    complete: !log.truncated,
    globalFunction: log.globalFunction !== undefined,
  });
  const message = primary?.found ?? unknownMessage;
  const c: Circumstances = { log, options, message, facts, tracer, at: tracer.steps.length - 1 };
  return say(table, c, primary?.message ?? log.messages[0]);
}

function say(table: MessageTable, c: Circumstances, message: LogMessage | undefined): Explanation {
  const found = c.message.rule;
  const culprit = culpritOf(c, found.about ?? 'register');
  const rule = table.rule(refine(c, culprit) ?? found.rule) ?? found;
  const index = rule.about === 'index' && culprit ? indexOf(c, culprit) : undefined;
  const lookup = names(c, rule, culprit, index);
  const step = c.tracer.steps[c.at];
  return {
    rule: rule.rule,
    ...(c.log.program !== undefined && { program: c.log.program }),
    sentence: sentence(c, rule, lookup),
    labels: labelsOf(c, rule, culprit, index, lookup),
    help: rule.help === '' ? (c.log.report?.suggestion ?? '') : fillNames(rule.help, lookup),
    kernelText: message?.text ?? c.log.report?.problem ?? '',
    ...(step && rule.at !== 'program' && { instruction: step.instruction.index }),
    ...(culprit?.name !== undefined && { value: culprit.name }),
    ...(index?.name !== undefined && { index: index.name }),
  };
}

function sentence(c: Circumstances, rule: MessageRule, lookup: Lookup): string {
  if (rule === unknownMessage.rule) return unknownSentence(c.log);
  const text = capitalised(fillSentence(rule.says, lookup));
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** A text that the table does not have: it is shown as it is, and nothing is said about the cause. */
const unknownMessage: MatchedMessage = {
  rule: { rule: 'unknown-message', texts: [], says: '', help: '', about: 'none' },
  form: '',
  facts: new Map(),
};

function unknownSentence({ report, messages }: ProgramLog): string {
  if (report && report.reason !== '') return report.reason;
  const text = messages[0]?.text ?? report?.problem ?? '';
  return text === ''
    ? 'The verifier refuses the program.'
    : `The verifier refuses the program here: “${text}”.`;
}

/** What stands for the names in a rule's sentences. */
function names(
  c: Circumstances,
  rule: MessageRule,
  culprit: Culprit | undefined,
  index: Index | undefined,
): Lookup {
  const made = new Map<string, string | undefined>([
    ['value', valuePhrase(culprit)],
    ['origin', originOf(c, rule, culprit)],
    ['index', index && (index.name === undefined ? 'the index' : code(index.name))],
    ['max', index?.holds?.facts.get('umax')],
    ['argument', argumentPhrase(c)],
    ['mapType', mapTypeName(c.facts.get('map_type'))],
  ]);
  return (name) => {
    if (made.has(name)) return made.get(name);
    const fact = c.facts.get(name);
    switch (name) {
      case 'call':
        return callPhrase(fact ?? calledFunction(c, c.at));
      case 'function':
        return fact ?? calledFunction(c, c.at) ?? c.log.globalFunction;
      case 'type':
        return fact === undefined ? undefined : (describeType(fact) ?? code(fact));
      case 'expected':
        return fact === undefined ? undefined : (describeExpected(fact) ?? code(fact));
      default:
        return fact;
    }
  };
}

/** Rules write `{call}()` and `{call}` alike. */
function callPhrase(name: string | undefined): string | undefined {
  return name === undefined || name === '' || name === 'unknown' ? undefined : name.replace(/\(\)$/, '');
}

function valuePhrase(culprit: Culprit | undefined): string | undefined {
  if (!culprit) return undefined;
  if (culprit.name !== undefined) return code(culprit.name);
  const { end } = culprit.trace;
  if (end.kind === 'call' && end.name !== '') return `the result of ${end.name}()`;
  if (end.kind === 'stack') return 'the variable on the stack';
  if (end.kind === 'ctx') return 'ctx';
  return code(`r${culprit.register}`);
}

function originOf(c: Circumstances, rule: MessageRule, culprit: Culprit | undefined): string | undefined {
  const acquired = acquiredAt(c);
  if (acquired !== undefined) {
    const name = calledFunction(c, acquired);
    const line = positionOf(c, acquired)?.line;
    return name === undefined ? undefined : `${name}()${line === undefined ? '' : ` on line ${line}`}`;
  }
  if (!culprit) return undefined;
  const { end } = culprit.trace;
  // Its value is called by the origin's name already.
  if (culprit.name === undefined && end.kind === 'call' && rule.says.includes('{value}')) return undefined;
  return originPhrase(c, end);
}
