/** What a name in a function is declared as: a local, a parameter, or a variable of the file. */
import { tokenize, type Token } from '../analysis/lexer';
import type { FieldDef, Span, StructDef } from '../analysis/model';
import type { FixContext, Place } from './model';
import { ancestors, isDeclaration, statementsIn, type Statement } from './statements';

export interface Declared {
  /** Without qualifiers, stars and arrays: `struct value`, `__u32`. */
  readonly type: string;
  readonly typeSpan: Span;
  readonly qualifiers: readonly string[];
  readonly pointers: number;
  readonly isArray: boolean;
  readonly nameSpan: Span;
  /** Behind the name and its brackets: where ` = …` stands or could. */
  readonly end: number;
  readonly initializer: readonly Token[] | undefined;
  /** Of a local. */
  readonly statement?: Statement;
}

export function declarationOf(c: FixContext, place: Place, name: string): Declared | undefined {
  return localOf(place, name) ?? parameterOf(place, name) ?? globalOf(c, name);
}

/** In the blocks around a place, innermost first. */
export function localOf({ statement }: Pick<Place, 'statement'>, name: string): Declared | undefined {
  for (const scope of ancestors(statement)) {
    const { parent } = scope;
    const earlier =
      parent?.kind === 'block' ? parent.body.filter((one) => one.span.start <= scope.span.start) : [];
    for (const one of [...earlier].reverse()) {
      if (!isDeclaration(one)) continue;
      const found = declarators(one.head).find((each) => each.name === name);
      if (found) return { ...found, statement: one };
    }
    const semicolon = scope.head.findIndex(({ text }) => text === ';');
    if (scope.kind === 'loop' && semicolon > 0) {
      const found = declarators(scope.head.slice(0, semicolon)).find((each) => each.name === name);
      if (found) return found;
    }
  }
  return undefined;
}

function parameterOf({ function: fn }: Place, name: string): Declared | undefined {
  const parameter = fn.parameters.find((one) => one.name === name);
  if (!parameter?.nameSpan) return undefined;
  const { type, typeSpan, nameSpan } = parameter;
  const words = tokenize(type)
    .filter(({ kind }) => kind === 'word')
    .map(({ text }) => text);
  return {
    ...{ type: words.filter((word) => !isQualifier(word)).join(' '), typeSpan, nameSpan, end: nameSpan.end },
    qualifiers: words.filter(isQualifier),
    pointers: type.split('*').length - 1,
    ...{ isArray: false, initializer: undefined },
  };
}

function globalOf({ text, source }: FixContext, name: string): Declared | undefined {
  const inFunction = (start: number) =>
    source.functions.some(({ span }) => span.start <= start && start < span.end);
  let statement: Token[] = [];
  let depth = 0;
  for (const token of tokenize(text)) {
    if (token.kind === 'directive' || inFunction(token.start)) {
      statement = [];
      continue;
    }
    if (token.text === '{') depth++;
    if (token.text === '}') depth--;
    if (token.text !== ';' || depth > 0) {
      statement.push(token);
      continue;
    }
    const found = declarators(statement).find((one) => one.name === name);
    if (found) return found;
    statement = [];
  }
  return undefined;
}

const isQualifier = (word: string): boolean =>
  /^(?:const|volatile|static|extern|register|__\w*(?:weak|hidden|unused)|inline|__always_inline)$/.test(word);

interface Declarator extends Declared {
  readonly name: string;
}

/** Of `struct value *one = …, two, three[4]`. */
function declarators(tokens: readonly Token[]): readonly Declarator[] {
  const parts = splitAtCommas(tokens);
  const [first = []] = parts;
  const stop = first.findIndex(({ kind, text }) => kind !== 'word' && text !== '*');
  const front = stop < 0 ? first : first.slice(0, stop);
  const firstStar = front.findIndex(({ text }) => text === '*');
  const typeTokens = front.slice(0, firstStar < 0 ? -1 : firstStar);
  const words = typeTokens.map(({ text }) => text);
  const type = words.filter((word) => !isQualifier(word)).join(' ');
  const [begin] = typeTokens;
  const typeEnd = typeTokens.at(-1);
  if (!begin || !typeEnd || type === '' || /\b(?:return|typedef|sizeof|goto|else|case)\b/.test(type))
    return [];
  const typeSpan = { start: begin.start, end: typeEnd.end };
  return parts.flatMap((part, i): Declarator[] => {
    const own = i === 0 ? part.slice(typeTokens.length) : part;
    const at = own.findIndex(({ kind, text }) => kind === 'word' && !isQualifier(text));
    const name = own[at];
    if (!name || own.slice(0, at).some(({ kind, text }) => kind !== 'word' && text !== '*')) return [];
    let behind = at + 1;
    while (own[behind]?.text === '[') behind = closing(own, behind) + 1;
    const equals = own[behind];
    if (equals !== undefined && equals.text !== '=') return [];
    return [
      {
        ...{ name: name.text, nameSpan: { start: name.start, end: name.end }, type, typeSpan },
        qualifiers: [
          ...words.filter(isQualifier),
          ...own.slice(0, at).flatMap(({ kind, text }) => (kind === 'word' ? [text] : [])),
        ],
        pointers: own.slice(0, at).filter(({ text }) => text === '*').length,
        isArray: behind > at + 1,
        end: own[behind - 1]?.end ?? name.end,
        initializer: equals && own.slice(behind + 1),
      },
    ];
  });
}

