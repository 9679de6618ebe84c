/**
 * What a pointer that a helper returned is on each way through a function: followed over `if`, `else`, `return` and `goto`.
 * Undefined wherever something may happen to it that is not understood.
 */
import type { Token } from '../analysis/lexer';
import type { SourceAnalysis } from '../analysis/model';
import { callsIn } from '../fixes/calls';
import { nullTest } from '../fixes/pairs';
import { assignmentOf, mentions, statementsIn, type Statement } from '../fixes/statements';
import type { Statement as Certain } from '../helpers/certain-code';
import type { Outcomes } from '../helpers/unknown-values';

/** `absent`: not taken yet. `unchecked`: it may be NULL. */
export type State = 'absent' | 'unchecked' | 'held' | 'null' | 'released';

/** The states that it can be in; true for those that the verifier certainly sees there. */
export type States = ReadonlyMap<State, boolean>;

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
  readonly releases: RegExp;
  /** What the program certainly does. */
  readonly certain: readonly Certain[];
}

/** Every simple statement and `return`, with the states before it. */
export function followed(question: Followed): readonly Visit[] | undefined {
  if (hasUnknownMacros(question)) return undefined;
  const walker = new Walker(question);
  walker.exec(question.body, new Map([['absent', true]]));
  return walker.isUnderstood && walker.isComplete ? walker.visits : undefined;
}

/** A macro may do anything: use the pointer by its name, or return. */
function hasUnknownMacros({ source, body }: Followed): boolean {
  return body.tokens.some(({ kind, text }, n) => {
    if (kind !== 'word' || hint.test(text)) return false;
    if (source.expressions.isMacro(text)) return !source.constants.has(text);
    return (
      body.tokens[n + 1]?.text === '(' && /^[A-Z][A-Z0-9_]*$/.test(text) && !/^(?:BPF|PT_REGS)_/.test(text)
    );
  });
}

const nowhere: States = new Map();

class Walker {
  readonly visits: Visit[] = [];
  isUnderstood = true;
  readonly #question: Followed;
  readonly #outcomes: ReadonlyMap<number, Outcomes>;
  readonly #gotos = new Map<string, States>();
  readonly #labels = new Set<string>();

  constructor(question: Followed) {
    this.#question = question;
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
        if (mentions(statement.head, this.#question.variable) && !this.#isUse(statement.head))
          this.isUnderstood = false;
        return nowhere;
      case 'jump':
        return this.#jump(statement, states);
      case 'loop':
      case 'switch':
        if (!this.#isHarmless(statement)) this.isUnderstood = false;
        return states;
      case 'simple':
        this.visits.push({ statement, states });
        return this.#simple(statement, states);
    }
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
    return nowhere;
  }

  #condition(statement: Statement, states: States): States {
    const { variable } = this.#question;
    const [then, other] = statement.body;
    const test = nullTest(statement, variable);
    if (test === undefined && mentions(statement.head, variable) && !this.#isUse(statement.head))
      this.isUnderstood = false;
    if (test !== undefined) {
      const set = whereKnown(states, 'held', 'null');
      const unset = whereKnown(states, 'null', 'held');
      const [yes, no] = test === 'set' ? [set, unset] : [unset, set];
      return union(then ? this.exec(then, yes) : yes, other ? this.exec(other, no) : no);
    }
    if (this.#isHarmless(statement)) return states;
    const outcomes = this.#outcomes.get(statement.head[0]?.start ?? -1);
    const yes = known(states, outcomes?.taken === true);
    const no = known(states, outcomes?.passed === true);
    const taken = then ? this.exec(then, yes) : yes;
    return union(taken, other ? this.exec(other, no) : no);
  }

  #simple(statement: Statement, states: States): States {
    const { origin, variable, releases, source } = this.#question;
    if (statement === origin) {
      if ([...states.keys()].some((state) => state !== 'absent')) this.isUnderstood = false;
      return states.size === 0 ? nowhere : new Map([['unchecked', true]]);
    }
    if (!mentions(statement.head, variable)) return states;
    const isAbsent = [...states.keys()].every((state) => state === 'absent');
    if (isAbsent && assignmentOf(statement.head, variable) >= 0) return states;
    const calls = callsIn(source.text, statement.head);
    const isRelease = calls.some(
      ({ name, arguments: [first] }) => releases.test(name) && first && mentions(first.tokens, variable),
    );
    if (isRelease) {
      const isPlain = calls.length === 1 && statement.head[0]?.start === calls[0]?.nameSpan.start;
      if (!isPlain) this.isUnderstood = false;
      return new Map([...states].map(([state, sure]) => [state === 'absent' ? state : 'released', sure]));
    }
    if (!this.#isUse(statement.head)) this.isUnderstood = false;
    return states;
  }

  /** Nothing in it leaves, takes, gives back or hands on. */
  #isHarmless(statement: Statement): boolean {
    const { origin, variable, releases, source } = this.#question;
    return [...statementsIn(statement)].every((one) => {
      if (one === origin || one.kind === 'return' || one.kind === 'label') return false;
      if (one.kind === 'jump') return one.tokens[0]?.text !== 'goto' && statement.kind !== 'if';
      if (one.kind === 'block' || !mentions(one.head, variable)) return true;
      if (one.kind === 'if' && nullTest(one, variable)) return false;
      return this.#isUse(one.head) && !callsIn(source.text, one.head).some(({ name }) => releases.test(name));
    });
  }

  /** It is only read or written through, by the program itself or by helpers that do not keep it. */
  #isUse(tokens: readonly Token[]): boolean {
    const { source, variable } = this.#question;
    const at = assignmentOf(tokens, variable);
    if (at >= 0 && !(at === 1 && tokens[0]?.text === '*')) return false;
    const calls = callsIn(source.text, tokens);
    return tokens.every(({ kind, text, start, end }, n) => {
      const before = tokens[n - 1]?.text ?? '';
      if (kind !== 'word' || text !== variable || /^(?:->|\.)$/.test(before)) return true;
      const around = calls.filter(({ span }) => span.start < start && end <= span.end);
      if (
        around.some(({ name }) => !keepsNothing.test(name) || source.functions.some((fn) => fn.name === name))
      )
        return false;
      if (around.some(({ name }) => name === 'sizeof')) return true;
      const isThrough = tokens[n + 1]?.text === '->' || before === '*';
      // `x = &event->member` is another name for it.
      if (around.length === 0) return isThrough && !tokens.slice(0, n).some((one) => one.text === '&');
      return true;
    });
  }
}

const keepsNothing =
  /^(?:sizeof|BPF_CORE_READ\w*|BPF_PROBE_READ\w*|BPF_SNPRINTF|bpf_probe_read\w*|bpf_core_read\w*|bpf_get_current_comm|bpf_printk|__builtin_mem(?:set|cpy)|mem(?:set|cpy)|bpf_get_stack|bpf_d_path|bpf_snprintf)$/;

const hint = /^(?:un)?likely$/;

/** Behind a test: what was unchecked is `becomes`, what is `without` does not come here. */
function whereKnown(states: States, becomes: State, without: State): States {
  return new Map(
    [...states].flatMap(([state, sure]): [State, boolean][] => {
      if (state === without) return [];
      if (state === 'unchecked') return [[becomes, sure || (states.get(becomes) ?? false)]];
      return [[state, sure && state === becomes]];
    }),
  );
}

const known = (states: States, sure: boolean): States =>
  new Map([...states].map(([state, own]) => [state, own && sure]));

function union(one: States, other: States): States {
  const all = new Map(one);
  for (const [state, sure] of other) all.set(state, sure || (all.get(state) ?? false));
  return all;
}
