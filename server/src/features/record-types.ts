/**
 * The types that programs send through ring and perf buffers, read from the calls: `bpf_ringbuf_reserve(&events,
 * sizeof(*event), 0)`. What is not plain is left out.
 */
import type { ResultOf } from '#core/messages/custom-message';
import type { recordTypesRequest } from '#core/messages/record-types';
import { splitArguments } from '../analysis/arguments';
import { tokenize, type Token } from '../analysis/lexer';
import { endOfGroup } from '../analysis/mask';
import type { SourceAnalysis } from '../analysis/model';

/** Which arguments are the map, the size, and the data, where there is one. */
const senders: ReadonlyMap<string, { readonly map: number; readonly size: number; readonly data?: number }> =
  new Map([
    ['bpf_ringbuf_reserve', { map: 0, size: 1 }],
    ['bpf_ringbuf_output', { map: 0, size: 2, data: 1 }],
    ['bpf_perf_event_output', { map: 1, size: 4, data: 3 }],
    ['bpf_skb_output', { map: 1, size: 4, data: 3 }],
    ['bpf_xdp_output', { map: 1, size: 4, data: 3 }],
  ]);

export function recordTypes({ text, maps, functions }: SourceAnalysis): ResultOf<typeof recordTypesRequest> {
  const found = new Map<string, Set<string>>();
  for (const { span } of functions) {
    const tokens = tokenize(text, span.start, span.end);
    tokens.forEach(({ text: name }, at) => {
      const sender = senders.get(name);
      if (sender === undefined || tokens[at + 1]?.text !== '(') return;
      const all = splitArguments(tokens.slice(at + 2, endOfGroup(tokens, at + 1) - 1));
      const map = all[sender.map]?.findLast(({ kind }) => kind === 'word')?.text;
      if (map === undefined || !maps.some((one) => one.name === map)) return;
      const scope: Scope = { before: tokens.slice(0, at), outside: () => outsideFunctions(text, functions) };
      const type =
        sizeofType(all[sender.size] ?? [], scope) ??
        (sender.data === undefined
          ? assignedType(scope)
          : expressionType(all[sender.data] ?? [], scope, true));
      if (type !== undefined) found.set(map, (found.get(map) ?? new Set()).add(type));
    });
  }
  return { maps: Array.from(found, ([map, types]) => ({ map, types: [...types] })) };
}

/** Where names are declared. */
interface Scope {
  /** The function up to the call. */
  readonly before: readonly Token[];
  readonly outside: () => readonly Token[];
}

interface Declared {
  /** `struct event`, `event_t`. */
  readonly type: string;
  readonly pointer: boolean;
}

/** `sizeof(struct event)`, `sizeof(*event)`, `sizeof *event`, `sizeof(event)`. */
function sizeofType(tokens: readonly Token[], scope: Scope): string | undefined {
  const [operator, ...operand] = tokens;
  if (operator?.text !== 'sizeof' || operand.length === 0) return undefined;
  const grouped = operand[0]?.text === '(';
  if (grouped && endOfGroup(operand, 0) !== operand.length) return undefined;
  const inner = grouped ? operand.slice(1, -1) : operand;
  return typeText(inner) ?? expressionType(inner, scope, false);
}

/** `event = bpf_ringbuf_reserve(…)`: what the variable points to. */
function assignedType({ before, outside }: Scope): string | undefined {
  const equals = before.at(-1);
  const variable = before.at(-2);
  if (equals?.text !== '=' || variable?.kind !== 'word') return undefined;
  return expressionType([variable], { before, outside }, true);
}

/**
 * The type of `name`, `*name` or `&name`.
 * @param address whether the expression is the address of what is meant
 */
function expressionType(tokens: readonly Token[], scope: Scope, address: boolean): string | undefined {
  const [prefix, variable, ...rest] = tokens.length === 1 ? [undefined, tokens[0]] : tokens;
  if (variable?.kind !== 'word' || rest.length > 0) return undefined;
  if (prefix !== undefined && prefix.text !== '*' && prefix.text !== '&') return undefined;
  const declared =
    declarationOf(variable.text, scope.before) ?? declarationOf(variable.text, scope.outside());
  if (declared === undefined) {
    // `sizeof(event_t)`: a word that is no variable is a type.
    return prefix === undefined && !address ? variable.text : undefined;
  }
  const pointers = (declared.pointer ? 1 : 0) + (prefix?.text === '&' ? 1 : prefix ? -1 : 0);
  return pointers === (address ? 1 : 0) ? declared.type : undefined;
}

/** The last declaration of a name: `struct event *name`, `event_t name = …`. */
function declarationOf(name: string, tokens: readonly Token[]): Declared | undefined {
  for (let at = tokens.length - 1; at > 0; at--) {
    if (tokens[at]?.text !== name || !/^[=;,)[]$/.test(tokens[at + 1]?.text ?? ';')) continue;
    let start = at;
    while (tokens[start - 1]?.text === '*') start--;
    const pointers = at - start;
    const first =
      tokens[start - 2]?.kind === 'word' && /^(?:struct|union)$/.test(tokens[start - 2]?.text ?? '');
    const type = typeText(tokens.slice(first ? start - 2 : start - 1, start));
    const word = tokens[start - 1];
    if (word?.kind !== 'word' || /^(?:return|sizeof|else|goto|case|void)$/.test(word.text) || pointers > 1)
      continue;
    return { type: type ?? word.text, pointer: pointers === 1 };
  }
  return undefined;
}

/** `struct event` */
function typeText([keyword, tag, ...rest]: readonly Token[]): string | undefined {
  const composite = keyword?.text === 'struct' || keyword?.text === 'union';
  return composite && tag?.kind === 'word' && rest.length === 0 ? `${keyword.text} ${tag.text}` : undefined;
}

function outsideFunctions(text: string, functions: SourceAnalysis['functions']): readonly Token[] {
  const inside = (start: number) => functions.some(({ span }) => span.start <= start && start < span.end);
  return tokenize(text).filter(({ start }) => !inside(start));
}
