/** Finds the rule for a message of the verifier. */
import type { MessageRule } from './messages/rule';

export interface MatchedMessage {
  readonly rule: MessageRule;
  /** The kernel's text as the table has it. */
  readonly form: string;
  /** What stands at `{name}` and `{#name}`. */
  readonly facts: ReadonlyMap<string, string>;
}

interface Pattern {
  readonly rule: MessageRule;
  readonly form: string;
  readonly regExp: RegExp;
  readonly names: readonly string[];
  /** Letters that are fixed, less what stands for any text: of several that match, the highest says most. */
  readonly weight: number;
}

const number = String.raw`-?(?:0x[0-9a-f]+|\d+)`;

/** What stands for a placeholder of that name, and how much it says. */
const kinds: Readonly<Record<string, { readonly regExp: string; readonly weight: number }>> = {
  reg: { regExp: String.raw`R\d+|\*\(R11-\d+\)`, weight: 2 },
  arg: { regExp: String.raw`R\d+|\*\(R11-\d+\)|arg ?#?\d+`, weight: 1 },
  nullable: { regExp: String.raw`\w*or_null\w*`, weight: 3 },
};
const numeric = { regExp: number, weight: 1 };
const anything = { regExp: '.*?', weight: -1 };

export class MessageTable {
  readonly #patterns: readonly Pattern[];
  readonly #rules: ReadonlyMap<string, MessageRule>;

  constructor(rules: readonly MessageRule[]) {
    this.#patterns = rules
      .flatMap((rule) => rule.texts.map((form) => compile(rule, form)))
      .sort((a, b) => b.weight - a.weight);
    this.#rules = new Map(rules.map((rule) => [rule.rule, rule]));
  }

  /** Of the rules that fit, the one whose text says most. */
  match(text: string): MatchedMessage | undefined {
    const line = text.trim();
    for (const { rule, form, regExp, names } of this.#patterns) {
      const found = regExp.exec(line);
      if (!found) continue;
      const facts = new Map(names.map((name, at) => [name, found[at + 1] ?? '']));
      return { rule, form, facts };
    }
    return undefined;
  }

  rule(id: string): MessageRule | undefined {
    return this.#rules.get(id);
  }
}

function compile(rule: MessageRule, form: string): Pattern {
  const names: string[] = [];
  let source = '';
  let weight = 0;
  for (const part of form.trim().split(/(\{#?[a-z_]+\}|\{\*\})/i)) {
    const [, sign, name] = /^\{(#?)([a-z_]+|\*)\}$/i.exec(part) ?? [];
    if (name === undefined) {
      source += part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
      weight += part.replace(/\W/g, '').length;
      continue;
    }
    const kind = sign === '#' ? numeric : (kinds[name] ?? anything);
    weight += kind.weight;
    if (name === '*') source += `(?:${kind.regExp})`;
    else {
      names.push(name);
      source += `(${kind.regExp})`;
    }
  }
  return { rule, form, regExp: new RegExp(`^${source}$`), names, weight };
}
