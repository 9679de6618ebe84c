/** What a program takes and has to give back, and what it holds at a statement. */
import { HELPER_ROWS } from '#core/bpf/helpers.generated';
import type { Token } from '../analysis/lexer';
import { callsIn, plainName, spelled, type Call } from './calls';
import {
  ancestors,
  assignedVariable,
  before,
  leaves,
  mentions,
  statementsIn,
  type Statement,
} from './statements';

export interface Held {
  /** The call that took it. */
  readonly call: string;
  /** `record`; `value -> lock`, `& flags`: what is given back, spelled alike everywhere. */
  readonly key: string;
  /** The variable with the pointer, where it is one. */
  readonly variable?: string;
  /** `bpf_ringbuf_discard(record, 0);` */
  readonly release: string;
  readonly statement: Statement;
}

interface Pair {
  readonly takes: RegExp;
  /** What gives it back; the first is written where nothing else is known. */
  readonly gives: readonly string[];
  /** The argument that says what: -1 for the result. */
  readonly subject: number | 'none';
  /** Further arguments of the call that gives back. */
  readonly rest?: string;
}

const pairs: readonly Pair[] = [
  {
    takes: /^bpf_ringbuf_reserve$/,
    gives: ['bpf_ringbuf_discard', 'bpf_ringbuf_submit'],
    subject: -1,
    rest: ', 0',
  },
  { takes: /^bpf_(?:sk_lookup_(?:tcp|udp)|skc_lookup_tcp)$/, gives: ['bpf_sk_release'], subject: -1 },
  { takes: /^bpf_task_(?:acquire|from_v?pid)$/, gives: ['bpf_task_release'], subject: -1 },
  { takes: /^bpf_cgroup_(?:acquire|from_id|ancestor)$/, gives: ['bpf_cgroup_release'], subject: -1 },
  { takes: /^bpf_cpumask_(?:create|acquire)$/, gives: ['bpf_cpumask_release'], subject: -1 },
  { takes: /^bpf_get_task_exe_file$/, gives: ['bpf_put_file'], subject: -1 },
  { takes: /^bpf_obj_new_impl$/, gives: ['bpf_obj_drop_impl'], subject: -1, rest: ', NULL' },
  { takes: /^bpf_obj_new$/, gives: ['bpf_obj_drop'], subject: -1 },
  {
    ...{ takes: /^bpf_ringbuf_reserve_dynptr$/, subject: 3, rest: ', 0' },
    gives: ['bpf_ringbuf_discard_dynptr', 'bpf_ringbuf_submit_dynptr'],
  },
  { takes: /^bpf_iter_num_new$/, gives: ['bpf_iter_num_destroy'], subject: 0 },
  { takes: /^bpf_iter_task_new$/, gives: ['bpf_iter_task_destroy'], subject: 0 },
  { takes: /^bpf_iter_css_new$/, gives: ['bpf_iter_css_destroy'], subject: 0 },
  { takes: /^bpf_spin_lock$/, gives: ['bpf_spin_unlock'], subject: 0 },
  { takes: /^bpf_rcu_read_lock$/, gives: ['bpf_rcu_read_unlock'], subject: 'none' },
  { takes: /^bpf_preempt_disable$/, gives: ['bpf_preempt_enable'], subject: 'none' },
  { takes: /^bpf_local_irq_save$/, gives: ['bpf_local_irq_restore'], subject: 0 },
];

/** Calls that hand on what they get: it need not be given back then. */
const handsOn = /^bpf_(?:kptr_xchg|list_push_(?:front|back)(?:_impl)?|rbtree_add(?:_impl)?|tail_call)$/;

/** What a statement takes; undefined where it takes nothing, or nobody knows where it keeps it. */
export function takenBy(text: string, statement: Statement): Held | undefined {
  if (statement.kind !== 'simple') return undefined;
  for (const call of callsIn(text, statement.head)) {
    const pair = pairs.find(({ takes }) => takes.test(call.name));
    if (pair) return taken(statement, call, pair);
  }
  return undefined;
}

function taken(statement: Statement, { name: call, arguments: all }: Call, pair: Pair): Held | undefined {
  const { subject, rest = '', gives } = pair;
  const [release = ''] = gives;
  if (subject === 'none') return { call, key: '', release: `${release}();`, statement };
  if (subject >= 0) {
    const argument = all[subject];
    return (
      argument && {
        call,
        key: spelled(argument.tokens),
        release: `${release}(${argument.text}${rest});`,
        statement,
      }
    );
  }
  const variable = assignedVariable(statement);
  return variable === undefined
    ? undefined
    : { call, key: variable, variable, release: `${release}(${variable}${rest});`, statement };
}

