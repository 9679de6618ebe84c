/** Members of structs that are asked for again and again: those of one struct take longer to read than to search. */
import type { Btf, Member } from '../btf/btf';

/** So many structs are kept of each kernel or object. */
const most = 64;

const known = new WeakMap<Btf, Map<number, readonly Member[]>>();

export function membersOf(btf: Btf, id: number): readonly Member[] {
  const kept = known.get(btf) ?? new Map<number, readonly Member[]>();
  known.set(btf, kept);
  const members = kept.get(id) ?? btf.members(id);
  if (kept.size >= most && !kept.has(id)) kept.clear();
  kept.set(id, members);
  return members;
}
