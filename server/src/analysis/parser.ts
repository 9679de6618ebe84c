/** The one place that touches web-tree-sitter. Trees are freed before `parse` returns. */
import { Language, Parser, type Node } from 'web-tree-sitter';
import type { WasmFiles } from './analyzer';
import type { Ast } from './ast';

export interface CParser {
  /** The tree of a masked text, or undefined where it is too large or takes too long. */
  parse(masked: string): Ast | undefined;
}

/** UTF-16 units of one function or struct; more is not written by hand. */
const MAX_LENGTH = 1_000_000;
const MAX_MILLISECONDS = 2000;
/** Nesting that a walk may recurse into. */
const MAX_DEPTH = 400;
/** The type id that tree-sitter gives ERROR nodes. */
const ERROR = 0xffff;

export async function createParser(wasm: WasmFiles): Promise<CParser> {
  await Parser.init({ locateFile: () => wasm.runtime });
  const language = await Language.load(wasm.grammar);
  const parser = new Parser().setLanguage(language);
  const types = language.types;
  return {
    parse(masked) {
      if (masked.length > MAX_LENGTH) return undefined;
      const deadline = performance.now() + MAX_MILLISECONDS;
      const tree = parser.parse(masked, null, { progressCallback: () => performance.now() > deadline });
      if (!tree) {
        parser.reset();
        return undefined;
      }
      try {
        return copy(tree.rootNode, types, undefined);
      } finally {
        tree.delete();
      }
    },
  };
}

function copy(node: Node, types: readonly string[], parent: Ast | undefined, depth = 0): Ast {
  const children: Ast[] = [];
  const ast = {
    type: types[node.typeId] ?? node.type,
    start: node.startIndex,
    end: node.endIndex,
    children,
    parent,
    broken: depth > MAX_DEPTH,
  };
  if (ast.broken) return ast;
  for (const child of node.namedChildren) {
    if (child.typeId === ERROR) ast.broken = true;
    else children.push(copy(child, types, ast, depth + 1));
  }
  return ast;
}
