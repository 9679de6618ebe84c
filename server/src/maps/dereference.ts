/** Where a statement certainly reads or writes through a pointer: in ways that the compiler has to keep. */
import type { Token } from '../analysis/lexer';
import type { SourceAnalysis } from '../analysis/model';
import { callsIn, spelled, type Call } from '../fixes/calls';
import { localOf } from '../fixes/declared';
import { after, assignedVariable, isDeclaration, mentions, type Statement } from '../fixes/statements';
import { helperNamed } from '../helpers/helpers';
import { mentionsAny } from './pointer-uses';

export interface Asked {
  readonly source: SourceAnalysis;
  readonly names: ReadonlySet<string>;
  /** The program certainly has it. */
  isCertain(statement: Statement): boolean;
}

export function dereferenceIn(asked: Asked, statement: Statement): Token | undefined {
  const { head, kind } = statement;
  if (!mentionsAny(head, asked.names)) return undefined;
  if (kind === 'if') return conditionRead(asked, statement);
  if (isConditional(head)) return undefined;
  if (kind === 'return') return readIn(asked.names, head);
  if (kind !== 'simple' || (isDeclaration(statement) && !head.some(({ text }) => text === '=')))
    return undefined;
  return writtenThrough(asked, head) ?? passed(asked, head) ?? keptRead(asked, statement);
}

const isConditional = (tokens: readonly Token[]): boolean =>
  tokens.some(
    ({ text, end }, n) =>
      text === '?' || (/^[&|]$/.test(text) && tokens[n + 1]?.text === text && tokens[n + 1]?.start === end),
  );

/** `value->count = …`, `(*value)++`, `__sync_fetch_and_add(value, 1)`: a store that the compiler keeps. */
function writtenThrough({ names }: Asked, head: readonly Token[]): Token | undefined {
  const texts = spelled(head);
  for (const name of names) {
    if (!mentions(head, name)) continue;
    const member = String.raw`${name} -> \w+(?: (?:\.|->) \w+| \[ \w+ \])*`;
    const target = String.raw`(?:\* ${name}|${member}|\( \* ${name} \))`;
    const writes = [
      String.raw`^${target} (?:[-+*/|&^] )?=(?! =)`,
      String.raw`^${target} (?:\+ \+|- -)$`,
      String.raw`^__(?:sync|atomic)_\w+ \( (?:${name}|& ${member}) ,`,
    ];
    if (new RegExp(writes.join('|')).test(texts)) return head.find(({ text }) => text === name);
  }
  return undefined;
}

/** The arguments of helpers that have to be memory. */
const memory: Readonly<Record<string, readonly number[]>> = {
  bpf_probe_read: [0],
  bpf_probe_read_str: [0],
  bpf_probe_read_kernel: [0],
  bpf_probe_read_kernel_str: [0],
  bpf_probe_read_user: [0],
  bpf_probe_read_user_str: [0],
  bpf_get_current_comm: [0],
  bpf_map_lookup_elem: [1],
  bpf_map_update_elem: [1, 2],
  bpf_map_delete_elem: [1],
  bpf_map_push_elem: [1],
  bpf_ringbuf_output: [1],
  bpf_ringbuf_submit: [0],
  bpf_ringbuf_discard: [0],
  bpf_perf_event_output: [3],
  bpf_get_stack: [1],
  bpf_d_path: [1],
  bpf_spin_lock: [0],
};

/** `bpf_get_current_comm(value->comm, …)`, `bpf_printk("%d", value->count)` */
function passed({ source, names }: Asked, head: readonly Token[]): Token | undefined {
  for (const call of callsIn(source.text, head)) {
    if (source.functions.some(({ name }) => name === call.name) || source.expressions.isMacro(call.name))
      continue;
    const printed = call.name === 'bpf_printk' && isOfNumbers(call) ? call.arguments.slice(1) : [];
    const needed = memory[call.name]?.flatMap((at) => call.arguments[at] ?? []) ?? [];
    const found =
      needed.flatMap(({ tokens }) => inMemory(names, tokens) ?? [])[0] ??
      printed.flatMap(({ tokens }) => readIn(names, tokens) ?? [])[0];
    if (found) return found;
  }
  return undefined;
}

/** `value`, `&value->member`, `value->array`, `(void *)value`, `*value` */
function inMemory(names: ReadonlySet<string>, tokens: readonly Token[]): Token | undefined {
  const at = tokens.findIndex(({ text }) => names.has(text));
  const front = spelled(tokens.slice(0, at));
  const behind = spelled(tokens.slice(at + 1));
  const isPlain = /^(?:\( (?:const )?(?:\w+ ){1,2}\* \) )?&?$/.test(front) && /^(?:-> \w+)?$/.test(behind);
  const isAddress = front.endsWith('&');
  return at >= 0 && isPlain && (behind !== '' || !isAddress) ? tokens[at] : undefined;
}

