/**
 * A local that is too large for the stack moves into the one element of a per-CPU array: the map before the program, a lookup in
 * place of the declaration, and a pointer wherever the local was named.
 */
import type { Token } from '../analysis/lexer';
import type { Program } from '../analysis/model';
import type { Fix } from '../checks/check';
import { helperNamed } from '../helpers/helpers';
import { callsIn } from './calls';
import { freeName, type Declared } from './declared';
import { linesAfterDeclarations } from './layout';
import { guard, leaveAt } from './leave';
import type { Edit } from './model';
import { mentions, type Statement } from './statements';

export interface LargeLocal {
  readonly name: string;
  readonly declared: Declared;
  readonly bytes: number;
}

/** PCPU_MIN_UNIT_SIZE: the kernel makes no larger elements. */
const mostBytes = 32768;
/** Clang makes so many stores of eight bytes of one `__builtin_memset()`, and no more. */
const mostCleared = 1024;
/** What they are given has to be on the stack. */
const wantsStack =
  /^bpf_(?:loop|for_each_map_elem|find_vma|user_ringbuf_drain|dynptr_\w+|ringbuf_\w+_dynptr)$/;

/** Undefined where it is not sure that the program loads with it. */
export function scratchMap(
  text: string,
  program: Program,
  body: Statement,
  local: LargeLocal,
): Fix | undefined {
  const { section, function: fn } = program;
  const { name, declared, bytes } = local;
  const { statement, initializer } = declared;
  // Kernels before 5.12 give programs that sleep no per-CPU maps.
  if (/^\??\w+\.s\b/.test(section.value) || bytes > mostBytes || statement?.parent !== body) return undefined;
  if (!isPlain(text, statement, declared) || isInDirective(text, name)) return undefined;
  if (initializer && (!isZero(initializer) || bytes > mostCleared)) return undefined;
  const place = { offset: statement.span.start, statement, body, function: fn, program };
  const map = [`scratch_${name}`, `${fn.name}_${name}`].find((one) => !new RegExp(`\\b${one}\\b`).test(text));
  const zero = freeName(place, 'zero', 'slot');
  const leave = leaveAt({ text }, place, statement);
  const uses = usesOf(text, body, local);
  const before = map === undefined ? undefined : definition(text, program, map, valueType(text, declared));
  if (map === undefined || !zero || !leave || !uses || !before) return undefined;
  const cleared = declared.isArray ? `sizeof(${valueType(text, declared)})` : `sizeof(*${name})`;
  const lines = [
    ...guard(`!${name}`, leave),
    ...(initializer ? [`__builtin_memset(${name}, 0, ${cleared});`] : []),
  ];
  const after = linesAfterDeclarations(text, statement, lines, ({ tokens }) => mentions(tokens, name));
  if (!after) return undefined;
  const indent = /[ \t]*$/.exec(text.slice(0, statement.span.start))?.[0] ?? '';
  const lookup = `__u32 ${zero} = 0;\n${indent}${declared.type} *${name} = bpf_map_lookup_elem(&${map}, &${zero});`;
  return {
    title: `Keep \`${name}\` in a per-CPU array`,
    edits: [before, { span: statement.span, newText: lookup }, ...after, ...uses],
    preferred: true,
  };
}

/** Alone in its declaration, with no more than a type: `struct event e;`, `char path[600] = {};`. */
function isPlain(text: string, { head }: Statement, declared: Declared): boolean {
  const { typeSpan, nameSpan, qualifiers, pointers, end } = declared;
  const [first] = head;
  const isBetween = text.slice(typeSpan.end, nameSpan.start).trim() === '';
  const behind = head.find((token) => token.start >= end);
  const last = declared.initializer?.at(-1) ?? behind ?? head.at(-1);
  const brackets = text.slice(nameSpan.end, end);
  const isBare = qualifiers.length === 0 && pointers === 0 && first?.start === typeSpan.start;
  return isBare && isBetween && last === head.at(-1) && /^(?:\s*\[[^[\]]+\])?$/.test(brackets);
}

/** A macro of the file may name it. */
const isInDirective = (text: string, name: string): boolean =>
  new RegExp(String.raw`^[ \t]*#(?:.*\\\r?\n)*.*\b${name}\b`, 'm').test(text);

const isZero = (initializer: readonly Token[]): boolean =>
  /^(?:\{0?,?\}|"")$/.test(initializer.map(({ text }) => text).join(''));

/** `struct event`, `char[600]` */
const valueType = (text: string, { type, nameSpan, end }: Declared): string =>
  `${type}${text.slice(nameSpan.end, end).trim()}`;

/** Before the line on which the program begins; its type has to be known there. */
function definition(
  text: string,
  { section, function: fn }: Program,
  map: string,
  type: string,
): Edit | undefined {
  const start = text.lastIndexOf('\n', section.span.start - 1) + 1;
  const tag = /^(?:struct|union) (\w+)$/.exec(type)?.[1] ?? '';
  const isLocal = new RegExp(String.raw`\b${tag}\s*\{`).test(text.slice(fn.bodySpan.start, fn.bodySpan.end));
  if (section.form === 'macro' || section.span.start > fn.span.start) return undefined;
  if (text.slice(start, section.span.start).trim() !== '' || (tag !== '' && isLocal)) return undefined;
  const lines = [
    'struct {',
    '\t__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);',
    '\t__uint(max_entries, 1);',
    '\t__type(key, __u32);',
    `\t__type(value, ${type});`,
    `} ${map} SEC(".maps");`,
  ];
  return { span: { start, end: start }, newText: `${lines.join('\n')}\n\n` };
}

/** What each mention of the local becomes; undefined where one is not understood. */
function usesOf(text: string, body: Statement, { name, declared }: LargeLocal): readonly Edit[] | undefined {
  const { tokens } = body;
  const edits: Edit[] = [];
  for (const call of callsIn(text, tokens)) {
    const isGiven = call.arguments.some((argument) => mentions(argument.tokens, name));
    if (isGiven && helperNamed(call.name) !== undefined && wantsStack.test(call.name)) return undefined;
  }
  for (const [n, token] of tokens.entries()) {
    if (token.text !== name || token.start === declared.nameSpan.start) continue;
    const previous = tokens[n - 1]?.text ?? '';
    if (/^(?:->|\.)$/.test(previous)) continue;
    const edit = useAt(text, tokens, n, declared);
    if (!edit) return undefined;
    edits.push(...edit);
  }
  return edits;
}

function useAt(
  text: string,
  tokens: readonly Token[],
  n: number,
  declared: Declared,
): readonly Edit[] | undefined {
  const [open, previous, token, next] = [tokens[n - 2], tokens[n - 1], tokens[n], tokens[n + 1]];
  if (!token || !previous) return undefined;
  // Declared again in a block of its own.
  if (/^\w+$/.test(previous.text) && previous.text !== 'return') return undefined;
  const isSized = previous.text === '(' && open?.text === 'sizeof' && next?.text === ')';
  if (declared.isArray) {
    if (isSized)
      return [{ span: { start: token.start, end: token.end }, newText: valueType(text, declared) }];
    return previous.text === '&' && next?.text !== '[' ? undefined : [];
  }
  if (next?.text === '.') return [{ span: { start: next.start, end: next.end }, newText: '->' }];
  if (isSized) return [{ span: { start: token.start, end: token.start }, newText: '*' }];
  const isAddress = previous.text === '&' && /^[(,=]$/.test(open?.text ?? '');
  return isAddress ? [{ span: { start: previous.start, end: token.start }, newText: '' }] : undefined;
}
