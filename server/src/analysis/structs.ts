/** Struct and union definitions of one chunk, with what decides their layout. */
import type { Ast } from './ast';
import { descendants } from './ast';
import type { ChunkText } from './chunk-text';
import { constantNumber, type Constants } from './constant';
import { typeText } from './functions';
import { tokenize } from './lexer';
import { maskCode } from './mask';
import type { FieldDef, Span, StructDef } from './model';
import type { CParser } from './parser';
import { layoutAttributes, type LayoutAttribute } from './struct-attributes';

/** As `StructDef`, in the chunk's own offsets, with sizes that may still name constants of the file. */
export interface RawStruct extends Omit<StructDef, 'fields'> {
  readonly fields: readonly RawField[];
}

export interface RawField extends Omit<FieldDef, 'dimensions' | 'bitSize' | 'inline'> {
  /** What stands between the brackets. */
  readonly dimensions: readonly string[];
  readonly bitSize?: string;
  readonly inline?: RawStruct;
}

/** Every definition with a tag or a typedef name, outer before inner. */
export function readStructs(chunk: ChunkText, parser: CParser): RawStruct[] {
  const masked = { ...chunk, text: maskCode(chunk.text, chunk.tokens) };
  const tree = parser.parse(masked.text);
  if (!tree) return [];
  const attributes = layoutAttributes(chunk.tokens);
  const found: RawStruct[] = [];
  for (const node of descendants(tree)) {
    if (!isDefinition(node)) continue;
    const struct = readStruct(masked, node, attributes);
    if (struct.name !== '') found.push(struct);
  }
  return found;
}

/** Puts constants into the sizes. */
export function resolveStruct(struct: RawStruct, constants: Constants): StructDef {
  return { ...struct, fields: struct.fields.map((field) => resolveField(field, constants)) };
}

function resolveField({ dimensions, bitSize, inline, ...field }: RawField, constants: Constants): FieldDef {
  const bits = bitSize === undefined ? undefined : constantNumber(bitSize, constants);
  return {
    ...field,
    dimensions: dimensions.map((text) => (text === '' ? 0 : constantNumber(text, constants))),
    ...(bits !== undefined && { bitSize: bits }),
    ...(inline && { inline: resolveStruct(inline, constants) }),
  };
}

function isDefinition(node: Ast): boolean {
  return /^(?:struct|union)_specifier$/.test(node.type) && body(node) !== undefined;
}

function body(node: Ast): Ast | undefined {
  return node.children.find((child) => child.type === 'field_declaration_list');
}

function readStruct(chunk: ChunkText, node: Ast, attributes: readonly LayoutAttribute[]): RawStruct {
  const tag = node.children.find((child) => child.type === 'type_identifier') ?? typedefName(node);
  const own = attributes.filter((attribute) => attribute.of === node.start);
  const fields = (body(node)?.children ?? []).filter((child) => child.type === 'field_declaration');
  const unclear = [...descendants(node)].some((inner) => inner.broken || isMacroField(inner));
  return {
    name: tag ? chunk.text.slice(tag.start, tag.end) : '',
    nameSpan: tag ? { start: tag.start, end: tag.end } : { start: node.start, end: node.start },
    kind: node.type === 'union_specifier' ? 'union' : 'struct',
    span: { start: node.start, end: node.end },
    fields: fields.flatMap((field) => readFields(chunk, field, attributes)),
    packed: own.some((attribute) => attribute.kind === 'packed'),
    otherLayoutAttribute: unclear || own.some((attribute) => attribute.kind === 'other'),
    preserveAccessIndex: own.some((attribute) => attribute.kind === 'preserve'),
    conditional: [...chunk.conditional, ...chunk.directives].some(
      (span) => span.start < node.end && span.end > node.start,
    ),
  };
}

/** `COMMON_FIELDS;`: a field without a name that is no struct either hides what a macro brings. */
function isMacroField(node: Ast): boolean {
  if (node.type !== 'field_declaration' || node.children.length !== 1) return false;
  const type = node.children[0]?.type ?? '';
  return !/^(?:struct|union|enum)_specifier$/.test(type);
}

/** The name that a `typedef struct { … } name;` gives its struct. */
function typedefName(node: Ast): Ast | undefined {
  const parent = node.parent;
  if (parent?.type !== 'type_definition') return undefined;
  return parent.children.find((child) => child !== node && child.type === 'type_identifier');
}

function readFields(chunk: ChunkText, node: Ast, attributes: readonly LayoutAttribute[]): RawField[] {
  const [first] = node.children;
  if (!first) return [];
  const bits = node.children.find((child) => child.type === 'bitfield_clause');
  const declarators = node.children.filter((child) => declaratorTypes.test(child.type));
  const type = node.children.find((child) => child !== bits && !declarators.includes(child) && isType(child));
  const base = baseType(chunk.text, node, declarators[0] ?? bits, type);
  const inline = type && isDefinition(type) ? readStruct(chunk, type, attributes) : undefined;
  const shared = { ...(bits && { bitSize: bitText(chunk.text, bits) }), ...(inline && { inline }) };
  if (declarators.length === 0) {
    return [{ name: '', span: spanOf(node), type: base, dimensions: [], isPointer: false, ...shared }];
  }
  return declarators.map((declarator) => {
    const { name, pointers, dimensions, isFunction } = readDeclarator(chunk.text, declarator);
    const span = declarators.length === 1 ? spanOf(node) : { start: node.start, end: declarator.end };
    const stars = '*'.repeat(pointers);
    const written = isFunction ? `${base} (${stars})()` : pointers > 0 ? `${base} ${stars}` : base;
    return { name, span, type: written, dimensions, isPointer: pointers > 0, ...shared };
  });
}

const declaratorTypes =
  /^(?:field_identifier|pointer_declarator|array_declarator|function_declarator|parenthesized_declarator)$/;

function isType(node: Ast): boolean {
  return (
    /(?:_specifier|type_identifier|primitive_type)$/.test(node.type) && node.type !== 'attribute_specifier'
  );
}

/** The words before the declarator; of an inline definition only its keyword and tag. */
function baseType(text: string, node: Ast, until: Ast | undefined, type: Ast | undefined): string {
  const end = until?.start ?? node.end;
  const written = type && isDefinition(type) ? body(type) : undefined;
  const words = tokenize(text.slice(node.start, written ? written.start : end)).filter(
    (token) => /^\w+$/.test(token.text) && token.kind === 'word',
  );
  return typeText(words);
}

interface Declared {
  name: string;
  pointers: number;
  dimensions: string[];
  isFunction: boolean;
}

function readDeclarator(text: string, node: Ast): Declared {
  const result: Declared = { name: '', pointers: 0, dimensions: [], isFunction: false };
  let at: Ast | undefined = node;
  while (at) {
    const child: Ast | undefined = at.children.find((inner) => declaratorTypes.test(inner.type));
    if (at.type === 'field_identifier') result.name = text.slice(at.start, at.end);
    else if (at.type === 'pointer_declarator') {
      result.pointers++;
      // A pointer to an array is one pointer.
      result.dimensions = [];
    } else if (at.type === 'function_declarator') result.isFunction = true;
    else if (at.type === 'array_declarator' && child) {
      const size = text.slice(child.end, at.end).trim();
      result.dimensions.unshift(size.slice(1, -1).trim());
    }
    at = child;
  }
  return result;
}

function bitText(text: string, clause: Ast): string {
  return text.slice(clause.start, clause.end).replace(':', '').trim();
}

function spanOf(node: Ast): Span {
  return { start: node.start, end: node.end };
}
