/** One chunk of a file and what it says on its own: a pure function of its text, so it stays valid wherever the chunk moves. */
import type { RawChunk } from './chunks';
import { keyOf } from './conditions';
import { readChunk, type ChunkText } from './chunk-text';
import type { CtxFacts } from './ctx-uses/facts';
import type { AccessMemo } from './expressions/expressions';
import { readDirective, type Directive } from './directives';
import { functionHead, mutableVariable, prototypeName, type FunctionHead } from './functions';
import { tokenize } from './lexer';
import { readExtern } from './externs';
import { readKernelFunction } from './kernel-functions';
import { readMap } from './maps';
import type { Surroundings } from './memory';
import type { ExternDef, FunctionNotes, KernelFunctionDef, MapDef } from './model';
import type { CParser } from './parser';
import type { LinkMemo } from './link';
import { readSections, type ChunkSections } from './sections';
import { readStructs, type RawStruct } from './structs';
import { readTypedef, type Typedef } from './typedefs';

/** All spans are offsets in the chunk's text. */
export interface ChunkContent {
  readonly sections: ChunkSections;
  readonly directives: readonly Directive[];
  readonly structs: readonly RawStruct[];
  /** All of it stands under an `#if` that is no include guard. */
  readonly conditional: boolean;
  readonly head?: FunctionHead;
  /**
   * Of a function: what others can see of it, in tokens. Undefined where its body may mean something to others: where braces
   * do not match, or preprocessor lines stand in it.
   */
  readonly frame?: string;
  readonly prototype?: string;
  /** The variable, if its section makes it a map. */
  readonly map?: MapDef;
  readonly typedef?: Typedef;
  readonly kernelFunction?: KernelFunctionDef;
  readonly extern?: ExternDef;
  /** A global variable that is neither constant nor static nor declared elsewhere: its value is never known in advance. */
  readonly variable?: string;
}

export interface ChunkMemo {
  /** Of a helper by the parameter that is followed, of a program at -1. */
  facts?: Map<number, CtxFacts>;
  link?: LinkMemo;
  accesses?: AccessMemo;
  notes?: { readonly surroundings: Surroundings; readonly of: FunctionNotes };
}

export class Chunk {
  /** Where the chunk's text begins in the file: moves with edits before it. */
  start: number;
  /** A copy: a slice would keep the whole text of the file alive. */
  readonly text: string;
  readonly content: ChunkContent;
  /** What others have made of the chunk, kept with it: a WeakMap of as many chunks would slow every garbage collection. */
  readonly memo: ChunkMemo = {};
  readonly #raw: RawChunk;

  constructor(raw: RawChunk, text: string, parser: CParser) {
    this.#raw = raw;
    this.start = raw.start;
    // Joining makes V8 copy: the slice that comes back holds on to the copy only.
    this.text = ` ${text}`.slice(1);
    this.content = readContent(raw, this.read(), parser);
  }

  /** Two chunks with the same key have the same content. */
  static keyOf(raw: RawChunk, text: string): string {
    return `${raw.kind}${raw.balanced ? 'b' : ''}${raw.forked ? 'f' : ''}${keyOf(raw.state.conditions)}\0${text}`;
  }

  get key(): string {
    return Chunk.keyOf(this.#raw, this.text);
  }

  /** The tokens, read anew: they are many and seldom needed twice. */
  read(): ChunkText {
    if (this.#raw.kind === 'skipped') return { text: this.text, tokens: [], directives: [], conditional: [] };
    return readChunk(this.text, this.#raw);
  }

  /** Tokens of another text in this one's place: one that is being written, made whole. */
  readAs(text: string): ChunkText {
    return readChunk(text, this.#raw);
  }

  /** The braces match on every way through the `#if`s: the body is C text. */
  get isWellFormed(): boolean {
    return this.#raw.balanced && !this.#raw.forked;
  }

  /** Branches of an `#if` open different braces: there may be two signatures. */
  get isForked(): boolean {
    return this.#raw.forked;
  }

  /** Every word of the chunk, macros included, as often as it stands there. */
  *words(): Generator<string> {
    const { tokens, directives } = this.read();
    for (const token of tokens) if (token.kind === 'word') yield token.text;
    for (const line of directives) {
      for (const token of tokenize(line.text.replace(/^\s*#/, '')))
        if (token.kind === 'word') yield token.text;
    }
  }
}

function readContent(raw: RawChunk, chunk: ChunkText, parser: CParser): ChunkContent {
  const directives = chunk.directives.flatMap((line) => readDirective(line) ?? []);
  const conditional = chunk.conditional.some((span) => span.start === 0);
  if (raw.kind !== 'code') {
    return { sections: { sites: [], on: 'none' }, directives, structs: [], conditional };
  }
  const { tokens } = chunk;
  const head = functionHead(chunk);
  const sections = readSections(tokens, head);
  const frame = head && frameOf(raw, chunk, head);
  const prototype = head ? undefined : prototypeName(chunk);
  const typedef = readTypedef(tokens);
  const kernelFunction = head || conditional ? undefined : readKernelFunction(chunk);
  const extern = head || conditional || kernelFunction ? undefined : readExtern(chunk);
  const defines = !head && tokens.some((token) => token.text === '{');
  const structural = defines && tokens.some((token) => token.text === 'struct' || token.text === 'union');
  const variable = head ? undefined : mutableVariable(tokens);
  const map = !head && sections.sites.length > 0 ? readMap(chunk.text, tokens) : undefined;
  return {
    sections,
    directives,
    structs: structural ? readStructs(chunk, parser) : [],
    conditional,
    ...(head && { head }),
    ...(frame !== undefined && { frame }),
    ...(prototype !== undefined && { prototype }),
    ...(map && { map }),
    ...(typedef && { typedef }),
    ...(kernelFunction && { kernelFunction }),
    ...(extern && { extern }),
    ...(variable !== undefined && { variable }),
  };
}

function frameOf(
  raw: RawChunk,
  { tokens, directives }: ChunkText,
  { bodySpan }: FunctionHead,
): string | undefined {
  if (!raw.balanced || raw.forked || directives.length > 0) return undefined;
  const outside = tokens.flatMap(({ start, text }) =>
    start < bodySpan.start || start >= bodySpan.end ? text : start === bodySpan.start ? '{}' : [],
  );
  return `${keyOf(raw.state.conditions)}\0${outside.join(' ')}`;
}
