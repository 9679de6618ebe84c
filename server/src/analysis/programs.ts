/** How a program declares its context. */
import type { Chunk } from './chunk';
import { resolveStructName, type Environment } from './environment';
import { macroContext, type FunctionHead } from './functions';
import { tokenize } from './lexer';
import type { CtxParameter, Parameter } from './model';
import { writtenType, type WrittenType } from './types';

/** The type of a parameter of this chunk; an array is a pointer. Spans are the chunk's own. */
export function parameterType(chunk: Chunk, parameter: Parameter): WrittenType {
  const { start, end } = parameter.typeSpan;
  const tokens = tokenize(chunk.text.slice(start, end)).map((token) => ({
    ...token,
    start: token.start + start,
    end: token.end + start,
  }));
  const type = writtenType(tokens);
  const array = /\]\s*$/.test(chunk.text.slice(parameter.nameSpan?.end ?? start, parameter.span.end));
  return array ? { ...type, pointers: type.pointers + 1 } : type;
}

/** The context parameter, in the chunk's own offsets. */
export function ctxParameter(chunk: Chunk, head: FunctionHead, environment: Environment): CtxParameter {
  if (head.macro !== undefined) return { kind: 'macro', name: 'ctx' };
  const [parameter] = head.parameters;
  if (!parameter) return { kind: 'none' };
  const { name } = parameter;
  const other = { kind: 'other', name, parameter } as const;
  if (head.ambiguous || chunk.isForked || environment.macros.names.has(name)) return other;
  const { base, pointers } = parameterType(chunk, parameter);
  if (pointers !== 1) return other;
  switch (base.kind) {
    case 'void':
      return { kind: 'void', name, parameter };
    case 'scalar':
      return base.size === 4 || base.size === 8
        ? { kind: 'words', name, wordSize: base.size, parameter }
        : other;
    case 'struct': {
      const structName = resolveStructName(base, environment);
      return structName === undefined
        ? other
        : { kind: 'struct', name, structName, structSpan: base.span, parameter };
    }
    case 'other':
      return other;
  }
}

/** What `ctx` is in a program that a macro declares; undefined for a macro that is not libbpf's. */
export function macroCtxType(macro: string): WrittenType | undefined {
  switch (macroContext(macro)) {
    case 'words':
      return { base: { kind: 'scalar', size: 8 }, pointers: 1 };
    case 'registers':
      return { base: { kind: 'other' }, pointers: 1 };
    case undefined:
      return undefined;
  }
}
