/**
 * Keys, values and records of the wrong size: a variable that is smaller than what the map reads or writes there, and a
 * write behind the end of a map's value or of a record.
 */
import type { FieldDef, FunctionDef, Span } from '../analysis/model';
import { sourceLayout } from '../ctx/read';
import { callsIn } from '../fixes/calls';
import { assignmentOf, statementsIn, type Statement } from '../fixes/statements';
import { bodyOf, certainOf } from '../helpers/bodies';
import { fieldNamed } from '../maps/definition';
import { certainBytes, localIn, mapOf, obtained, sizeOfLocal, type Obtained } from '../maps/memory';
import { certainSize } from '../maps/sizes';
import type { DocumentView } from '../view';
import type { Check, Finding, Fix } from './check';
import { unlessSilent } from './silence';

export const mapValueSize: Check = {
  code: 'map-value-size',
  sourceOnly: true,
  run: (view) =>
    view.source.functions.flatMap((fn) => unlessSilent(view, fn, 'map-value-size', () => findings(view, fn))),
};

/** Which argument of a helper is the key, which the value. */
const helpers: Readonly<Record<string, readonly (readonly [argument: number, of: 'key' | 'value'])[]>> = {
  bpf_map_lookup_elem: [[1, 'key']],
  bpf_map_lookup_percpu_elem: [[1, 'key']],
  bpf_map_delete_elem: [[1, 'key']],
  bpf_map_update_elem: [
    [1, 'key'],
    [2, 'value'],
  ],
  bpf_map_push_elem: [[1, 'value']],
  bpf_map_pop_elem: [[1, 'value']],
  bpf_map_peek_elem: [[1, 'value']],
};

function findings(view: DocumentView, fn: FunctionDef): readonly Finding[] {
  const { text, source } = view;
  const inside = text.slice(fn.bodySpan.start, fn.bodySpan.end);
  if (fn.conditional || source.maps.length === 0 || !/\bbpf_(?:map|ringbuf)_/.test(inside)) return [];
  const body = bodyOf(source, fn);
  if (body === undefined) return [];
  const statements = [...statementsIn(body)];
  const program = source.programs.find((one) => one.function === fn);
  const isProgram = program && !program.section.conditional && !program.section.value.startsWith('?');
  return [
    ...statements.flatMap((statement) => smallArguments(view, statement)),
    ...(isProgram ? writesBehind(view, fn, statements) : []),
  ];
}

function smallArguments(view: DocumentView, statement: Statement): readonly Finding[] {
  const { kind, head } = statement;
  if (kind === 'block' || kind === 'loop' || !head.some(({ text }) => Object.hasOwn(helpers, text)))
    return [];
  return callsIn(view.text, statement.head).flatMap((call) => {
    const roles = Object.hasOwn(helpers, call.name) ? (helpers[call.name] ?? []) : [];
    if (view.source.expressions.isMacro(call.name)) return [];
    return roles.flatMap(([n, of]): readonly Finding[] => {
      const argument = call.arguments[n];
      const map = mapOf(view, call.arguments[0]);
      const local = argument && localIn(statement, argument);
      if (argument === undefined || map === undefined || local === undefined) return [];
      const wanted = certainBytes(view, map, of);
      const size = sizeOfLocal(view, local.declared);
      if (wanted === undefined || size === undefined || size >= wanted) return [];
      const { name } = local;
      return [
        {
          code: 'map-value-size',
          span: argument.span,
          severity: 'warning',
          dependsOnKernel: false,
          message: `${name.text} has ${bytes(size)}, and the ${of} of ${map.map.name} has ${wanted}: the verifier refuses it, or takes what stands behind it.`,
          fixes: retyped(local.declared, fieldNamed(map, of)?.value, name.text),
          related: [{ span: map.map.nameSpan, message: `the ${of} of ${map.map.name} has ${bytes(wanted)}` }],
        },
      ];
    });
  });
}

const scalar = /^(?!struct |union )[\w ]+$/;

/** The variable as the map has it, where it is a number. */
function retyped(
  { isArray, pointers, type: own, typeSpan }: Obtained['declared'],
  type: string | undefined,
  name: string,
): readonly Fix[] {
  if (type === undefined || isArray || pointers > 0 || ![own, type].every((one) => scalar.test(one)))
    return [];
  const edits = [{ span: typeSpan, newText: type }];
  return [{ title: `Declare ${name} as ${type}`, edits, preferred: false }];
}

