/**
 * What a lookup or a reservation returns may be NULL, and the verifier refuses to read or write through it before that was
 * looked at. Told where the verifier certainly comes to the use on a way that has not.
 */
import type { Token } from '../analysis/lexer';
import type { MapDef, Program } from '../analysis/model';
import { verdictFixes } from '../fixes/index';
import { nullTest } from '../fixes/pairs';
import { after, assignedVariable, leaves, mentions, statementsIn, type Statement } from '../fixes/statements';
import { bodyOf, certainOf } from '../helpers/bodies';
import type { Statement as Certain } from '../helpers/certain-code';
import { helperNamed } from '../helpers/helpers';
import { dereferenceIn } from '../maps/dereference';
import { labelAt } from '../maps/label';
import { followed } from '../maps/paths';
import { hasUnknownMacros, keepsNothing } from '../maps/pointer-uses';
import type { DocumentView } from '../view';
import { byProgram } from './by-program';
import type { Finding, Fix } from './check';
import { unlessSilentBefore } from './silence';

/** Of an array the verifier knows since 6.14 which elements there are. */
const keyed = /^BPF_MAP_TYPE_(?:LRU_)?(?:PERCPU_)?HASH$|^BPF_MAP_TYPE_LPM_TRIE$/;
const storages = /^bpf_(?:task|sk|inode|cgrp)_storage_get$/;

export const nullCheck = byProgram(
  { code: 'null-check', sourceOnly: true },
  unlessSilentBefore('null-check', findings),
);

function findings(view: DocumentView, program: Program): readonly Finding[] {
  const { section, function: fn } = program;
  const { text, source } = view;
  const inside = text.slice(fn.bodySpan.start, fn.bodySpan.end);
  if (section.conditional || section.value.startsWith('?') || fn.conditional || !/\bbpf_/.test(inside))
    return [];
  const body = bodyOf(source, fn);
  const origins = body && [...statementsIn(body)].flatMap((one) => originOf(view, one) ?? []);
  if (body === undefined || origins === undefined || origins.length === 0) return [];
  const certain = certainOf(source, fn);
  const starts = new Set(certain.flatMap(({ tokens }) => tokens[0]?.start ?? []));
  const found = origins.flatMap((origin) => used(view, { body, origin, certain, starts }) ?? []);
  return found.length > 0 && !hasUnknownMacros(source, body) ? found : [];
}

interface Question {
  readonly body: Statement;
  readonly origin: Origin;
  readonly certain: readonly Certain[];
  readonly starts: ReadonlySet<number>;
}

/** The first use on a way on which the verifier certainly does not know that there is something. */
function used(view: DocumentView, { body, origin, certain, starts }: Question): Finding | undefined {
  const { source } = view;
  const { statement, name } = origin;
  if (isCheckedAtOnce(statement, name)) return undefined;
  const ways = followed({ source, body, origin: statement, variable: name, isHarmless: looksOnly, certain });
  const isCertain = (one: Statement) =>
    starts.has((one.kind === 'if' ? one.head[0] : one.tokens[0])?.start ?? -1);
  const asked = { source, names: ways.names, isCertain };
  for (const { statement: use, states } of ways.visits) {
    const isUnchecked = states.get('unchecked') === true;
    if (!isUnchecked && states.get('null') !== true) continue;
    const at = dereferenceIn(asked, use);
    if (at) return finding(view, origin, at, { isPlain: isUnchecked && states.size === 1 });
  }
  return undefined;
}

/** `if (!value) return 0;` comes next, as nearly always: then there is no other way. */
function isCheckedAtOnce(origin: Statement, name: string): boolean {
  for (const next of after(origin)) {
    if (next.kind === 'if') return nullTest(next, name) === 'null' && leaves(next.body[0]);
    if (next.kind !== 'simple' || mentions(next.head, name)) return false;
  }
  return false;
}

const looksOnly = (name: string): boolean => keepsNothing(name) || helperNamed(name) !== undefined;

/** @param isPlain nothing has looked at it at all */
function finding(
  view: DocumentView,
  { callee }: Origin,
  at: Token,
  { isPlain }: { readonly isPlain: boolean },
): Finding {
  const why = isPlain
    ? 'nothing looks at it before it is used'
    : 'on a way to here nothing leaves where it is NULL';
  return {
    code: 'null-check',
    span: { start: at.start, end: at.end },
    severity: 'error',
    dependsOnKernel: false,
    message: `${at.text} may be NULL: it comes from ${callee.text}(), and ${why}. The verifier refuses the program.`,
    fixes:
      (isPlain ? [[at, callee]] : [[at], [at, callee]])
        .map((labels) => fixesFor(view, at, labels))
        .find((fixes) => fixes.length > 0) ?? [],
    related: [
      { span: { start: callee.start, end: callee.end }, message: `${callee.text}() may return NULL` },
    ],
  };
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

/** As the lightbulb on the verifier's own refusal has them. */
function fixesFor(view: DocumentView, use: Token, labels: readonly Token[]): readonly Fix[] {
  return verdictFixes(view, {
    rule: 'null-check',
    kernelText: '',
    value: use.text,
    labels: labels.map(({ start }) => labelAt(view.text, start)),
  });
}
