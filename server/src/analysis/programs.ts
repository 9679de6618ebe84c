/** How a program declares its context. */
import type { Chunk } from './chunk';
import { resolveStructName, shift, type Environment } from './environment';
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

/** The context parameter, in the offsets of the file. */
export function ctxParameter(chunk: Chunk, head: FunctionHead, environment: Environment): CtxParameter {
  if (head.macro !== undefined) return { kind: 'macro', name: 'ctx' };
  const [own] = head.parameters;
  if (!own) return { kind: 'none' };
  const parameter = placeParameter(own, chunk.start);
  const other = { kind: 'other', name: own.name, parameter } as const;
  if (head.ambiguous || chunk.isForked) return other;
  const { base, pointers } = parameterType(chunk, own);
  if (pointers !== 1) return other;
  switch (base.kind) {
    case 'void':
      return { kind: 'void', name: own.name, parameter };
    case 'scalar':
      return base.size === 4 || base.size === 8
        ? { kind: 'words', name: own.name, wordSize: base.size, parameter }
        : other;
    case 'struct': {
      const struct = resolveStructName(base, chunk, environment);
      if (!struct) return other;
      const structSpan = shift(base.span, chunk.start);
      return { kind: 'struct', name: own.name, structName: struct.name, structSpan, parameter };
    }
    case 'other':
      return other;
  }
}

export function placeParameter(parameter: Parameter, by: number): Parameter {
  return {
    ...parameter,
    span: shift(parameter.span, by),
    typeSpan: shift(parameter.typeSpan, by),
    ...(parameter.nameSpan && { nameSpan: shift(parameter.nameSpan, by) }),
  };
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
