/** The facts of a function's body about one of its parameters, computed once per chunk. */
import type { Ast } from '../ast';
import type { Chunk } from '../chunk';
import { isWithin } from '../chunk-text';
import { maskCode } from '../mask';
import type { Span } from '../model';
import type { CParser } from '../parser';
import { macroCtxType, parameterType } from '../programs';
import { collectFacts } from './collect';
import { noFacts, type CtxFacts, type RawName } from './facts';
import type { Tracked } from './references';

export class BodyFacts {
  readonly #parser: CParser;

  constructor(parser: CParser) {
    this.#parser = parser;
  }

  /** @param index of the parameter that is ctx; a `helper` gets it from its callers */
  of(chunk: Chunk, index: number, via: Tracked['via'], variables: ReadonlySet<string>): CtxFacts {
    const known = (chunk.memo.facts ??= new Map<number, CtxFacts>());
    const key = via === 'ctx' ? -1 : index;
    const before = known.get(key);
    if (before && stillHolds(before.assumed, variables)) return before;
    const facts = this.#collect(chunk, index, via, variables);
    known.set(key, facts);
    return facts;
  }

  #collect(chunk: Chunk, index: number, via: Tracked['via'], variables: ReadonlySet<string>): CtxFacts {
    const { head } = chunk.content;
    const tracked = head && trackedParameter(chunk, index, via);
    if (!tracked || chunk.isForked) return noFacts;
    const { start, end } = head.bodySpan;
    const body = chunk.read();
    // The parameter is known by name even where the body says nothing, or cannot be read.
    const onlyName = { ...noFacts, names: [parameterName(tracked, head.bodySpan)] };
    if (!body.tokens.some((token) => token.start > start && token.text === tracked.name)) {
      return onlyName;
    }
    // Leading blanks keep the chunk's offsets.
    const text = ' '.repeat(start) + maskCode(chunk.text, body.tokens, start, end);
    const root = this.#parser.parse(text);
    const tree = root?.children.find((child: Ast) => child.type === 'compound_statement');
    if (!tree) return onlyName;
    const parameters = head.parameters.map((parameter) => ({
      name: parameter.name,
      type: parameterType(chunk, parameter),
    }));
    const implicit = head.macro === undefined ? [] : [{ name: tracked.name, type: tracked.type }];
    const unsure = !chunk.isWellFormed || head.ambiguous;
    const assumed = new Map<string, boolean>();
    const facts = collectFacts({
      text,
      source: chunk.text,
      tree,
      parameters: [...implicit, ...parameters],
      tracked,
      isMutable: (name) => {
        const mutable = variables.has(name);
        assumed.set(name, mutable);
        return mutable;
      },
      isConditional: (offset) => unsure || isWithin(body.conditional, offset),
    });
    return { ...facts, assumed };
  }
}

function stillHolds(assumed: CtxFacts['assumed'], variables: ReadonlySet<string>): boolean {
  for (const [name, mutable] of assumed) if (variables.has(name) !== mutable) return false;
  return true;
}

function trackedParameter(chunk: Chunk, index: number, via: Tracked['via']): Tracked | undefined {
  const { head } = chunk.content;
  if (head?.macro !== undefined) {
    const type = macroCtxType(head.macro);
    return type && via === 'ctx' ? { name: 'ctx', type, via } : undefined;
  }
  const parameter = head?.parameters[index];
  if (!parameter || parameter.name === '') return undefined;
  const type = parameterType(chunk, parameter);
  return type.pointers === 1 ? { name: parameter.name, type, via } : undefined;
}

function parameterName({ name, type, via }: Tracked, scope: Span): RawName {
  const { base } = type;
  const root = base.kind === 'struct' ? { name: base.name, span: base.span, tag: base.tag } : undefined;
  return { name, scope, root, path: [], via };
}