function writesBehind(
  view: DocumentView,
  fn: FunctionDef,
  statements: readonly Statement[],
): readonly Finding[] {
  const pointers = statements.flatMap((one) => {
    const pointer = obtained(view, one);
    const size = pointer && certainSize(view, pointer.declared.type);
    return pointer && size !== undefined && size > pointer.bytes ? [pointer] : [];
  });
  if (pointers.length === 0) return [];
  const certain = new Set(certainOf(view.source, fn).flatMap(({ tokens }) => tokens[0]?.start ?? []));
  return pointers.flatMap((pointer): readonly Finding[] => {
    const { variable, statement, bytes: there } = pointer;
    const isOnce = statements.every(
      (one) =>
        one === statement ||
        one.kind === 'block' ||
        !isAssigned(one, variable) ||
        /= (?:NULL|0)$/.test(one.head.map(({ text }) => text).join(' ')),
    );
    if (!isOnce || !certain.has(statement.span.start)) return [];
    for (const one of statements) {
      if (one.span.start < statement.span.end || !certain.has(one.span.start)) continue;
      const written = writtenEnd(view, one, pointer);
      if (written !== undefined && written.end > there) return [behind(view, pointer, written)];
    }
    return [];
  });
}

/** Not what it points to. */
function isAssigned({ head }: Statement, variable: string): boolean {
  const at = assignmentOf(head, variable);
  return at >= 0 && !(at === 1 && head[0]?.text === '*');
}

interface Written {
  /** Bytes from the beginning of what the pointer points to. */
  readonly end: number;
  readonly span: Span;
}

/** `e->member = …`, `*value = …`, `(*value)++` */
function writtenEnd(
  view: DocumentView,
  { kind, head }: Statement,
  { variable, declared }: Obtained,
): Written | undefined {
  const [first] = head;
  if (kind !== 'simple' || first === undefined) return undefined;
  const texts = head.map(({ text }) => text).join(' ');
  const at = head.find(({ text }) => text === variable);
  if (at === undefined || at.start - first.start > 3) return undefined;
  const assigned = String.raw`(?:(?:[-+*/|&^] )?=(?! =)|\+ \+$|- -$)`;
  if (new RegExp(String.raw`^(?:\* ${variable}|\( \* ${variable} \)) ${assigned}`).test(texts)) {
    const end = certainSize(view, declared.type);
    return end === undefined ? undefined : { end, span: { start: first.start, end: at.end } };
  }
  const member = new RegExp(String.raw`^${variable} -> (\w+) ${assigned}`).exec(texts)?.[1];
  const field = member === undefined ? undefined : fieldOf(view, declared.type, member);
  return field && { end: field.offset + field.size, span: { start: at.start, end: head[2]?.end ?? at.end } };
}

/** Where a scalar member lies, in a struct of the file or of a header. */
function fieldOf(
  view: DocumentView,
  type: string,
  member: string,
): { readonly offset: number; readonly size: number; readonly def: FieldDef } | undefined {
  const tag = /^struct (\w+)$/.exec(type)?.[1];
  const own = view.source.structs.filter((def) => def.name === tag);
  const def = own.length === 1 ? own[0] : undefined;
  if (def === undefined || def.preserveAccessIndex || certainSize(view, type) === undefined) return undefined;
  const field = sourceLayout(view, def).fields.find((one) => one.def.name === member);
  return field?.def.dimensions.length === 0 && field.def.bitSize === undefined ? field : undefined;
}

function behind(view: DocumentView, pointer: Obtained, { span, end }: Written): Finding {
  const { variable, bytes: there, call, map, pointerSize } = pointer;
  const what = map ? `a value of ${map.map.name}` : 'the record that is reserved';
  const why = pointerSize ? `, which is the size of the pointer ${variable}` : '';
  return {
    code: 'map-value-size',
    span,
    severity: 'error',
    dependsOnKernel: false,
    message: `This writes up to byte ${end}, and ${what} has ${there}${why}: the verifier refuses it.`,
    fixes: pointerSize
      ? [
          {
            title: `Reserve sizeof(*${variable})`,
            edits: [{ span: pointerSize.span, newText: `sizeof(*${variable})` }],
            preferred: true,
          },
        ]
      : map
        ? valueRetyped(view, pointer)
        : [],
    related: [{ span: call.nameSpan, message: `${variable} comes from here` }],
  };
}

/** The map's value as the program has it. */
function valueRetyped({ text }: DocumentView, { map, declared }: Obtained): readonly Fix[] {
  const field = map && fieldNamed(map, 'value');
  if (map === undefined || field === undefined || fieldNamed(map, 'value_size')) return [];
  const type = text.slice(declared.typeSpan.start, declared.typeSpan.end);
  const edits = [{ span: field.valueSpan, newText: declared.type }];
  return type === ''
    ? []
    : [{ title: `Make ${declared.type} the value of ${map.map.name}`, edits, preferred: false }];
}

const bytes = (count: number): string => `${count} ${count === 1 ? 'byte' : 'bytes'}`;