function closing(tokens: readonly Token[], open: number): number {
  const end = tokens.findIndex(({ text }, i) => i > open && text === ']');
  return end < 0 ? tokens.length : end;
}

function splitAtCommas(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (/^[([{]$/.test(token.text)) depth++;
    else if (/^[)\]}]$/.test(token.text)) depth--;
    if (token.text === ',' && depth === 0) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

export function structOf({ source, headers }: FixContext, type: string): StructDef | undefined {
  const tag = /^(?:struct )?(\w+)$/.exec(type)?.[1];
  if (tag === undefined) return undefined;
  return source.structs.find(({ name }) => name === tag) ?? headers.struct(tag)?.definition;
}

/** `t->cells` and `v.cells` of a variable, as the file or its headers define the struct. */
export function memberOf(c: FixContext, place: Place, tokens: readonly Token[]): FieldDef | undefined {
  const [variable, arrow, member, ...rest] = tokens;
  if (!variable || !member || rest.length > 0 || !/^(?:->|\.)$/.test(arrow?.text ?? '')) return undefined;
  const declared = declarationOf(c, place, variable.text);
  if (!declared || declared.isArray || declared.pointers !== (arrow?.text === '->' ? 1 : 0)) return undefined;
  return structOf(c, declared.type)?.fields.find(({ name }) => name === member.text);
}

const isByte = (type: string): boolean =>
  /^(?:const )?(?:(?:un)?signed )?char$|^(?:__)?[us]8$|^u?int8_t$|^bool$|^_Bool$/.test(type);

/** How many elements an array has, as an expression; undefined for what is no array. */
export function lengthOf(c: FixContext, place: Place, array: readonly Token[]): string | undefined {
  const [name] = array;
  if (!name) return undefined;
  const text = c.text.slice(name.start, array.at(-1)?.end);
  const byte = elementIsByte(c, place, array);
  if (byte === undefined) return undefined;
  if (byte) return `sizeof(${text})`;
  return /#\s*define\s+ARRAY_SIZE\(/.test(c.text)
    ? `ARRAY_SIZE(${text})`
    : `sizeof(${text}) / sizeof(${text}[0])`;
}

/** What `sizeof` says of memory: of an array, or of what a pointer points to. */
export function sizeOf(c: FixContext, place: Place, tokens: readonly Token[]): string | undefined {
  const text = tokens.map((token) => token.text).join('');
  return elementIsByte(c, place, tokens) === undefined ? undefined : `sizeof(${text})`;
}

function elementIsByte(c: FixContext, place: Place, array: readonly Token[]): boolean | undefined {
  const [name] = array;
  if (name && array.length === 1) {
    const declared = declarationOf(c, place, name.text);
    return declared?.isArray === true ? declared.pointers === 0 && isByte(declared.type) : undefined;
  }
  const field = memberOf(c, place, array);
  if (field?.dimensions.length !== 1 || field.dimensions[0] === 0) return undefined;
  return !field.isPointer && isByte(field.type);
}

export function isUnsigned({ type, pointers }: Declared): boolean | undefined {
  if (pointers > 0) return undefined;
  if (/^(?:__)?u(?:8|16|32|64)$|^unsigned\b|^u(?:int|long|char|short)(?:\d+_t)?$|^size_t$/.test(type))
    return true;
  return /^(?:__)?s(?:8|16|32|64)$|^(?:signed )?(?:int|long|short)(?: int)?$|^long long$|^int\d+_t$|^ssize_t$/.test(
    type,
  )
    ? false
    : undefined;
}

/** An integer of 64 bits: what is compared is all of it. */
export const isWide = (type: string): boolean =>
  /^(?:__)?[us]64$|^(?:unsigned )?long(?: long)?(?: int)?$|^s?size_t$|^u?int64_t$/.test(type);

/** A name that nothing in the function has yet. */
export function freeName({ body }: Place, ...wishes: readonly string[]): string | undefined {
  const taken = new Set([...statementsIn(body)].flatMap(({ tokens }) => tokens.map(({ text }) => text)));
  return wishes.find((name) => !taken.has(name));
}
