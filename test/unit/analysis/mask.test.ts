import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Language, Parser, type Node } from 'web-tree-sitter';
import { initialState } from '#server/analysis/chunks';
import { readChunk } from '#server/analysis/chunk-text';
import { maskCode } from '#server/analysis/mask';
import { fixture, fixtures } from './fixtures';
import { analyse } from './support';

const require = createRequire(import.meta.url);
await Parser.init({ locateFile: () => require.resolve('web-tree-sitter/web-tree-sitter.wasm') });
const parser = new Parser().setLanguage(
  await Language.load(require.resolve('tree-sitter-c/tree-sitter-c.wasm')),
);

const mask = (text: string): string => maskCode(text, readChunk(text, { state: initialState }).tokens);

/** Where every function and every struct with a body is named. */
function declared(text: string): { functions: string[]; structs: string[]; hasError: boolean } {
  const tree = parser.parse(text);
  if (!tree) throw new Error('not parsed');
  const functions: string[] = [];
  const structs: string[] = [];
  const visit = (node: Node): void => {
    if (node.type === 'function_declarator' && node.parent?.type === 'function_definition') {
      const name = node.childForFieldName('declarator');
      functions.push(`${name?.text ?? ''}@${name?.startIndex ?? -1}`);
    }
    if (/^(?:struct|union)_specifier$/.test(node.type) && node.childForFieldName('body')) {
      const name = node.childForFieldName('name');
      if (name) structs.push(`${name.text}@${name.startIndex}`);
    }
    for (const child of node.namedChildren) visit(child);
  };
  visit(tree.rootNode);
  const { hasError } = tree.rootNode;
  tree.delete();
  return { functions, structs, hasError };
}

/** Heads made by macros are read from tokens, and `#if` by the lexer: a parse of the whole text stumbles over them. */
const notPlain = new Set(['unfinished', 'conditional', 'macro-programs', 'selftest-style']);

describe('mask', () => {
  it('keeps length and newlines of any text', () => {
    const pieces = fc.constantFrom(
      ...['SEC("', '"', '/*', '*/', '//', '\n', '\r\n', '\\', '#if 0', '__attribute__((', '\u00e9'],
    );
    const texts = fc
      .array(fc.oneof(pieces, fc.string({ unit: 'binary' })), { maxLength: 30 })
      .map((parts) => parts.join(''));
    const newlines = (text: string): number[] => [...text.matchAll(/\n/g)].map((match) => match.index);
    fc.assert(
      fc.property(texts, (text) => {
        const masked = mask(text);
        expect(masked).toHaveLength(text.length);
        expect(newlines(masked)).toEqual(newlines(text));
        expect(masked).toMatch(/^[\t\n\r -~\x7f]*$/);
      }),
    );
  });

  it('leaves plain C as it is, but for comments and the insides of strings', () => {
    const plain = 'static int f(int a) { return b->c[1] + sizeof(struct d) + *(struct e *)f; }\n';
    expect(mask(plain)).toBe(plain);
    expect(mask('f("a b"); // c')).toBe('f("   ");     ');
  });

  it('blanks what is no C to the grammar', () => {
    expect(mask('SEC("tp/a/b") int x;')).toBe('              int x;');
    expect(mask('__uint(type, A); int x;')).toBe('                 int x;');
    expect(mask('f(struct a, b);')).toBe('f(       a, b);');
    expect(mask('f(struct a *, b);')).toBe('f(       a  , b);');
    expect(mask('(struct a *)b;')).toBe('(struct a *)b;');
    expect(mask('typeof(a->b) c;')).toBe('typeof       c;');
  });

  it.each([...fixtures].filter(([name]) => !notPlain.has(name)))(
    'makes %s parse without an error, which it does not as it is',
    (_, text) => {
      expect(declared(text).hasError).toBe(true);
      expect(declared(mask(text)).hasError).toBe(false);
    },
  );

  it('finds the declarations that a parse of the whole file finds, where no macro is in the way', () => {
    const text = fixture('open-latency')
      .replace(/SEC\([^)]*\)|__always_inline|__(?:uint|type)\([^;]*\);/g, (all) => ' '.repeat(all.length))
      .replace(/struct \{\s*\} \w+\s*;/g, (all) => all.replace(/[^\n]/g, ' '));
    const whole = declared(text);
    const analysis = analyse(text);
    expect(whole.hasError).toBe(false);
    expect(analysis.functions.map(({ name, nameSpan }) => `${name}@${nameSpan.start}`)).toEqual(
      whole.functions,
    );
    expect(analysis.structs.map(({ name, nameSpan }) => `${name}@${nameSpan.start}`)).toEqual(whole.structs);
    expect(whole.functions).toHaveLength(4);
    expect(whole.structs).toHaveLength(2);
  });
});
