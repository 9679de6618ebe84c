/**
 * What a lookup or a reservation returns may be NULL, and the verifier refuses to read or write through it before that was
 * looked at. Told only of the plainest case: the next statement that names the pointer writes through it.
 */
import type { Token } from '../analysis/lexer';
import type { MapDef, Program } from '../analysis/model';
import { verdictFixes } from '../fixes/index';
import { after, assignedVariable, mentions, statementsIn, type Statement } from '../fixes/statements';
import { bodyOf, certainOf } from '../helpers/bodies';
import { labelAt } from '../maps/label';
import type { DocumentView } from '../view';
import type { Check, Finding, Fix } from './check';

/** Of an array the verifier knows since 6.14 which elements there are. */
const keyed = /^BPF_MAP_TYPE_(?:LRU_)?(?:PERCPU_)?HASH$|^BPF_MAP_TYPE_LPM_TRIE$/;
const storages = /^bpf_(?:task|sk|inode|cgrp)_storage_get$/;

export const nullCheck: Check = {
  code: 'null-check',
  sourceOnly: true,
  run: (view) => view.source.programs.flatMap((program) => findings(view, program)),
};

function findings(view: DocumentView, program: Program): readonly Finding[] {
  const { section, function: fn } = program;
  const { text, source } = view;
  const inside = text.slice(fn.bodySpan.start, fn.bodySpan.end);
  if (section.conditional || section.value.startsWith('?') || fn.conditional || !/\bbpf_/.test(inside))
    return [];
  const body = bodyOf(source, fn);
  const origins = body && [...statementsIn(body)].flatMap((one) => originOf(view, one) ?? []);
  if (body === undefined || origins === undefined || origins.length === 0) return [];
  const certain = new Set(certainOf(source, fn).flatMap(({ tokens }) => tokens[0]?.start ?? []));
  return origins.flatMap(({ statement, name, callee }) => {
    const use = firstUse(statement, name);
    if (!use || !certain.has(statement.span.start) || !certain.has(use.statement.span.start)) return [];
    return [
      {
        code: 'null-check',
        span: { start: use.at.start, end: use.at.end },
        severity: 'error',
        dependsOnKernel: false,
        message: `${name} may be NULL: it comes from ${callee.text}(), and nothing looks at it before it is used. The verifier refuses the program.`,
        fixes: fixesFor(view, name, use.at, callee),
        related: [
          { span: { start: callee.start, end: callee.end }, message: `${callee.text}() may return NULL` },
        ],
      },
    ];
  });
}

interface Origin {
  readonly statement: Statement;
  readonly name: string;
  readonly callee: Token;
}

/** `value = bpf_map_lookup_elem(&map, …);`, casts aside. */
function originOf({ source }: DocumentView, statement: Statement): Origin | undefined {
  const { head } = statement;
  const mayBe = statement.kind === 'simple' && head.some(({ text }) => text.startsWith('bpf_'));
  const name = mayBe ? assignedVariable(statement) : undefined;
  const equals = head.findIndex(({ text }) => text === '=');
  const open = head.findIndex(({ text }, at) => at > equals && text === '(' && head[at - 1]?.kind === 'word');
  const callee = head[open - 1];
  if (name === undefined || equals < 0 || callee === undefined || head.at(-1)?.text !== ')') return undefined;
  // Nothing but casts stands before the call, and nothing is done with what it returns.
  const casts = head.slice(equals + 1, open - 1);
  if (!casts.every(({ kind, text }) => kind === 'word' || /^[(*)]$/.test(text)) || !closesAtEnd(head, open))
    return undefined;
  if (source.expressions.isMacro(callee.text)) return undefined;
  const map = mapOf(source.maps, head.slice(open + 1));
  const mayBeNull =
    callee.text === 'bpf_ringbuf_reserve' ||
    storages.test(callee.text) ||
    (callee.text === 'bpf_map_lookup_elem' && map?.type !== undefined && keyed.test(map.type));
  return mayBeNull ? { statement, name, callee } : undefined;
}

function closesAtEnd(tokens: readonly Token[], open: number): boolean {
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    if (tokens[at]?.text === '(') depth++;
    if (tokens[at]?.text === ')' && --depth === 0) return at === tokens.length - 1;
  }
  return false;
}

/** `&map, …` */
function mapOf(maps: readonly MapDef[], [and, name, comma]: readonly Token[]): MapDef | undefined {
  const own = maps.filter((map) => map.name === name?.text);
  return and?.text === '&' && comma?.text === ',' && own.length === 1 ? own[0] : undefined;
}

/** The pointer in the first statement behind its origin that names it, where that certainly writes through it. */
function firstUse(
  origin: Statement,
  name: string,
): { readonly statement: Statement; readonly at: Token } | undefined {
  for (const statement of after(origin)) {
    if (mentions(statement.tokens, name)) {
      const at = statement.kind === 'simple' ? writtenThrough(statement.head, name) : undefined;
      return at && { statement, at };
    }
    if (statement.kind !== 'simple' && statement.kind !== 'if') return undefined;
  }
  return undefined;
}

/** `value->count = …`, `(*value)++`, `__sync_fetch_and_add(value, 1)`: a store that the compiler keeps. */
function writtenThrough(head: readonly Token[], name: string): Token | undefined {
  const texts = head.map(({ text }) => text).join(' ');
  const member = String.raw`${name} -> \w+(?: (?:\.|->) \w+| \[ \w+ \])*`;
  const target = String.raw`(?:\* ${name}|${member}|\( \* ${name} \))`;
  const writes = [
    String.raw`^${target} (?:[-+*/|&^] )?=(?! =)`,
    String.raw`^${target} (?:\+ \+|- -)$`,
    String.raw`^__(?:sync|atomic)_\w+ \( (?:${name}|& ${member}) ,`,
  ];
  return new RegExp(writes.join('|')).test(texts) ? head.find(({ text }) => text === name) : undefined;
}

/** As the lightbulb on the verifier's own refusal has them. */
function fixesFor(view: DocumentView, value: string, at: Token, callee: Token): readonly Fix[] {
  return verdictFixes(view, {
    rule: 'null-check',
    kernelText: '',
    value,
    labels: [at, callee].map(({ start }) => labelAt(view.text, start)),
  });
}
