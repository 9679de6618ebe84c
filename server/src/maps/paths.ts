/**
 * What a pointer that a helper returned is on each way through a function: followed over conditions, `return`, `goto` and
 * into loops. Where something may happen to it that is not understood, no state behind it is sure.
 */
import type { Token } from '../analysis/lexer';
import type { SourceAnalysis } from '../analysis/model';
import { callsIn } from '../fixes/calls';
import { conditionOf, termsOf, type Condition } from '../fixes/conditions';
import { nullTestOf } from '../fixes/pairs';
import { assignmentOf, mentions, statementsIn, type Statement } from '../fixes/statements';
import type { Statement as Certain } from '../helpers/certain-code';
import type { Outcomes } from '../helpers/unknown-values';
import { certainlyRuns } from './loops';
import { become, known, nowhere, union, whereKnown, type States } from './pointer-states';
import { isCopy, isUse, keepsNothing, mentionsAny, namesOf } from './pointer-uses';

export interface Visit {
  readonly statement: Statement;
  readonly states: States;
}

export interface Followed {
  readonly source: SourceAnalysis;
  readonly body: Statement;
  /** `event = bpf_ringbuf_reserve(…);` */
  readonly origin: Statement;
  readonly variable: string;
  /** What gives it back. */
  readonly releases?: RegExp;
  /** Functions that, called with it, neither keep it nor say what it is; without it those that look through it. */
  readonly isHarmless?: (callee: string) => boolean;
  /** What the program certainly does. */
  readonly certain: readonly Certain[];
}

export interface Ways {
  /** Every simple statement, `return` and condition, with the states before it. */
  readonly visits: readonly Visit[];
  /** Nothing happens to it that is not understood. */
  readonly isUnderstood: boolean;
  /** What it is called. */
  readonly names: ReadonlySet<string>;
}

export function followed(question: Followed): Ways {
  const walker = new Walker(question);
  walker.exec(question.body, new Map([['absent', true]]));
  return {
    visits: walker.visits,
    isUnderstood: walker.isUnderstood && walker.isComplete,
    names: walker.names,
  };
}

interface Branches {
  readonly yes: States;
  readonly no: States;
}

class Walker {
  readonly visits: Visit[] = [];
  readonly names: ReadonlySet<string>;
  isUnderstood = true;
  readonly #question: Followed;
  readonly #outcomes: ReadonlyMap<number, Outcomes>;
  readonly #gotos = new Map<string, States>();
  readonly #labels = new Set<string>();
  /** What `break` takes out of each loop around. */
  readonly #breaks: States[] = [];

