/**
 * Splits a file into chunks: one top-level declaration, function or preprocessor line each. A chunk is analysed on its own
 * and kept as long as its text stays, which makes an edit cost one chunk, keeps a broken function from
 * spoiling its neighbours, and gives the same result as an analysis from scratch.
 *
 * Braces that do not match end at the next program (a `SEC` at the start of a line); inside of such a stretch, a `}` at the
 * start of a line closes everything.
 */
import {
  afterDirective,
  conditionalDirective,
  isOff,
  keyOf,
  type ConditionalDirective,
  type Conditions,
} from './conditions';
import { endOfDirective, endOfToken, kindAt, skipBlanks, startsLine } from './lexer';

/** What the scanner knows where a chunk begins. */
export interface ScanState {
  readonly conditions: Conditions;
  /** No token and no directive stands before: an `#ifndef` here may be the include guard. */
  readonly fresh: boolean;
}

export const initialState: ScanState = { conditions: undefined, fresh: true };

export function sameState(a: ScanState, b: ScanState): boolean {
  return a.fresh === b.fresh && keyOf(a.conditions) === keyOf(b.conditions);
}

export interface RawChunk {
  /** `skipped`: text under `#if 0`. */
  readonly kind: 'code' | 'directive' | 'skipped';
  /** Blanks and comments before the first token belong to the chunk. */
  readonly start: number;
  readonly end: number;
  readonly state: ScanState;
  /** Its braces match. */
  readonly balanced: boolean;
  /** Branches of an `#if` inside open different numbers of braces: the tokens are no C text. */
  readonly forked: boolean;
}

/** One or more chunks that were found together: scanning may start anew at each group. */
export interface ChunkGroup {
  readonly chunks: readonly RawChunk[];
  readonly end: number;
  readonly state: ScanState;
  /** An edit at or after this offset cannot change the group. */
  readonly seen: number;
}

/** The group that starts here, or undefined at the end of the text. */
export function scanGroup(text: string, start: number, state: ScanState): ChunkGroup | undefined {
  if (start >= text.length) return undefined;
  const first = scanChunk(text, start, text.length, state, false);
  if (first.chunk.balanced)
    return { chunks: [first.chunk], end: first.chunk.end, state: first.state, seen: first.seen };
  const end = first.chunk.end;
  const chunks: RawChunk[] = [];
  let at = start;
  let inside = state;
  while (at < end) {
    const next = scanChunk(text, at, end, inside, true);
    chunks.push(next.chunk);
    at = next.chunk.end;
    inside = next.state;
  }
  return { chunks, end, state: first.state, seen: first.seen };
}

interface Scanned {
  readonly chunk: RawChunk;
  readonly state: ScanState;
  readonly seen: number;
}

/** The mutable state of one scan. */
interface Scan {
  conditions: Conditions;
  depth: number;
  /** Brace depth at each `#if` that was opened inside of the chunk. */
  depths: number[];
  forked: boolean;
  /** A brace at the start of a line has closed more than one. */
  forced: boolean;
  /** A token has been seen. */
  started: boolean;
  /** A brace has been opened at depth 0. */
  braces: boolean;
  section: boolean;
  /** Open parentheses at brace depth 0. */
  parentheses: number;
  /** A parameter list has been seen: unless there is a `=`, the next brace opens a body. */
  parameters: boolean;
  assigned: boolean;
  body: boolean;
}

function scanChunk(text: string, start: number, limit: number, state: ScanState, resync: boolean): Scanned {
  if (isOff(state.conditions)) return scanSkipped(text, start, limit, state);
  const scan: Scan = {
    conditions: state.conditions,
    depth: 0,
    depths: [],
    forked: false,
    forced: false,
    started: false,
    braces: false,
    section: false,
    parentheses: 0,
    parameters: false,
    assigned: false,
    body: false,
  };
  const finish = (end: number, balanced: boolean, seen = end): Scanned => ({
    chunk: { kind: 'code', start, end, state, balanced, forked: scan.forked },
    state: { conditions: scan.conditions, fresh: state.fresh && !scan.started },
    seen,
  });
  let previousWord = -1;
  let at = skipBlanks(text, start, limit);
  while (at < limit) {
    const kind = kindAt(text, at);
    if (kind === 'directive') {
      const end = endOfDirective(text, at);
      if (!scan.started) return directiveChunk(text, start, at, end, state);
      scanDirective(scan, text.slice(at, end));
      at = isOff(scan.conditions) ? endOfOff(text, end, limit, scan) : end;
    } else if (kind === 'word' && isSection(text, at)) {
      const program = startsLine(text, at) && isProgramSection(text, at);
      if (program && scan.depth > 0) return finish(at, false, at + 32);
      if (program && scan.depth === 0 && (scan.section || scan.braces))
        return finish(at, !scan.forced, at + 32);
      scan.section = true;
      scan.started = true;
      previousWord = -1;
      at += 3;
    } else {
      scan.started = true;
      const end = endOfToken(text, at, kind);
      if (kind === 'punctuation') {
        if (scanPunctuation(scan, text, at, previousWord, resync)) return finish(end, !scan.forced);
        previousWord = -1;
      } else {
        previousWord = kind === 'word' ? at : -1;
        // `MACRO(x) struct foo {`: what came before were no parameters.
        if (scan.depth === 0 && scan.parentheses <= 0 && isTagKeyword(text, at, end)) scan.parameters = false;
      }
      at = end;
    }
    at = skipBlanks(text, at, limit);
  }
  // At the end of the text everything may still grow; at the end of a group's range nothing can.
  return finish(limit, scan.depth === 0, text.length + 1);
}

