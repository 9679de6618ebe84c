/**
 * One header's text, searched on demand: a vmlinux.h has 200,000 lines, and a program asks for three of its structs.
 * Comments are blanked once, so that what is found is a definition and not talk about one.
 */
import type { Analyzer } from '../analysis/analyzer';
import type { StructDef } from '../analysis/model';

export interface HeaderText {
  struct(name: string): FoundStruct | undefined;
  /** The text of the type that `typedef … name;` names, where it is a plain one. */
  typedef(name: string): string | undefined;
  /** Paths of its own `#include "…"`. */
  readonly includes: readonly string[];
}

export interface FoundStruct {
  readonly definition: StructDef;
  readonly line: number;
  readonly character: number;
}

export function readHeader(source: string, analyzer: Analyzer): HeaderText {
  const text = blankComments(source);
  const structs = new Map<string, FoundStruct | undefined>();
  const typedefs = new Map<string, string | undefined>();
  return {
    includes: [...text.matchAll(/^[ \t]*#[ \t]*include[ \t]*"([^"\n]+)"/gm)].map((match) => match[1] ?? ''),
    struct: (name) => remember(structs, name, () => findStruct(text, name, analyzer)),
    typedef: (name) => remember(typedefs, name, () => findTypedef(text, name)),
  };
}

function remember<T>(memory: Map<string, T>, name: string, find: () => T): T {
  const known = memory.get(name);
  if (known !== undefined || memory.has(name)) return known as T;
  const found = find();
  memory.set(name, found);
  return found;
}

/** Comments become blanks of the same length; strings are stepped over. */
function blankComments(text: string): string {
  if (!text.includes('/*') && !text.includes('//')) return text;
  return text.replace(/\/\*[^]*?(?:\*\/|$)|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"/g, (token) =>
    token.startsWith('"') ? token : token.replace(/[^\n]/g, ' '),
  );
}

function findStruct(text: string, name: string, analyzer: Analyzer): FoundStruct | undefined {
  if (!isIdentifier(name)) return undefined;
  const opening = new RegExp(`\\bstruct\\s+(?:__attribute__\\s*\\(\\([^;{]*\\)\\)\\s*)?${name}\\s*\\{`, 'g');
  const first = opening.exec(text);
  if (!first) return undefined;
  // Two definitions can only be alternatives of an #if: unsure.
  if (opening.exec(text)) return undefined;
  const end = endOfDefinition(text, first.index + first[0].length);
  if (end === undefined) return undefined;
  const file = analyzer.open(text.slice(first.index, end));
  const parsed = file.analysis.structs.find((def) => def.name === name);
  file.dispose();
  if (!parsed) return undefined;
  const tagAt = first.index + first[0].indexOf(name);
  const lineStart = text.lastIndexOf('\n', tagAt) + 1;
  return {
    definition: {
      ...parsed,
      preserveAccessIndex: parsed.preserveAccessIndex || insidePragma(text, first.index),
      conditional: conditionalDepth(text, first.index) > 0,
    },
    line: countNewlines(text, lineStart),
    character: tagAt - lineStart,
  };
}

/** After the `;` that follows the matching brace. */
function endOfDefinition(text: string, from: number): number | undefined {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 123) depth++;
    else if (code === 125 && --depth === 0) {
      const semicolon = text.indexOf(';', at);
      return semicolon < 0 ? undefined : semicolon + 1;
    }
  }
  return undefined;
}

/** Between `#pragma clang attribute push (… preserve_access_index …)` and its pop. */
function insidePragma(text: string, offset: number): boolean {
  let depth = 0;
  for (const match of text
    .slice(0, offset)
    .matchAll(/^[ \t]*#[ \t]*pragma\s+clang\s+attribute\s+(push|pop)([^\n]*)/gm)) {
    if (match[1] === 'pop') depth = Math.max(0, depth - 1);
    else if (match[2]?.includes('preserve_access_index') ?? false) depth++;
  }
  return depth > 0;
}

/** How many #if are open at an offset, without the include guard and without bpftool's guards around its pragma. */
function conditionalDepth(text: string, offset: number): number {
  const open: boolean[] = [];
  for (const match of text
    .slice(0, offset)
    .matchAll(/^[ \t]*#[ \t]*(if|ifdef|ifndef|endif)\b[ \t]*([^\n]*)/gm)) {
    if (match[1] === 'endif') open.pop();
    else open.push(!(match[1] === 'ifndef' && isGuard(text, match.index, match[2]?.trim() ?? '')));
  }
  return open.filter(Boolean).length;
}

/** `#ifndef X` with `#define X` right under it. */
function isGuard(text: string, at: number, name: string): boolean {
  const next = text.indexOf('\n', at);
  return (
    isIdentifier(name) && new RegExp(`^\\s*#\\s*define\\s+${name}\\b`).test(text.slice(next, next + 200))
  );
}

function findTypedef(text: string, name: string): string | undefined {
  if (!isIdentifier(name)) return undefined;
  const match = new RegExp(`\\btypedef\\s+([^;{}()\\[\\]]+?)\\s*\\b${name}\\s*;`).exec(text);
  return match?.[1]?.replace(/\s+/g, ' ').trim();
}

function isIdentifier(name: string): boolean {
  return /^[A-Za-z_]\w*$/.test(name);
}

function countNewlines(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
