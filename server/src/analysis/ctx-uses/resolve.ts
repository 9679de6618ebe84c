/** Facts of a body become uses of the file: offsets moved, constants and typedefs resolved. */
import type { Chunk } from '../chunk';
import { constantNumber } from '../constant';
import { resolveStructName, shift, type Environment } from '../environment';
import { tokenize } from '../lexer';
import type { CtxName, CtxUse, PathStep, Program } from '../model';
import { writtenType } from '../types';
import type { RawName, RawStep, RawUse, StructName } from './facts';

/** What the facts of one chunk are resolved against. */
export interface Place {
  readonly chunk: Chunk;
  readonly environment: Environment;
  readonly programs: readonly [Program, ...Program[]];
}

/** Undefined where a typedef or an offset is not known: the use is then not certain to be what it looks like. */
export function resolveUse(raw: RawUse, place: Place, certain: boolean): CtxUse | undefined {
  const struct = resolveRoot(raw.root, place);
  const [first, ...rest] = resolvePath(raw.path, place);
  if (!struct || !first || rest.length + 1 !== raw.path.length) return undefined;
  const { consumer, castTo } = raw;
  const by = place.chunk.start;
  return {
    programs: place.programs,
    span: shift(raw.span, by),
    path: [first, ...rest],
    ...struct,
    access: raw.access,
    via: raw.via,
    receiver: raw.receiver,
    valueSize: raw.valueSize,
    ...(consumer && {
      consumer: {
        ...consumer,
        calleeSpan: shift(consumer.calleeSpan, by),
        argumentSpan: shift(consumer.argumentSpan, by),
        callSpan: shift(consumer.callSpan, by),
      },
    }),
    ...(castTo !== undefined && { castTo }),
    dereferenced: raw.dereferenced,
    certain,
  };
}

export function resolveName(raw: RawName, place: Place): CtxName | undefined {
  const struct = resolveRoot(raw.root, place);
  const path = resolvePath(raw.path, place);
  if (!struct || path.length !== raw.path.length) return undefined;
  const scope = shift(raw.scope, place.chunk.start);
  return { name: raw.name, scope, programs: place.programs, ...struct, path, via: raw.via };
}

function resolveRoot(
  root: StructName | undefined,
  place: Place,
): Pick<CtxUse, 'structName' | 'structSpan'> | undefined {
  if (!root) return {};
  const struct = resolveStructName(root, place.chunk, place.environment);
  return struct && { structName: struct.name, ...(struct.span && { structSpan: struct.span }) };
}

function resolvePath(path: readonly RawStep[], place: Place): PathStep[] {
  return path.flatMap((step) => resolveStep(step, place) ?? []);
}

function resolveStep(step: RawStep, { chunk, environment }: Place): PathStep | undefined {
  const { constants } = environment.macros;
  const span = shift(step.span, chunk.start);
  switch (step.kind) {
    case 'member':
      return { kind: 'member', name: step.name, span };
    case 'index': {
      const value = constantNumber(step.text, constants);
      return { kind: 'index', ...(value !== undefined && { value }), span };
    }
    case 'offset': {
      const value = constantNumber(step.text, constants);
      const size = constantNumber(step.size, constants) ?? sizeOfScalar(step.size);
      return value === undefined || size === undefined ? undefined : { kind: 'offset', value, size, span };
    }
  }
}

/** `sizeof(u64)`, `sizeof(void *)` */
function sizeOfScalar(text: string): number | undefined {
  const inside = /^sizeof\s*\(([^()]*)\)$/.exec(text.trim())?.[1];
  if (inside === undefined) return undefined;
  const { base, pointers } = writtenType(tokenize(inside));
  if (pointers > 0) return 8;
  return base.kind === 'scalar' ? base.size : undefined;
}
