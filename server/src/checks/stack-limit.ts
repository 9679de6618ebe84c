/**
 * Locals that do not fit on the stack of a BPF program: clang refuses to compile it. Told of those that it certainly keeps
 * there: their addresses are passed to helpers, and they are not copied as a whole.
 */
import type { Program } from '../analysis/model';
import { callsIn } from '../fixes/calls';
import type { Declared } from '../fixes/declared';
import { scratchMap } from '../fixes/scratch-map';
import { mentions, statementsIn, type Statement } from '../fixes/statements';
import { bodyOf, certainOf } from '../helpers/bodies';
import { helperNamed } from '../helpers/helpers';
import { localIn, sizeOfLocal } from '../maps/memory';
import type { DocumentView } from '../view';
import { byProgram } from './by-program';
import type { Finding } from './check';

export const stackLimit = byProgram({ code: 'stack-limit', sourceOnly: true }, findings);

/** MAX_BPF_STACK */
const limit = 512;

interface Kept {
  readonly name: string;
  readonly declared: Declared;
  readonly bytes: number;
  /** Declared and passed in the function's own block: it is there at the same time as all others that are. */
  readonly isOuter: boolean;
}

function findings(view: DocumentView, program: Program): readonly Finding[] {
  const { text, source } = view;
  const { section, function: fn } = program;
  if (section.conditional || fn.conditional || !mayBeLarge(text.slice(fn.bodySpan.start, fn.bodySpan.end)))
    return [];
  const body = bodyOf(source, fn);
  if (body === undefined) return [];
  const certain = new Set(certainOf(source, fn).flatMap(({ tokens }) => tokens[0]?.start ?? []));
  const statements = [...statementsIn(body)];
  const kept = new Map<number, Kept>();
  for (const statement of statements) {
    if (statement.kind !== 'simple' || !certain.has(statement.span.start)) continue;
    for (const one of passedLocals(view, statement, body)) {
      const start = one.declared.nameSpan.start;
      const isPlain = statements.every((each) => each.kind === 'block' || isKeptBy(view, each, one));
      if (isPlain) kept.set(start, { ...one, isOuter: one.isOuter || kept.get(start)?.isOuter === true });
    }
  }
  const large = [...kept.values()].filter(({ bytes }) => bytes > limit);
  const fixed = (one: Finding, local: Kept | undefined, rest = 0): Finding => {
    const fix = local && rest <= limit ? scratchMap(text, program, body, local) : undefined;
    return { ...one, fixes: fix ? [fix] : [] };
  };
  if (large.length > 0) return large.map((one) => fixed(finding([one], one.bytes), one));
  const outer = [...kept.values()].filter(({ isOuter }) => isOuter);
  const total = outer.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= limit) return [];
  const [largest] = [...outer].sort((a, b) => b.bytes - a.bytes);
  return [fixed(finding(outer, total), largest, total - (largest?.bytes ?? 0))];
}

/** At a glance: a struct, or arrays of more than fits, and a helper to give them to. */
function mayBeLarge(body: string): boolean {
  if (!/\bbpf_\w+\s*\(/.test(body)) return false;
  if (/\b(?:struct|union)\s+\w+\s+\w+\s*[;=,[]/.test(body)) return true;
  let most = 0;
  for (const [, type = '', length = ''] of body.matchAll(/(?:(\w+)\s+)?\w+\s*\[\s*(\w*)\s*\]/g)) {
    if (!/^\d+$/.test(length)) return true;
    most += Number(length) * (/^(?:char|__u8|u8|uint8_t|__s8|s8)$/.test(type) ? 1 : 8);
  }
  return most + scalars > limit || /\]\s*\[|\b[a-z]\w*_t\s+\w+\s*;/.test(body);
}

/** What the other locals may take. */
const scalars = 128;

/** `bpf_probe_read_kernel(&local, …)` */
function passedLocals(view: DocumentView, statement: Statement, body: Statement): readonly Kept[] {
  return callsIn(view.text, statement.head).flatMap(({ name: callee, arguments: all }) => {
    if (helperNamed(callee) === undefined || view.source.expressions.isMacro(callee)) return [];
    if (view.source.functions.some((fn) => fn.name === callee)) return [];
    return all.flatMap((argument): readonly Kept[] => {
      const local = localIn(statement, argument);
      const bytes = local && sizeOfLocal(view, local.declared);
      if (local === undefined || bytes === undefined || local.declared.qualifiers.includes('static'))
        return [];
      const { declared, name } = local;
      const isOuter = statement.parent === body && declared.statement?.parent === body;
      return [{ name: name.text, declared, bytes, isOuter }];
    });
  });
}

/** Nothing in it takes the variable as a whole but helpers: what is copied, the compiler may do without. */
function isKeptBy(view: DocumentView, { head }: Statement, { name, declared }: Kept): boolean {
  if (!mentions(head, name)) return true;
  const calls = callsIn(view.text, head);
  return head.every((token, n) => {
    if (token.text !== name || token.start === declared.nameSpan.start) return true;
    const around = calls.filter(({ span }) => span.start < token.start && token.end <= span.end);
    if (around.some((call) => call.name === 'sizeof')) return true;
    if (around.length > 0) return around.every((call) => helperNamed(call.name) !== undefined);
    return /^[.[]$/.test(head[n + 1]?.text ?? '') || /^(?:->|\.|sizeof)$/.test(head[n - 1]?.text ?? '');
  });
}

function finding(locals: readonly Kept[], total: number): Finding {
  const [first, ...others] = [...locals].sort((a, b) => b.bytes - a.bytes);
  const span = first?.declared.nameSpan ?? { start: 0, end: 0 };
  const what =
    others.length === 0
      ? `${first?.name ?? ''} takes ${total} bytes`
      : `${locals.map(({ name }) => name).join(', ')} take ${total} bytes`;
  return {
    code: 'stack-limit',
    span,
    severity: 'error',
    dependsOnKernel: false,
    message: `${what}, and the stack of a BPF program has ${limit}: clang refuses it.`,
    advice:
      'Keep it in the one element of a BPF_MAP_TYPE_PERCPU_ARRAY, or reserve a record of a ring buffer.',
    fixes: [],
    related: others.map(({ declared, name, bytes }) => ({
      span: declared.nameSpan,
      message: `${name} takes ${bytes} bytes`,
    })),
  };
}
