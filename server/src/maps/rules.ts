/** What libbpf and the kernel refuse of a map's definition, as far as the source alone says it. */
import { MAP_ATTRIBUTES, MAP_FLAGS } from '#core/bpf/map-attributes';
import { fitsSize, fullName, sizeText, type MapType, type SizeRule } from '#core/bpf/map-types';
import { nearest } from '#core/text/nearest';
import type { DocumentView } from '../view';
import { fieldNamed, typeOf, type MapBody, type MapDefinition, type MapField } from './definition';
import { added, removed, replaced } from './edits';
import { valueProblems } from './initial-values';
import { kernelHasMaps, noSuchMaps } from './kernel-types';
import { flagProblems } from './flags';
import { fix, lacking, problem, type Judged, type MapProblem } from './problem';
import { writtenSize, numberIn } from './sizes';

export function mapProblems(view: DocumentView, definition: MapDefinition): readonly MapProblem[] {
  const { map, ...body } = definition;
  if (body.fields.length === 0) return [];
  const unknown = body.fields.flatMap((field) => unknownField(field));
  if (!body.fields.some(({ name }) => name === 'type')) {
    const message = `The map ${map.name} says no type: libbpf refuses the object.`;
    return unknown.length > 0 ? unknown : [problem(map.nameSpan, message)];
  }
  return [...unknown, ...bodyProblems(view, body), ...valueProblems(view, definition)];
}

function bodyProblems(view: DocumentView, body: MapBody, isInner = false): readonly MapProblem[] {
  const type = typeOf(body);
  const span = fieldNamed(body, 'type')?.valueSpan;
  if (type === undefined || span === undefined) return [];
  // libbpf makes it of a variable in another section.
  if (type.name === 'STRUCT_OPS') return [];
  const judged: Judged = { view, body, type, span };
  return together(judged, [
    ...typeProblems(judged, isInner),
    ...sizeProblems(judged, 'key'),
    ...sizeProblems(judged, 'value'),
    ...entryProblems(judged),
    ...flagProblems(judged),
    ...innerProblems(judged, isInner),
  ]);
}

/** What a definition leaves to the loader is said once. */
function together({ type, span }: Judged, problems: readonly MapProblem[]): readonly MapProblem[] {
  const left = problems.filter((one) => one.lacks && one.span === span);
  const [first] = left;
  if (first === undefined || left.length === 1) return problems;
  const lacks = left.flatMap((one) => one.lacks ?? []);
  const all = left.flatMap((one) => one.fixes);
  return problems.flatMap((one) => {
    if (one === first) return [lacking(span, fullName(type), lacks, all)];
    return left.includes(one) ? [] : [one];
  });
}

function unknownField({ name, nameSpan }: MapField): readonly MapProblem[] {
  if (MAP_ATTRIBUTES.some((one) => one.name === name)) return [];
  const names = MAP_ATTRIBUTES.map((one) => one.name);
  const [near] = nearest(name, names, { limit: 1, maxDistance: 3 });
  return [
    problem(nameSpan, `A map has no attribute ${name}: libbpf refuses the object.`, [
      near === undefined ? undefined : fix(`Change to ${near}`, [{ span: nameSpan, newText: near }]),
    ]),
  ];
}

/** The target kernel has no such maps. */
function typeProblems({ view, type, span }: Judged, isInner: boolean): readonly MapProblem[] {
  if (kernelHasMaps(view.kernel.index, type)) return [];
  const rest = { dependsOnKernel: true, ...(!isInner && ({ isAboutType: true } as const)) };
  return [problem(span, noSuchMaps(type), [], rest)];
}

function sizeProblems({ view, body, type, span }: Judged, of: 'key' | 'value'): readonly MapProblem[] {
  const rule = sizeRule(view, body, type, of);
  const size = writtenSize(view, body, of);
  const name = fullName(type);
  const { text } = view;
  // A 0 stands for what the loader sets.
  if (size.kind === 'absent' || (size.bytes === 0 && rule.min > 0)) {
    // libbpf knows the size of what `values` declares.
    const isDeclared = of === 'value' && type.holds !== undefined && fieldNamed(body, 'values') !== undefined;
    if (rule.min === 0 || isDeclared) return [];
    // cilium/ebpf knows both sizes.
    if (type.name === 'PERF_EVENT_ARRAY' && forGo.test(text)) return [];
    const field = rule.min === rule.max ? `__type(${of}, __u32);` : undefined;
    return [
      lacking(
        span,
        name,
        [{ what: `a ${of}`, set: `${of}_size` }],
        field === undefined ? [] : [fix(`Add ${field}`, [added(text, body, field)])],
      ),
    ];
  }
  const byType = fieldNamed(body, of);
  const byNumber = fieldNamed(body, `${of}_size`);
  const field = byType ?? byNumber;
  if (field === undefined) return [];
  if (size.conflict && byNumber !== undefined && byType !== undefined) {
    const message = `${of}_size is not the size of ${byType.value}, which is ${size.bytes ?? 0}: libbpf refuses the object.`;
    return [problem(byNumber.valueSpan, message, [fix(`Remove ${of}_size`, [removed(text, byNumber)])])];
  }
  if (type.typed && byType === undefined) {
    const message = `A map of the type ${name} needs the type of its ${of}, not only its size: the kernel refuses it.`;
    const typed = `__type(${of}, int);`;
    return [
      problem(field.span, message, [
        of === 'key' ? fix(`Write ${typed}`, [replaced(field, typed)]) : undefined,
      ]),
    ];
  }
  if (type.typed && of === 'key' && /^(?:struct|union)\b/.test(field.value)) {
    const message = `The key of a map of the type ${name} is an int: the kernel refuses another type.`;
    return [
      problem(field.valueSpan, message, [fix('Write int', [{ span: field.valueSpan, newText: 'int' }])]),
    ];
  }
  if (size.bytes === undefined || fitsSize(rule, size.bytes)) return [];
  const isForGo = of === 'value' && byNumber === undefined && typedForGo.has(type.name);
  if (isForGo && forGo.test(text)) return [];
  const refuses = isForGo
    ? 'the kernel refuses it, unless the loader leaves the value out, as cilium/ebpf does.'
    : 'the kernel refuses it.';
  const rest = isForGo ? ({ severity: 'warning' } as const) : {};
  if (rule.max === 0) {
    const message = `A map of the type ${name} has no ${of}: ${refuses}`;
    const all = [byType, byNumber].flatMap((one) => (one ? [removed(text, one)] : []));
    return [problem(field.span, message, [fix(`Remove the ${of}`, all)], rest)];
  }
  const message = `The ${of} of a map of the type ${name} must have ${sizeText(rule)}, and this has ${size.bytes}: ${refuses}`;
  const written = byType ? `__type(${of}, __u32);` : `__uint(${of}_size, sizeof(__u32));`;
  const isFour = fitsSize(rule, 4) && rule.max !== undefined && rule.max <= 8;
  return [
    problem(
      field.valueSpan,
      message,
      [isFour && !(byType && byNumber) ? fix(`Write ${written}`, [replaced(field, written)]) : undefined],
      rest,
    ),
  ];
}