/** A string could be the pointer itself. */
const isOfNumbers = ({ arguments: [format] }: Call): boolean =>
  /^"[^%]*(?:%l*[dux][^%]*)+"$/.test(format?.text ?? '');

/** `value->count`, `value->cells[1]` or `*value`, alone. */
function readIn(names: ReadonlySet<string>, tokens: readonly Token[]): Token | undefined {
  const at = tokens.findIndex(({ text }) => names.has(text));
  const isMember = at === 0 && /^\w+ -> \w+(?: \[ \w+ \])?$/.test(spelled(tokens));
  const isTarget = at === 1 && tokens.length === 2 && tokens[0]?.text === '*';
  return isMember || isTarget ? tokens[at] : undefined;
}

/** `if (!value->count)`, where one way calls a helper that the other does not. */
function conditionRead(asked: Asked, statement: Statement): Token | undefined {
  const [then, other] = statement.body;
  const bare = /^(?:! )?(.*?)(?: (?:= =|! =|>) 0)?$/.exec(spelled(statement.head))?.[1] ?? '';
  const from = statement.head[0]?.text === '!' ? 1 : 0;
  const read = readIn(asked.names, statement.head.slice(from, from + bare.split(' ').length));
  if (read === undefined || then === undefined || other !== undefined || !asked.isCertain(statement))
    return undefined;
  const inside = then.kind === 'block' ? then.body : [then];
  const isCall = (one: Statement) => one.kind === 'simple' && effects(asked, one);
  const isCalled = inside.some(isCall);
  const isLeft = inside.length === 1 && inside[0]?.kind === 'return' && inside[0].head.length === 1;
  const [next] = after(statement);
  return (isCalled && inside.at(-1)?.kind !== 'return') || (isLeft && next && isCall(next))
    ? read
    : undefined;
}

/** A helper is called first of all: the compiler cannot know that it does nothing. */
function effects({ source }: Asked, { head }: Statement): boolean {
  const [callee, open] = head;
  return (
    open?.text === '(' &&
    callee?.text.startsWith('bpf_') === true &&
    (callee.text === 'bpf_printk' || helperNamed(callee.text) !== undefined) &&
    !source.functions.some(({ name }) => name === callee.text) &&
    !source.expressions.isMacro(callee.text)
  );
}

/** `__u64 delta = now - *start;`, where the next statement that names `delta` passes it to a helper. */
function keptRead(asked: Asked, statement: Statement): Token | undefined {
  const { head } = statement;
  const local = assignedVariable(statement);
  const equals = head.findIndex(({ text }) => text === '=');
  if (local === undefined || equals < 1 || asked.names.has(local)) return undefined;
  const declared = localOf({ statement }, local);
  if (!declared || declared.pointers > 0 || declared.isArray || declared.qualifiers.includes('static'))
    return undefined;
  const value = head.slice(equals + 1);
  const read = readAmong(asked.names, value);
  if (read === undefined) return undefined;
  for (const next of after(statement)) {
    if (next.kind !== 'simple' || mentionsAny(next.head, asked.names)) return undefined;
    if (!mentions(next.head, local)) continue;
    const isKept =
      asked.isCertain(next) &&
      !isConditional(next.head) &&
      effects(asked, next) &&
      callsIn(asked.source.text, next.head)[0]?.arguments.some(
        ({ tokens }) => /^(?:& )?\w+$/.test(spelled(tokens)) && mentions(tokens, local),
      );
    return isKept === true ? read : undefined;
  }
  return undefined;
}

/** In a sum or a difference: whatever the other operands are, it has a say. */
function readAmong(names: ReadonlySet<string>, value: readonly Token[]): Token | undefined {
  const at = value.findIndex(({ text }) => names.has(text));
  const isTarget = value[at - 1]?.text === '*';
  const isMember = value[at + 1]?.text === '->';
  const before = value[isTarget ? at - 2 : at - 1]?.text;
  const behind = value[isMember ? at + 3 : at + 1]?.text;
  const isPlain = (text: string | undefined) => text === undefined || /^[+-]$/.test(text);
  const others = value.every(
    ({ text, kind }) => kind === 'word' || kind === 'number' || /^(?:[-+*()]|->)$/.test(text),
  );
  return at >= 0 && isTarget !== isMember && others && isPlain(before) && isPlain(behind)
    ? value[at]
    : undefined;
}
