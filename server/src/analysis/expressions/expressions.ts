/** The member expressions of a file: read function by function when they are asked for. */
import type { Ast } from '../ast';
import type { Chunk } from '../chunk';
import { isWithin, type ChunkText } from '../chunk-text';
import { resolveScopes, type Scopes } from '../ctx-uses/scopes';
import { resolveStructName, type Environment } from '../environment';
import { maskCode } from '../mask';
import type { CParser } from '../parser';
import { macroCtxType, parameterType } from '../programs';
import type { WrittenType } from '../types';
import { firstFrom } from '../window';
import { ExpressionBuilder, type Texts } from './build';
import { collectAccesses } from './collect';
import { completed, wordAround } from './completed';
import { memberNamedAt } from './find';
import type { Access, CursorMember, Expressions, FunctionAccesses } from './model';

/** What a chunk says about members, and from what. */
export interface AccessMemo {
  readonly variables: string;
  readonly accesses: readonly Access[];
}

/** With where they stood when the file was analysed: chunks move. */
export interface PlacedChunks {
  readonly chunks: readonly Chunk[];
  readonly starts: readonly number[];
}

/** Without a member in it, a body is not parsed. */
const hasMember = /->|[\w)\]]\s*\.\s*[A-Za-z_]|\bBPF_(?:CORE|PROBE)_READ/;

export class FileExpressions implements Expressions {
  readonly #parser: CParser;
  readonly #environment: Environment;
  readonly #placed: PlacedChunks;
  readonly #variables: ReadonlySet<string>;
  #functions: readonly FunctionAccesses[] | undefined;
  /** What the accesses of every body depend on beside its text. */
  #assumed: string | undefined;

  constructor(
    parser: CParser,
    environment: Environment,
    placed: PlacedChunks,
    variables: ReadonlySet<string>,
  ) {
    this.#parser = parser;
    this.#environment = environment;
    this.#placed = placed;
    this.#variables = variables;
  }

  get functions(): readonly FunctionAccesses[] {
    const { chunks, starts } = this.#placed;
    return (this.#functions ??= chunks.flatMap((chunk, n) => {
      const { head } = chunk.content;
      const start = starts[n] ?? 0;
      const accesses = head ? this.#accessesOf(chunk) : [];
      if (!head || accesses.length === 0) return [];
      const nameSpan = { start: head.nameSpan.start + start, end: head.nameSpan.end + start };
      return [{ start, nameSpan, accesses }];
    }));
  }

  memberAt(offset: number): CursorMember | undefined {
    const { chunks, starts } = this.#placed;
    let n = firstFrom(starts, offset + 1, (start) => start) - 1;
    while (n >= 0 && !chunks[n]?.content.head) n--;
    const chunk = chunks[n];
    const body = chunk?.content.head?.bodySpan;
    if (!chunk || !body) return undefined;
    const start = starts[n] ?? 0;
    const at = offset - start;
    if (at <= body.start || at > chunk.text.length) return undefined;
    const text = completed(chunk, body.start, at);
    const read = text === undefined ? undefined : this.#read(chunk, chunk.readAs(text), text.length);
    const member = read && memberNamedAt(read.tree, read.build, wordAround(chunk.text, at).start);
    return member && { start, member };
  }

  isMacro(name: string): boolean {
    return this.#environment.macros.names.has(name);
  }

  tagOf({ base }: WrittenType): string | undefined {
    return base.kind === 'struct' ? resolveStructName(base, this.#environment) : undefined;
  }

  #accessesOf(chunk: Chunk): readonly Access[] {
    if (!hasMember.test(chunk.text)) return [];
    const variables = (this.#assumed ??= [...this.#variables].join());
    const known = chunk.memo.accesses;
    if (known?.variables === variables) return known.accesses;
    const accesses = this.#collect(chunk);
    chunk.memo.accesses = { variables, accesses };
    return accesses;
  }

  #collect(chunk: Chunk): readonly Access[] {
    const { head } = chunk.content;
    if (!head || chunk.isForked) return [];
    const body = chunk.read();
    const read = this.#read(chunk, body, head.bodySpan.end);
    if (!read) return [];
    const unsure = !chunk.isWellFormed || head.ambiguous;
    return collectAccesses({
      ...read,
      isProgram: chunk.content.sections.sites.length > 0,
      isMutable: (name) => this.#variables.has(name),
      isConditional: (offset) => unsure || isWithin(body.conditional, offset),
    });
  }

  /** The function's body up to `end`, parsed. */
  #read(chunk: Chunk, { text: source, tokens }: ChunkText, end: number): Read | undefined {
    const { head } = chunk.content;
    if (!head) return undefined;
    const { start } = head.bodySpan;
    // Leading blanks keep the chunk's offsets.
    const text = ' '.repeat(start) + maskCode(source, tokens, start, end);
    const tree = this.#parser.parse(text)?.children.find(({ type }) => type === 'compound_statement');
    if (!tree) return undefined;
    const parameters = head.parameters.map((parameter) => ({
      name: parameter.name,
      type: parameterType(chunk, parameter),
    }));
    const ctx = head.macro === undefined ? undefined : macroCtxType(head.macro);
    const texts = { text, source };
    const scopes = resolveScopes(texts, tree, [...(ctx ? [{ name: 'ctx', type: ctx }] : []), ...parameters]);
    const names = parameters.map(({ name }) => name);
    return { ...texts, tree, scopes, build: new ExpressionBuilder(texts, scopes, names) };
  }
}

interface Read extends Texts {
  readonly tree: Ast;
  readonly scopes: Scopes;
  readonly build: ExpressionBuilder;
}