/**
 * bpf2go makes Go types of what a definition says its records are; cilium/ebpf knows that these maps have no value of that size
 * (`canHaveValueSize()` there), and libbpf does not.
 */
const typedForGo: ReadonlySet<string> = new Set(['RINGBUF', 'ARENA', 'PERF_EVENT_ARRAY']);
/** So that Go does not compile the file. */
const forGo = /^\/\/\s*(?:go:build|\+build)\b/m;

/** Of stacks by build id the value consists of `struct bpf_stack_build_id`. */
function sizeRule(view: DocumentView, body: MapBody, type: MapType, of: 'key' | 'value'): SizeRule {
  if (type.name !== 'STACK_TRACE' || of === 'key') return type[of];
  const field = fieldNamed(body, 'map_flags');
  const flags = field && numberIn(view, field.value);
  const bit = MAP_FLAGS.find(({ name }) => name === 'STACK_BUILD_ID')?.bit ?? 0;
  return flags !== undefined && (flags >> bit) & 1 ? { min: 32, of: 32 } : type.value;
}

const pageSize = 4096;
/** Of an arena, of 4 KiB. */
const mostPages = 1 << 20;

function entryProblems({ view, body, type, span }: Judged): readonly MapProblem[] {
  const field = fieldNamed(body, 'max_entries');
  const entries = field ? numberIn(view, field.value) : 0;
  if (
    entries === undefined ||
    (field === undefined && body.fields.some(({ name }) => name === 'max_entries'))
  )
    return [];
  const at = field?.valueSpan ?? span;
  const name = fullName(type);
  if (type.entries === 'none') {
    if (field === undefined || entries === 0) return [];
    const message = `A map of the type ${name} has no max_entries: the kernel refuses it.`;
    return [problem(field.span, message, [fix('Remove max_entries', [removed(view.text, field)])])];
  }
  if (type.entries === 'cpus') return [];
  if (entries === 0) {
    const written = `__uint(max_entries, ${type.entries === 'pages' ? '256 * 1024' : type.entries === 'arena' ? '100' : type.name === 'CPUMAP' ? '64' : '1024'});`;
    const edit = field ? replaced(field, written) : added(view.text, body, written);
    return [
      lacking(
        at,
        name,
        [{ what: 'max_entries', set: field ? 'them' : 'max_entries' }],
        [fix(`Write ${written}`, [edit], false)],
      ),
    ];
  }
  if (type.entries === 'arena' && entries > mostPages)
    return [problem(at, `An arena has at most ${mostPages} pages (4 GiB): the kernel refuses it.`)];
  if (type.entries !== 'pages' || field === undefined || isPages(entries)) return [];
  const rounded = nextPages(entries);
  return [
    problem(
      at,
      `The size of a ring buffer is a power of two of pages: libbpf makes ${rounded} bytes of ${entries}; older ones and other loaders are refused.`,
      [fix(`Write ${rounded}`, [{ span: field.valueSpan, newText: `${rounded}` }])],
      { severity: 'information' },
    ),
  ];
}

const isPages = (bytes: number): boolean => Number.isInteger(Math.log2(bytes)) && bytes >= pageSize;
const nextPages = (bytes: number): number => Math.max(pageSize, 2 ** Math.ceil(Math.log2(bytes)));

function innerProblems({ view, body, type, span }: Judged, isInner: boolean): readonly MapProblem[] {
  const values = fieldNamed(body, 'values');
  const name = fullName(type);
  if (isInner && type.holds === 'maps')
    return [problem(span, `A map of maps cannot hold maps of maps: libbpf refuses the object.`)];
  if (isInner && type.notInner)
    return [problem(span, `A map of the type ${name} cannot be an inner map: the kernel refuses it.`)];
  if (values !== undefined && type.holds === undefined) {
    const message = `A map of the type ${name} holds neither maps nor programs: libbpf refuses values.`;
    return [problem(values.span, message, [fix('Remove values', [removed(view.text, values)])])];
  }
  if (type.holds !== 'maps') return [];
  if (values === undefined) {
    const message = `A map of the type ${name} needs __array(values, …): the kernel refuses it, unless the loader names an inner map (bpf_map__set_inner_map_fd()).`;
    return [problem(span, message, [], { severity: 'information' })];
  }
  return values.inner ? bodyProblems(view, values.inner, true) : [];
}