/** True where the chunk ends with this token. */
function scanPunctuation(scan: Scan, text: string, at: number, word: number, resync: boolean): boolean {
  switch (text.charAt(at)) {
    case '{':
      if (scan.depth === 0) {
        scan.braces = true;
        scan.body = scan.parameters && !scan.assigned;
      }
      scan.depth++;
      return false;
    case '}':
      if (resync && scan.depth > 1 && startsColumn(text, at)) {
        scan.depth = 0;
        scan.forced = true;
      } else scan.depth = Math.max(0, scan.depth - 1);
      return scan.depth === 0 && (scan.body || !scan.braces);
    case ';':
      return scan.depth === 0;
    case '=':
      if (scan.depth === 0) scan.assigned = true;
      return false;
    case '(':
      if (scan.depth === 0) {
        scan.parentheses++;
        if (word >= 0 && !isAttributeWord(text, word)) scan.parameters = true;
      }
      return false;
    case ')':
      if (scan.depth === 0) scan.parentheses--;
      return false;
    default:
      return false;
  }
}

function scanDirective(scan: Scan, line: string): void {
  switch (conditionalDirective(line)) {
    case 'if':
      scan.depths.push(scan.depth);
      break;
    case 'else': {
      // Outside of the chunk every `#if` stands at depth 0.
      const depth = scan.depths.at(-1) ?? 0;
      if (depth !== scan.depth) scan.forked = true;
      scan.depth = depth;
      break;
    }
    case 'endif':
      scan.depths.pop();
      break;
    case undefined:
      return;
  }
  scan.conditions = afterDirective(scan.conditions, line);
}

/** The offset of the directive that ends the `#if 0` in which the scan is. */
function endOfOff(text: string, from: number, limit: number, scan: Scan): number {
  let at = from;
  while (at < limit) {
    const directive = nextDirective(text, at, limit);
    const end = endOfDirective(text, directive);
    const conditions = afterDirective(scan.conditions, text.slice(directive, end));
    if (!isOff(conditions)) return directive;
    scanDirective(scan, text.slice(directive, end));
    at = end;
  }
  return limit;
}

function scanSkipped(text: string, start: number, limit: number, state: ScanState): Scanned {
  const first = nextDirective(text, start, limit);
  if (first < limit && skipBlanks(text, start, first) === first) {
    return directiveChunk(text, start, first, endOfDirective(text, first), state);
  }
  return {
    chunk: { kind: 'skipped', start, end: first, state, balanced: true, forked: false },
    state,
    seen: first + 1,
  };
}

function directiveChunk(text: string, start: number, at: number, end: number, state: ScanState): Scanned {
  const line = text.slice(at, end);
  const opens: ConditionalDirective | undefined = conditionalDirective(line);
  const guard = state.fresh && opens === 'if' ? guardDefine(text, line, end) : undefined;
  return {
    chunk: { kind: 'directive', start, end, state, balanced: true, forked: false },
    state: { conditions: afterDirective(state.conditions, line, guard?.found), fresh: false },
    seen: guard ? guard.seen : end + 1,
  };
}

/** Whether `#define X` comes right after `#ifndef X`, and how far one had to look. */
function guardDefine(text: string, line: string, end: number): { found: boolean; seen: number } {
  const next = skipBlanks(text, end);
  const nextEnd = endOfDirective(text, next);
  const name = /^\s*#\s*ifndef\s+(\w+)/.exec(line)?.[1];
  const define = /^#\s*define\s+(\w+)/.exec(text.slice(next, nextEnd))?.[1];
  return { found: name !== undefined && name === define, seen: nextEnd + 1 };
}

/** The next preprocessor line, or `limit`; text under `#if 0` need not be C. */
export function nextDirective(text: string, from: number, limit: number): number {
  let at = text.indexOf('#', from);
  while (at >= 0 && at < limit) {
    if (startsLine(text, at)) return at;
    at = text.indexOf('#', at + 1);
  }
  return limit;
}

function isSection(text: string, at: number): boolean {
  return text.startsWith('SEC', at) && /^SEC\s*\(/.test(text.slice(at, at + 16));
}

/** Not `.maps`, `.rodata`, `license`, `version`: those stand on variables. */
function isProgramSection(text: string, at: number): boolean {
  return !/^SEC\s*\(\s*"(?:\.|license"|version"|maps")/.test(text.slice(at, at + 32));
}

function isTagKeyword(text: string, start: number, end: number): boolean {
  const length = end - start;
  return (
    (length === 6 || length === 5 || length === 4) && /^(?:struct|union|enum)$/.test(text.slice(start, end))
  );
}

function isAttributeWord(text: string, at: number): boolean {
  return /^(?:__attribute(?:__)?|__aligned|__packed|_Alignas|__section\w*|typeof|__typeof__|__typeof|asm)\b/.test(
    text.slice(at, at + 16),
  );
}

function startsColumn(text: string, at: number): boolean {
  return at === 0 || text.charCodeAt(at - 1) === 10;
}
