/**
 * When libbpf takes a type of the kernel for the program's, of a whole type and of a field. Source: libbpf's relo_core.c,
 * __bpf_core_types_are_compat() and bpf_core_fields_are_compat().
 */
import type { Btf } from '../btf/btf';
import { resolve } from '../btf/resolve';
import { compatibleKinds } from './candidates';
import { essentialName } from './essential-name';

/** A type of the program beside one of the kernel. */
export interface Pair {
  readonly local: Btf;
  readonly localId: number;
  readonly target: Btf;
  readonly targetId: number;
}

/** `error`: libbpf gives up on the whole object. */
export type Answer = boolean | 'error';

export const maxDepth = 32;

export function typesAreCompatible(pair: Pair, level = maxDepth): Answer {
  const { local, target } = pair;
  let { localId, targetId } = pair;
  if (!compatibleKinds(local.kind(localId), target.kind(targetId))) return false;
  for (let depth = 0; depth < maxDepth; depth++) {
    localId = resolve(local, localId);
    targetId = resolve(target, targetId);
    const kind = local.kind(localId);
    if (!compatibleKinds(kind, target.kind(targetId))) return false;
    switch (kind) {
      case 'void':
      case 'struct':
      case 'union':
      case 'enum':
      case 'enum64':
      case 'fwd':
        return true;
      case 'int':
        return haveNoOffset({ local, localId, target, targetId });
      case 'func_proto': {
        const parameters = parametersAreCompatible({ local, localId, target, targetId }, level);
        if (parameters !== true) return parameters;
        break;
      }
      case 'ptr':
      case 'array':
        break;
      default:
        return false;
    }
    ({ localId, targetId } = behind({ local, localId, target, targetId }));
  }
  return 'error';
}

/** @param level how many prototypes within prototypes are still looked into */
function parametersAreCompatible(pair: Pair, level: number): Answer {
  return everyParameter(pair, ({ local, localId, target, targetId }) => {
    if (level <= 0) return 'error';
    const resolved = { localId: resolve(local, localId), targetId: resolve(target, targetId) };
    return typesAreCompatible({ local, target, ...resolved }, level - 1);
  });
}

/** Whether two prototypes have as many parameters, and each fits the other's. */
export function everyParameter(
  { local, localId, target, targetId }: Pair,
  fits: (parameters: Pair) => Answer,
): Answer {
  const own = local.parameters(localId);
  const others = target.parameters(targetId);
  if (own.length !== others.length) return false;
  for (const [i, { type }] of own.entries()) {
    const answer = fits({ local, localId: type, target, targetId: others[i]?.type ?? 0 });
    if (answer !== true) return answer;
  }
  return true;
}

/** What two pointers point to, the elements of two arrays, what two functions return. */
export function behind({ local, localId, target, targetId }: Pair): Pair {
  return { local, localId: local.type(localId), target, targetId: target.type(targetId) };
}

export function fieldsAreCompatible(pair: Pair): boolean {
  const { local, target } = pair;
  let { localId, targetId } = pair;
  // Arrays of arrays end long before; an end for what refers to itself.
  for (let depth = 0; depth < maxDepth; depth++) {
    localId = resolve(local, localId);
    targetId = resolve(target, targetId);
    const kind = local.kind(localId);
    if (isComposite(local, localId) && isComposite(target, targetId)) return true;
    if (!compatibleKinds(kind, target.kind(targetId))) return false;
    switch (kind) {
      case 'ptr':
      case 'float':
        return true;
      case 'fwd':
      case 'enum':
      case 'enum64': {
        const names = [essentialName(local.name(localId)), essentialName(target.name(targetId))];
        return names.includes('') || names[0] === names[1];
      }
      case 'int':
        return haveNoOffset({ local, localId, target, targetId });
      case 'array':
        ({ localId, targetId } = behind({ local, localId, target, targetId }));
        break;
      default:
        return false;
    }
  }
  return false;
}

export function isComposite(btf: Btf, id: number): boolean {
  const kind = btf.kind(id);
  return kind === 'struct' || kind === 'union';
}

/** Bitfields of old compilers have one. */
function haveNoOffset({ local, localId, target, targetId }: Pair): boolean {
  return local.int(localId)?.bitOffset === 0 && target.int(targetId)?.bitOffset === 0;
}
