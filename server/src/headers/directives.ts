/** The preprocessor lines of a header that say under which condition, and inside which pragma, an offset lies. */

export interface Directive {
  readonly offset: number;
  /** Without `#` and the blanks around it: `ifdef X`, `pragma clang attribute pop`. */
  readonly text: string;
}

/** Found by their `#`, since a header of 200,000 lines has a dozen. */
export function directivesOf(text: string): readonly Directive[] {
  const found: Directive[] = [];
  for (let at = text.indexOf('#'); at >= 0; at = text.indexOf('#', at + 1)) {
    const lineStart = text.lastIndexOf('\n', at) + 1;
    if (text.slice(lineStart, at).trim() !== '') continue;
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline;
    found.push({ offset: at, text: text.slice(at + 1, end).trim() });
    at = end;
  }
  return found;
}

/** Paths of `include "…"`. */
export function includesOf(directives: readonly Directive[]): readonly string[] {
  return directives.flatMap(({ text }) => /^include\s*"([^"]+)"/.exec(text)?.[1] ?? []);
}

/** Between `#pragma clang attribute push (… preserve_access_index …)` and its pop. */
export function isRelocatable(directives: readonly Directive[], offset: number): boolean {
  const stack: boolean[] = [];
  for (const directive of before(directives, offset)) {
    const pragma = /^pragma\s+clang\s+attribute\s+(push|pop)(.*)/.exec(directive.text);
    if (pragma?.[1] === 'pop') stack.pop();
    else if (pragma) stack.push(pragma[2]?.includes('preserve_access_index') ?? false);
  }
  return stack.includes(true);
}

/** Under an `#if` that is no include guard. */
export function isConditional(directives: readonly Directive[], offset: number): boolean {
  const open: boolean[] = [];
  const all = [...before(directives, offset)];
  for (const [n, { text }] of all.entries()) {
    if (/^endif\b/.test(text)) open.pop();
    else if (text.startsWith('if')) open.push(!isGuard(text, all[n + 1]?.text));
  }
  return open.includes(true);
}

/** `#ifndef X` with `#define X` as the next directive. */
function isGuard(text: string, next: string | undefined): boolean {
  const name = /^ifndef\s+(\w+)$/.exec(text)?.[1];
  return name !== undefined && next?.split(/\s+/).slice(0, 2).join(' ') === `define ${name}`;
}

function* before(directives: readonly Directive[], offset: number): Generator<Directive> {
  for (const directive of directives) {
    if (directive.offset >= offset) return;
    yield directive;
  }
}
