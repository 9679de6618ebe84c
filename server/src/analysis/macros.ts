/** The macros of one file, as far as their meaning is certain: defined once, not under an `#if`, never undefined. */
import { constantValue } from './constant';
import type { Directive, MacroDefinition } from './directives';
import { isClosed, tokenize } from './lexer';

export interface Macros {
  /** Every name that the file defines at all, certain or not. */
  readonly names: ReadonlySet<string>;
  readonly definitions: ReadonlyMap<string, MacroDefinition>;
  readonly constants: ReadonlyMap<string, bigint | string>;
}

export function readMacros(directives: Iterable<Directive>): Macros {
  const names = new Set<string>();
  const definitions = new Map<string, MacroDefinition>();
  for (const directive of directives) {
    if (directive.kind !== 'define' && directive.kind !== 'undef') continue;
    const again = names.has(directive.name);
    names.add(directive.name);
    if (again || directive.kind === 'undef' || directive.conditional) definitions.delete(directive.name);
    else definitions.set(directive.name, directive);
  }
  return { names, definitions, constants: readConstants(definitions) };
}

/** Later definitions may use earlier ones; the order in the file is the order of the map. */
function readConstants(definitions: ReadonlyMap<string, MacroDefinition>): Map<string, bigint | string> {
  const constants = new Map<string, bigint | string>();
  for (const [name, { parameters, body }] of definitions) {
    if (parameters || body === '') continue;
    const value = constantValue(body, constants) ?? constantString(body, constants);
    if (value !== undefined) constants.set(name, value);
  }
  return constants;
}

/** One or more string literals, or names of such, one after the other. */
function constantString(body: string, constants: ReadonlyMap<string, bigint | string>): string | undefined {
  const tokens = tokenize(body);
  let value = '';
  for (const token of tokens) {
    const part = token.kind === 'string' ? decodeString(token.text) : constants.get(token.text);
    if (typeof part !== 'string') return undefined;
    value += part;
  }
  return tokens.length > 0 ? value : undefined;
}

/** What a string literal means, or undefined where it is not closed. */
export function decodeString(literal: string): string | undefined {
  if (!isClosed(literal)) return undefined;
  return literal
    .slice(1, -1)
    .replace(/\\(\r\n|[^])/g, (_, escaped: string) => escapes.get(escaped) ?? escaped);
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['0', '\0'],
  ['\n', ''],
  ['\r\n', ''],
]);
