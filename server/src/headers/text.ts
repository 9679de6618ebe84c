/**
 * One header's text, searched on demand: a vmlinux.h has 200,000 lines, and a program asks for three of its structs.
 * Names are found by `indexOf`, and what stands around them decides: no pattern ever runs over the whole text.
 */
import type { Analyzer } from '../analysis/analyzer';
import type { StructDef } from '../analysis/model';
import { blankComments } from './comments';
import { directivesOf, includesOf, isConditional, isRelocatable } from './directives';

export interface HeaderText {
  struct(name: string): FoundStruct | undefined;
  /** The text of the type that `typedef … name;` names, where it is a plain one. */
  typedef(name: string): string | undefined;
  /** `#define name` stands in it. */
  macro(name: string): boolean;
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
  const directives = directivesOf(text);
  const structs = new Map<string, FoundStruct | undefined>();
  const typedefs = new Map<string, string | undefined>();

  function findStruct(name: string): FoundStruct | undefined {
    const [opening, another] = openings(text, name);
    // Two definitions can only be alternatives of an #if: unsure.
    if (opening === undefined || another !== undefined) return undefined;
    const end = endOfDefinition(text, opening.brace + 1);
    if (end === undefined) return undefined;
    const file = analyzer.open(text.slice(opening.start, end));
    const parsed = file.analysis.structs.find((def) => def.name === name);
    file.dispose();
    if (!parsed) return undefined;
    const lineStart = text.lastIndexOf('\n', opening.tag) + 1;
    return {
      definition: {
        ...parsed,
        preserveAccessIndex: parsed.preserveAccessIndex || isRelocatable(directives, opening.start),
        conditional: isConditional(directives, opening.start),
      },
      line: countNewlines(text, lineStart),
      character: opening.tag - lineStart,
    };
  }

  return {
    includes: includesOf(directives),
    struct: (name) => remember(structs, name, () => findStruct(name)),
    typedef: (name) => remember(typedefs, name, () => findTypedef(text, name)),
    macro: (name) => definesMacro(text, name),
  };
}

function remember<T>(memory: Map<string, T>, name: string, find: () => T): T {
  const known = memory.get(name);
  if (known !== undefined || memory.has(name)) return known as T;
  const found = find();
  memory.set(name, found);
  return found;
}

interface Opening {
  /** Of `struct`. */
  readonly start: number;
  readonly tag: number;
  readonly brace: number;
}

/** The first two places where `struct name {` stands. */
function openings(text: string, name: string): Opening[] {
  const found: Opening[] = [];
  for (const tag of wordsAt(text, name)) {
    const lead = /\bstruct\s+(?:__attribute__\s*\(\([^;{}]*\)\)\s*)?$/.exec(
      text.slice(Math.max(0, tag - 160), tag),
    );
    const tail = /^\s*\{/.exec(text.slice(tag + name.length, tag + name.length + 80));
    if (!lead || !tail) continue;
    found.push({ start: tag - lead[0].length, tag, brace: tag + name.length + tail[0].length - 1 });
    if (found.length === 2) break;
  }
  return found;
}

/** Offsets at which an identifier stands as a whole word. */
function* wordsAt(text: string, name: string): Generator<number> {
  if (!/^[A-Za-z_]\w*$/.test(name)) return;
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) {
    if (!/\w/.test(text.charAt(at - 1)) && !/\w/.test(text.charAt(at + name.length))) yield at;
  }
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

function definesMacro(text: string, name: string): boolean {
  for (const at of wordsAt(text, name)) {
    if (/#[ \t]*define[ \t]+$/.test(text.slice(Math.max(0, at - 40), at))) return true;
  }
  return false;
}

/** A type that long is not a plain one. */
const maxTypedef = 200;

function findTypedef(text: string, name: string): string | undefined {
  for (const at of wordsAt(text, name)) {
    if (!/^\s*;/.test(text.slice(at + name.length, at + name.length + 20))) continue;
    const match = /\btypedef\s+([^;{}()[\]]+?)\s*$/.exec(text.slice(Math.max(0, at - maxTypedef), at));
    if (match) return match[1]?.replace(/\s+/g, ' ').trim();
  }
  return undefined;
}

function countNewlines(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
