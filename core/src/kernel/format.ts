/**
 * A tracepoint's `format` file. What the kernel can print here: kernel/trace/trace_events.c f_show() for every
 * event, trace_syscalls.c for the fields of `syscalls:`, trace_export.c for those of `ftrace:`.
 *
 *     \tfield:TYPE NAME;\toffset:%u;\tsize:%u;\tsigned:%d;
 *
 * TYPE is the text of the macro argument, so any C type: what stands behind the last blank is the name. An array
 * type is turned round, `char[16]` to `char NAME[16]`; `__data_loc` types are not.
 */
import type { Parsed, Problem } from '../result';
import type { FormatField, TracepointFormat } from './model';

const printFmtKey = 'print fmt:';
const attributesKey = ';\toffset:';

/**
 * The format of `category:name`, or undefined where the text is none (no field and no `ID:`). Fields of the same line are
 * one object in all formats that are parsed with the same `known`: of 20,000 in a kernel 3,000 differ.
 */
export function parseFormat(
  text: string,
  category: string,
  name: string,
  known = new Map<string, FormatField>(),
): Parsed<TracepointFormat | undefined> {
  const problems: Problem[] = [];
  const commonFields: FormatField[] = [];
  const fields: FormatField[] = [];
  let id = 0;
  let printFmt: string | undefined;
  let named = false;
  let separated = false;
  let recordSize = 0;
  let lineNumber = 0;

  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const next = newline < 0 ? text.length : newline;
    const end = text.charCodeAt(next - 1) === 13 && next > start ? next - 1 : next;
    lineNumber++;
    const first = skipBlanks(text, start, end);
    if (first === end) {
      // The one empty line between the fields: what follows it is the event's own, whatever its name.
      if (commonFields.length > 0) separated = true;
    } else if (text.startsWith('field', first)) {
      const line = text.slice(first, end);
      const field = known.get(line) ?? parseField(line);
      if (typeof field !== 'string') known.set(line, field);
      if (typeof field === 'string') problems.push({ message: field, where: `line ${lineNumber}` });
      else (!separated && field.name.startsWith('common_') ? commonFields : fields).push(field);
      // A last field that cannot be read leaves the end of the record unknown: then nothing is past it.
      recordSize = typeof field === 'string' ? Infinity : field.offset + field.size;
    } else if (text.startsWith(printFmtKey, first)) {
      // The rest of the file: the format string may hold real newlines.
      printFmt = trimmed(text, first + printFmtKey.length, text.length);
      break;
    } else if (text.startsWith('ID:', first)) {
      id = decimal(text, skipBlanks(text, first + 3, end), end);
    } else if (text.startsWith('name:', first)) {
      named = true;
      const printed = trimmed(text, first + 5, end);
      if (printed !== name)
        problems.push({ message: `the name is ${printed}, not ${name}`, where: `line ${lineNumber}` });
    } else if (!text.startsWith('format:', first)) {
      problems.push({
        message: `not understood: ${text.slice(first, Math.min(end, first + 80))}`,
        where: `line ${lineNumber}`,
      });
    }
    start = next + 1;
  }

  if (!(id > 0)) {
    problems.push({ message: 'no ID' });
    id = 0;
  }
  if (!named) problems.push({ message: 'no name' });
  if (printFmt === undefined) problems.push({ message: 'no print fmt' });
  if (commonFields.length + fields.length === 0) {
    problems.push({ message: 'no field' });
    if (id === 0) return { value: undefined, problems };
  }
  return {
    value: { category, name, id, commonFields, fields, printFmt: printFmt ?? '', recordSize },
    problems,
  };
}

/** One field line from its `field` on, or what is wrong with it. */
function parseField(line: string): FormatField | string {
  const colon = line.indexOf(':');
  const attributes = line.indexOf(attributesKey, colon);
  // `field special:` is what kernels before 2.6.36 print for some `ftrace:` fields.
  const key = line.slice(0, colon);
  if (colon < 0 || attributes < 0 || (key !== 'field' && key !== 'field special')) return 'not a field';

  const declaration = line.slice(colon + 1, attributes).trim();
  const declarator = parseDeclarator(declaration);
  if (declarator === undefined) return `no name in: ${declaration}`;

  const offset = decimal(line, attributes + attributesKey.length, line.length);
  const size = attribute(line, '\tsize:', attributes);
  if (Number.isNaN(offset)) return `the offset of ${declarator.name} is no number`;
  if (Number.isNaN(size)) return `the size of ${declarator.name} is no number`;
  const signed = attribute(line, '\tsigned:', attributes) === 1;

  return makeField(declaration, declarator, offset, size, signed);
}

interface Declarator {
  readonly name: string;
  /** Without the name and its brackets. */
  readonly type: string;
  /** `[16]`, `[2][4]`, `[]`, or empty. */
  readonly brackets: string;
}