  constructor(question: Followed) {
    this.#question = question;
    this.names = namesOf(question.body, question.variable);
    this.#outcomes = new Map(
      question.certain.flatMap(({ tokens, outcomes }) =>
        outcomes && tokens[0] ? [[tokens[0].start, outcomes] as const] : [],
      ),
    );
  }

  /** Each `goto` has found its label. */
  get isComplete(): boolean {
    return this.#gotos.size === 0;
  }

  exec(statement: Statement, states: States): States {
    switch (statement.kind) {
      case 'block':
        return statement.body.reduce((now, one) => this.exec(one, now), states);
      case 'if':
        return this.#condition(statement, states);
      case 'label':
        return this.#label(statement, states);
      case 'return':
        this.visits.push({ statement, states });
        if (mentionsAny(statement.head, this.names) && !this.#isUse(statement.head))
          this.isUnderstood = false;
        return nowhere;
      case 'jump':
        return this.#jump(statement, states);
      case 'loop':
        return this.#loop(statement, states);
      case 'switch':
        return this.#isHarmless(statement) ? states : this.#doubt(states);
      case 'simple':
        this.visits.push({ statement, states });
        return this.#simple(statement, states);
    }
  }

  #doubt(states: States): States {
    this.isUnderstood = false;
    return known(states, false);
  }

  #label({ tokens }: Statement, states: States): States {
    const name = tokens[0]?.text ?? '';
    this.#labels.add(name);
    const jumped = this.#gotos.get(name) ?? nowhere;
    this.#gotos.delete(name);
    return union(states, jumped);
  }

  #jump({ tokens }: Statement, states: States): States {
    const [word, label] = tokens;
    const name = label?.text ?? '';
    // Backwards, it is a loop.
    if (word?.text !== 'goto' || this.#labels.has(name)) this.isUnderstood = false;
    else this.#gotos.set(name, union(this.#gotos.get(name) ?? nowhere, states));
    const around = this.#breaks.length - 1;
    if (word?.text === 'break' && around >= 0)
      this.#breaks[around] = union(this.#breaks[around] ?? nowhere, states);
    return nowhere;
  }

  /** Its first round; what later rounds make of the pointer is not sure. */
  #loop(statement: Statement, states: States): States {
    const isHarmless = this.#isHarmless(statement);
    const understood = this.isUnderstood;
    const isTested = mentionsAny(statement.head, this.names) && !this.#isUse(statement.head);
    const inside = known(states, certainlyRuns(statement) && !isTested);
    this.#breaks.push(nowhere);
    const [body] = statement.body;
    const out = body ? this.exec(body, inside) : inside;
    const broken = this.#breaks.pop() ?? nowhere;
    this.isUnderstood = understood && isHarmless;
    return isHarmless ? states : union(known(union(states, out), false), broken);
  }

  #condition(statement: Statement, states: States): States {
    const [then, other] = statement.body;
    this.visits.push({ statement, states });
    const condition = conditionOf(statement.head);
    const terms = termsOf(condition);
    const isTest =
      mentionsAny(statement.head, this.names) && terms.some((term) => this.#test(term) !== undefined);
    if (!isTest && this.#isHarmless(statement)) return states;
    const own = this.#outcomes.get(statement.head[0]?.start ?? -1);
    const outcomes = terms.length === 1 ? own && [own] : own?.operands;
    const all = outcomes?.length === terms.length ? outcomes : [];
    const { yes, no } = this.#branches(condition, states, all.values());
    return union(then ? this.exec(then, yes) : yes, other ? this.exec(other, no) : no);
  }

  /** @param outcomes of the terms, in order */
  #branches(condition: Condition, states: States, outcomes: Iterator<Outcomes, undefined>): Branches {
    switch (condition.kind) {
      case 'not': {
        const { yes, no } = this.#branches(condition.of, states, outcomes);
        return { yes: no, no: yes };
      }
      case 'all':
      case 'any': {
        const isAll = condition.kind === 'all';
        let going = states;
        let ended = nowhere;
        for (const part of condition.parts) {
          const { yes, no } = this.#branches(part, going, outcomes);
          going = isAll ? yes : no;
          ended = union(ended, isAll ? no : yes);
        }
        return isAll ? { yes: going, no: ended } : { yes: ended, no: going };
      }
      case 'term': {
        const { value } = outcomes.next();
        const isAsked = mentionsAny(condition.tokens, this.names);
        const test = isAsked ? this.#test(condition.tokens) : undefined;
        if (test !== undefined) {
          const [taken, passed] = [value?.taken === true, value?.passed === true];
          return test === 'set'
            ? { yes: whereKnown(states, 'held', taken), no: whereKnown(states, 'null', passed) }
            : { yes: whereKnown(states, 'null', taken), no: whereKnown(states, 'held', passed) };
        }
        const isUnknown = isAsked && !this.#isUse(condition.tokens);
        const now = isUnknown ? this.#doubt(states) : states;
        return { yes: known(now, value?.taken === true), no: known(now, value?.passed === true) };
      }
    }
  }

  #test(term: readonly Token[]): 'null' | 'set' | undefined {
    if (term.length > 5) return undefined;
    for (const { text } of term) {
      const test = this.names.has(text) ? nullTestOf(term, text) : undefined;
      if (test !== undefined) return test;
    }
    return undefined;
  }

  #simple(statement: Statement, states: States): States {
    const { origin, variable, releases, source } = this.#question;
    const isAbsent = [...states.keys()].every((state) => state === 'absent');
    if (statement === origin) {
      if (!isAbsent) this.isUnderstood = false;
      return become(states, 'unchecked');
    }
    if (!mentionsAny(statement.head, this.names) || isCopy(statement.head, this.names)) return states;
    const at = assignmentOf(statement.head, variable);
    if (at >= 0 && !(at === 1 && statement.head[0]?.text === '*')) {
      if (isAbsent) return states;
      const isOwn = mentions(statement.head.slice(at + 1), variable);
      this.isUnderstood = false;
      return known(become(states, 'absent'), !isOwn);
    }
    const isRelease =
      releases !== undefined &&
      callsIn(source.text, statement.head).some(
        ({ name, arguments: [first] }) =>
          releases.test(name) && first && mentionsAny(first.tokens, this.names),
      );
    if (isRelease) {
      const calls = callsIn(source.text, statement.head);
      const isPlain = calls.length === 1 && statement.head[0]?.start === calls[0]?.nameSpan.start;
      if (!isPlain) this.isUnderstood = false;
      return new Map([...states].map(([state, sure]) => [state === 'absent' ? state : 'released', sure]));
    }
    return this.#isUse(statement.head) ? states : this.#doubt(states);
  }

  /** Nothing in it leaves, takes, gives back, tests or hands on. */
  #isHarmless(statement: Statement): boolean {
    const { origin, releases, source } = this.#question;
    return [...statementsIn(statement)].every((one) => {
      if (one === origin || one.kind === 'return' || one.kind === 'label') return false;
      if (one.kind === 'jump') return one.tokens[0]?.text !== 'goto' && statement.kind !== 'if';
      if (one.kind === 'block' || !mentionsAny(one.head, this.names)) return true;
      if (!this.#isUse(one.head)) return false;
      return (
        releases === undefined || !callsIn(source.text, one.head).some(({ name }) => releases.test(name))
      );
    });
  }

  #isUse(tokens: readonly Token[]): boolean {
    return isUse(this.#question.source, tokens, this.names, this.#question.isHarmless ?? keepsNothing);
  }
}
