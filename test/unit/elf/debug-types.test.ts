/** Clang writes most types twice, into BTF and into the debug information: both must say the same. */
import { describe, expect, it } from 'vitest';
import { resolve, sizeOf } from '#core/btf/resolve';
import type { TypeGraph } from '#core/btf/type-graph';
import { typeName } from '#core/decode/type-names';
import { objectOf, variants } from '../decode/objects';

/** Everything that can be said of a type, structs in structs included. */
function describeType(types: TypeGraph, id: number, depth = 0): unknown {
  const resolved = resolve(types, id);
  const kind = types.kind(resolved);
  return {
    name: typeName({ types, id }),
    size: sizeOf(types, id),
    int: kind === 'int' ? types.int(resolved) : undefined,
    ...(depth < 4 && {
      members: types.members(resolved).map(({ name, type, bitOffset, bitSize }) => ({
        ...{ name, bitOffset, bitSize },
        type: describeType(types, type, depth + 1),
      })),
      element: kind === 'array' ? describeType(types, types.type(resolved), depth + 1) : undefined,
    }),
    array: types.array(resolved)?.length,
    // Clang 14 writes 32 bits of each into BTF, and not whether they are signed.
    values: types.enumerators(resolved).map(({ name, value }) => [name, BigInt.asUintN(32, value)]),
  };
}

describe.each(variants)('%s', (variant) => {
  const object = objectOf(variant);
  const { value: debug, problems } = object.debug;
  const find = (kind: string, name: string) =>
    [...debug.named()].find((id) => debug.kind(id) === kind && debug.name(id) === name) ?? 0;

  it('is read without a problem', () => {
    expect(problems).toEqual([]);
    expect(debug.empty).toBe(false);
  });

  it.each(['everything', 'in6_addr', 'point', 'flow', 'traffic'])('struct %s is what BTF says', (name) => {
    const types = object.btf;
    expect(describeType(debug, find('struct', name))).toEqual(
      describeType(types, types.find('struct', name)),
    );
  });

  it('knows the types that BTF leaves out', () => {
    for (const name of ['opened', 'closed', 'tail']) expect(object.btf.find('struct', name)).toBe(0);
    expect(sizeOf(debug, find('struct', 'opened'))).toBe(64);
    expect(sizeOf(debug, find('typedef', 'sampled_t'))).toBe(24);
    expect(debug.members(find('struct', 'tail')).map(({ type }) => sizeOf(debug, type))).toEqual([4, 0]);
  });

  it('knows the local variables of a function', () => {
    const locals = (name: string) =>
      [...debug.locals(new Set([name]))].map((id) => typeName({ types: debug, id }));
    expect(locals('on_open')).toEqual(expect.arrayContaining(['struct opened']));
    expect(locals('on_open')).not.toContain('struct closed');
    expect(locals('on_raw').toSorted()).toEqual(['', 'struct flow', 'struct tail']);
  });

  it('says nothing of ids that are none', () => {
    for (const id of [0, -1, 5, 1e9, NaN]) {
      expect([debug.kind(id), debug.name(id), debug.ownSize(id), debug.type(id)]).toEqual(['void', '', 0, 0]);
      expect(debug.members(id)).toEqual([]);
    }
  });
});
