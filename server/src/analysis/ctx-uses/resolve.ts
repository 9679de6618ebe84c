/** Facts of a body become uses: constants and typedefs of the file resolved. All offsets are still the chunk's own. */
import { constantNumber } from '../constant';
import { resolveStructName, type Environment } from '../environment';
import { tokenize } from '../lexer';
import type { Macros } from '../macros';
import type { CtxName, CtxUse, PathStep } from '../model';
import type { Unowned } from '../shift';
import { bytesOf, writtenType } from '../types';
import type { RawName, RawStep, RawUse, StructName } from './facts';

/** Undefined where a typedef or an offset is not known: the use is then not certain to be what it looks like. */
export function resolveUse(
  raw: RawUse,
  environment: Environment,
  certain: boolean,
): Unowned<CtxUse> | undefined {
  const struct = resolveRoot(raw.root, environment);
  const [first, ...rest] = resolvePath(raw.path, environment);
  if (!struct || !first || rest.length + 1 !== raw.path.length) return undefined;
  const { span, access, via, receiver, valueSize, consumer, castTo, dereferenced } = raw;
  return {
    span,
    path: [first, ...rest],
    ...struct,
    access,
    via,
    receiver,
    valueSize,
    ...(consumer && { consumer }),
    ...(castTo !== undefined && { castTo }),
    dereferenced,
    certain,
  };
}

export function resolveName(raw: RawName, environment: Environment): Unowned<CtxName> | undefined {
  const struct = resolveRoot(raw.root, environment);
  const path = resolvePath(raw.path, environment);
  if (!struct || path.length !== raw.path.length) return undefined;
  return { name: raw.name, scope: raw.scope, ...struct, path, via: raw.via };
}

function resolveRoot(
  root: StructName | undefined,
  environment: Environment,
): Pick<CtxUse, 'structName' | 'structSpan'> | undefined {
  if (!root) return {};
  const structName = resolveStructName(root, environment);
  // A typedef's name is no tag: it cannot be replaced by one.
  return structName === undefined ? undefined : { structName, ...(root.tag && { structSpan: root.span }) };
}

function resolvePath(path: readonly RawStep[], { macros }: Environment): PathStep[] {
  return path.flatMap((step) => resolveStep(step, macros) ?? []);
}

/** Undefined for a member that is a macro, and an offset that is no constant. */
function resolveStep(step: RawStep, { names, constants }: Macros): PathStep | undefined {
  if (step.kind === 'member') return names.has(step.name) ? undefined : step;
  const value = constantNumber(step.text, constants);
  if (step.kind === 'index') return { kind: 'index', ...(value !== undefined && { value }), span: step.span };
  const size = constantNumber(step.size, constants) ?? sizeOfScalar(step.size);
  return value === undefined || size === undefined
    ? undefined
    : { kind: 'offset', value, size, span: step.span };
}

/** `sizeof(u64)`, `sizeof(void *)` */
function sizeOfScalar(text: string): number | undefined {
  const inside = /^sizeof\s*\(([^()]*)\)$/.exec(text.trim())?.[1];
  if (inside === undefined) return undefined;
  return bytesOf(writtenType(tokenize(inside)));
}
