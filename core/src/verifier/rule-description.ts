/** What a rule says in general, for lists of rules. */
import { loaderRules } from './loader/explain-loader';
import { messageRules } from './messages/index';
import type { RuleId } from './model';
import { capitalised, fillNames } from './sentence';

export interface RuleDescription {
  readonly text: string;
  readonly help: string;
}

export function ruleDescription(id: RuleId): RuleDescription | undefined {
  const rule = [...messageRules, ...loaderRules].find((one) => one.rule === id);
  if (!rule) return undefined;
  const general = rule.says.replace(/\[[^[\]]*\{\w+\}[^[\]]*\]/g, '');
  // A name that stands for no phrase is shown as the name.
  const text = fillNames(general, () => undefined).replaceAll('(?)', '…');
  return { text: `${capitalised(text)}.`, help: fillNames(rule.help, () => undefined) };
}