/** Object literals in full: spreading costs three times as much here, and there are 20,000 fields. */
function makeField(
  declaration: string,
  { name, type, brackets }: Declarator,
  offset: number,
  size: number,
  signed: boolean,
): FormatField {
  const dynamic = dynamicKind(type);
  if (dynamic !== undefined) {
    // f_show() turns `__rel_loc char[] x` round to `__rel_loc char x[]`; both are the same field.
    const whole = type + brackets;
    const keyword = `__${dynamic}`;
    const bracket = whole.indexOf('[');
    const elementType = whole.slice(keyword.length, bracket < 0 ? whole.length : bracket).trim();
    const memberName = `${keyword}_${name}`;
    return {
      name,
      type: whole,
      declaration,
      offset,
      size,
      signed,
      elementType,
      memberName,
      isPointer: false,
      dynamic,
    };
  }
  const arrayLength = brackets === '' ? undefined : elements(brackets, type, size);
  if (arrayLength !== undefined) {
    return {
      name,
      type,
      declaration,
      offset,
      size,
      signed,
      elementType: type,
      memberName: name,
      isPointer: false,
      arrayLength,
    };
  }
  const isPointer = brackets === '' && type.includes('*', type.lastIndexOf('}') + 1);
  return { name, type, declaration, offset, size, signed, elementType: type, memberName: name, isPointer };
}

function dynamicKind(type: string): FormatField['dynamic'] {
  if (type.startsWith('__data_loc')) return 'data_loc';
  return type.startsWith('__rel_loc') ? 'rel_loc' : undefined;
}

/** Takes `TYPE NAME`, `TYPE NAME[N]…` and `TYPE (*NAME)(…)` apart. */
function parseDeclarator(declaration: string): Declarator | undefined {
  let end = declaration.length;
  let brackets = '';
  while (end > 0 && declaration.charCodeAt(end - 1) === 93 /* ] */) {
    const open = openingBracket(declaration, end - 1);
    if (open < 0) return undefined;
    brackets = declaration.slice(open);
    end = open;
    while (end > 0 && declaration.charCodeAt(end - 1) <= 32) end--;
  }
  let start = end;
  while (start > 0 && isNameCode(declaration.charCodeAt(start - 1))) start--;
  if (start < end) {
    const type = declaration.slice(0, start).trimEnd();
    return type === '' ? undefined : { name: declaration.slice(start, end), type, brackets };
  }
  const inside = /\(\s*\*\s*(\w+)\s*\)/.exec(declaration);
  if (inside?.[1] === undefined) return undefined;
  return { name: inside[1], type: declaration.replace(inside[0], '(*)'), brackets: '' };
}

function openingBracket(text: string, close: number): number {
  let depth = 0;
  for (let i = close; i >= 0; i--) {
    const c = text.charCodeAt(i);
    if (c === 93) depth++;
    else if (c === 91 && --depth === 0) return i;
  }
  return -1;
}

/** Elements in all dimensions. Where a length is not a number (`[20+1]`, `[SOME_ENUM]`), from the size, if the type tells. */
function elements(brackets: string, type: string, size: number): number | undefined {
  let product = 1;
  for (let open = 0; open >= 0;) {
    const close = brackets.indexOf(']', open);
    const inner = brackets.slice(open + 1, close).trim();
    const length = decimal(inner, 0, inner.length);
    if (Number.isNaN(length)) return fromSize(type, size);
    product *= length;
    open = brackets.indexOf('[', close);
  }
  return product;
}

function fromSize(type: string, size: number): number | undefined {
  if (size === 0) return 0;
  const one = elementSizes.get(type);
  return one === undefined ? undefined : size / one;
}

/** Bytes of the types whose size is the same on every target. */
const elementSizes: ReadonlyMap<string, number> = new Map([
  ...[
    'char',
    'signed char',
    'unsigned char',
    'bool',
    '_Bool',
    'u8',
    '__u8',
    's8',
    '__s8',
    'uint8_t',
    'int8_t',
  ].map((t) => [t, 1] as const),
  ...['short', 'unsigned short', 'u16', '__u16', 's16', '__s16', 'uint16_t', '__be16', '__le16'].map(
    (t) => [t, 2] as const,
  ),
  ...['int', 'unsigned int', 'unsigned', 'u32', '__u32', 's32', '__s32', 'uint32_t', '__be32', '__le32'].map(
    (t) => [t, 4] as const,
  ),
  ...['long long', 'unsigned long long', 'u64', '__u64', 's64', '__s64', 'uint64_t', '__be64', '__le64'].map(
    (t) => [t, 8] as const,
  ),
]);

function attribute(line: string, key: string, from: number): number {
  const at = line.indexOf(key, from);
  return at < 0 ? NaN : decimal(line, at + key.length, line.length);
}

/** The decimal number that starts here and ends at a `;`, a blank or the end; NaN if there is none. */
function decimal(text: string, start: number, end: number): number {
  let value = 0;
  let i = start;
  for (; i < end; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  const stop = i === end ? 59 : text.charCodeAt(i);
  return i > start && (stop === 59 || stop <= 32) && value <= 0xffffffff ? value : NaN;
}

function skipBlanks(text: string, start: number, end: number): number {
  let i = start;
  while (i < end && text.charCodeAt(i) <= 32) i++;
  return i;
}

function trimmed(text: string, start: number, end: number): string {
  return text.slice(start, end).trim();
}

function isNameCode(c: number): boolean {
  return (c >= 97 && c <= 122) || c === 95 || (c >= 48 && c <= 57) || (c >= 65 && c <= 90);
}