/** Whether a call gives this back. */
export function gives(call: Call, { call: takes, key, variable }: Held): boolean {
  const pair = pairs.find((one) => one.takes.test(takes));
  const [first] = call.arguments;
  const own =
    first === undefined ? '' : variable === undefined ? spelled(first.tokens) : plainName(first.text);
  if (variable !== undefined && handsOn.test(call.name))
    return call.arguments.some(({ tokens }) => mentions(tokens, variable));
  return pair?.gives.includes(call.name) === true && own === key;
}

/** A call that gives something back, whatever it is. */
export const isRelease = (name: string): boolean => pairs.some(({ gives: names }) => names.includes(name));

/**
 * What is held when a statement begins, in the order in which it was taken; undefined where that depends on the way.
 */
export function heldAt(text: string, statement: Statement): readonly Held[] | undefined {
  let held: Held[] = [];
  const path = [...ancestors(statement)].reverse();
  for (const one of path) {
    for (const earlier of before(one)) {
      const all = [...statementsIn(earlier)];
      if (all.some(({ kind }) => kind === 'label')) return undefined;
      if (earlier.kind === 'simple') {
        held = held.filter((each) => !callsIn(text, earlier.head).some((call) => gives(call, each)));
        const own = takenBy(text, earlier);
        if (own) held.push(own);
        continue;
      }
      held = held.filter((each) => !isGivenBackIn(text, earlier, each));
      for (const inner of all) {
        const isDeparture = [...ancestors(inner)].some(
          (each) => each.kind === 'block' && leaves(each) && each.span.start >= earlier.span.start,
        );
        if (isDeparture || inner.kind !== 'simple') continue;
        const calls = callsIn(text, inner.head);
        if (takenBy(text, inner) || held.some((each) => calls.some((call) => gives(call, each))))
          return undefined;
      }
    }
    // Where the pointer is NULL there is nothing to give back.
    if (one.parent?.kind === 'if') {
      const isThen = one.parent.body[0] === one;
      held = held.filter(({ variable }) => {
        if (variable === undefined || !one.parent) return true;
        const known = nullTest(one.parent, variable);
        return known === undefined || (known === 'null') !== isThen;
      });
    }
  }
  return held;
}

/** `if (record) { …; bpf_ringbuf_submit(record, 0); }`: behind it nothing is held, whichever way was taken. */
function isGivenBackIn(text: string, statement: Statement, held: Held): boolean {
  const [then] = statement.body;
  if (statement.kind !== 'if' || then === undefined || held.variable === undefined) return false;
  if (nullTest(statement, held.variable) !== 'set') return false;
  const always = then.kind === 'block' ? then.body : [then];
  return always.some(
    ({ kind, head }) => kind === 'simple' && callsIn(text, head).some((call) => gives(call, held)),
  );
}

/** What an `if` asks about a pointer, where it asks nothing else. */
export function nullTest({ head }: Statement, variable: string): 'null' | 'set' | undefined {
  return nullTestOf(head, variable);
}

export function nullTestOf(tokens: readonly Token[], variable: string): 'null' | 'set' | undefined {
  const condition = spelled(tokens);
  switch (/^(?:un)?likely \( ([^()]*) \)$/.exec(condition)?.[1] ?? condition) {
    case `! ${variable}`:
    case `${variable} = = NULL`:
    case `NULL = = ${variable}`:
    case `${variable} = = 0`:
      return 'null';
    case variable:
    case `${variable} ! = NULL`:
    case `NULL ! = ${variable}`:
      return 'set';
    default:
      return undefined;
  }
}

/** Helpers are always declared; a kernel function is where what takes is, or where the file names it. */
export function isDeclared(text: string, { call, release }: Held): boolean {
  const name = /^\w+/.exec(release)?.[0] ?? '';
  const isHelper = HELPER_ROWS.some(([, helper]) => helper === name);
  const declares = (one: string): boolean => new RegExp(String.raw`\b${one}\s*\([^;]*__ksym`).test(text);
  return isHelper || declares(name) || !declares(call);
}
