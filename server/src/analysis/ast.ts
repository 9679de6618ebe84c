/**
 * The syntax tree as the analysis walks it: named nodes only, copied out of the parser so that its memory can be freed at
 * once. Offsets are those of the text that was parsed.
 */
export interface Ast {
  /** As tree-sitter-c names it: `field_expression`. */
  readonly type: string;
  readonly start: number;
  readonly end: number;
  /** Named children; an ERROR is left out and noted. */
  readonly children: readonly Ast[];
  readonly parent: Ast | undefined;
  /** The parser had to skip or invent something directly inside of this node. */
  readonly broken: boolean;
}

export function* descendants(node: Ast): Generator<Ast> {
  yield node;
  for (const child of node.children) yield* descendants(child);
}

/** What stands between two children: an operator. The text is masked, so comments are blank. */
export function between(text: string, left: Ast, right: Ast): string {
  return text.slice(left.end, right.start).trim();
}
