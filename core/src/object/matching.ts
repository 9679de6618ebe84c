/** What `bpf_core_type_matches()` asks. Source: libbpf's relo_core.c, __bpf_core_types_match(). */
import type { Btf } from '../btf/btf';
import { resolve } from '../btf/resolve';
import { isEnum } from './candidates';
import { behind, everyParameter, maxDepth } from './compatible';
import type { Answer, Pair } from './compatible';
import { essentialName } from './essential-name';

export function typesMatch(pair: Pair, behindPointer = false, level = maxDepth): Answer {
  if (level <= 0) return 'error';
  const { local, target } = pair;
  let { localId, targetId } = pair;
  for (let depth = 0; depth < maxDepth; depth++) {
    localId = resolve(local, localId);
    targetId = resolve(target, targetId);
    if (!namesMatch(local.name(localId), target.name(targetId))) return false;
    const kind = local.kind(localId);
    const same = kind === target.kind(targetId);
    const current = { local, localId, target, targetId };
    switch (kind) {
      case 'void':
        return same;
      case 'fwd':
        return forwardMatches(current, behindPointer);
      case 'enum':
      case 'enum64':
        return isEnum(target.kind(targetId)) && enumsMatch(current);
      case 'struct':
      case 'union':
        if (!behindPointer) return same ? membersMatch(current, level) : false;
        return same || (target.kind(targetId) === 'fwd' && (kind === 'union') === target.flag(targetId));
      case 'int':
        return same && integersMatch(current);
      case 'ptr':
        if (!same) return false;
        behindPointer = true;
        break;
      case 'array':
        if (!same || local.array(localId)?.length !== target.array(targetId)?.length) return false;
        break;
      case 'func_proto': {
        const isBehind = behindPointer;
        const answer = same && everyParameter(current, (one) => typesMatch(one, isBehind, level - 1));
        if (answer !== true) return answer;
        break;
      }
      default:
        return false;
    }
    ({ localId, targetId } = behind(current));
  }
  return 'error';
}

function namesMatch(local: string, target: string): boolean {
  return target === '' ? local === '' : essentialName(local) === essentialName(target);
}

/** The flag says that it is a union. */
function forwardMatches({ local, localId, target, targetId }: Pair, behindPointer: boolean): boolean {
  const union = local.flag(localId);
  const kind = target.kind(targetId);
  if (kind === 'fwd') return union === target.flag(targetId);
  return behindPointer && kind === (union ? 'union' : 'struct');
}

function enumsMatch({ local, localId, target, targetId }: Pair): boolean {
  const own = local.enumerators(localId);
  const others = target.enumerators(targetId);
  if (local.ownSize(localId) !== target.ownSize(targetId) || own.length > others.length) return false;
  return own.every(({ name }) => others.some((other) => namesMatch(name, other.name)));
}

function membersMatch({ local, localId, target, targetId }: Pair, level: number): Answer {
  const own = local.members(localId);
  const others = target.members(targetId);
  if (own.length > others.length) return false;
  for (const member of own) {
    let matched = false;
    for (const other of others) {
      if (!namesMatch(member.name, other.name)) continue;
      const pair = { local, localId: member.type, target, targetId: other.type };
      const answer = typesMatch(pair, false, level - 1);
      if (answer === 'error') return answer;
      if (answer) {
        matched = true;
        break;
      }
    }
    if (!matched) return false;
  }
  return true;
}

function integersMatch({ local, localId, target, targetId }: Pair): boolean {
  const facts = (btf: Btf, id: number) => `${btf.ownSize(id)} ${btf.int(id)?.signed ?? false}`;
  return facts(local, localId) === facts(target, targetId);
}
