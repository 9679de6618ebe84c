import { describe, expect, it } from 'vitest';
import { generate } from '#server/generate/generate';
import type { RecordMember } from '#server/generate/model';
import { declarationOf, layOut, structText } from '#server/generate/record';
import { bundledKernelIds, bundledView } from '#support/bundled';

const integer = (name: string, size: 1 | 2 | 4 | 8): RecordMember => ({
  ...{ name, size, align: size, shown: 'unsigned' },
  type: `__u${size * 8}`,
});
const string = (name: string, length: number): RecordMember => ({
  ...{ name, length, size: length, align: 1, shown: 'string' },
  type: 'char',
});

const layoutOf = (...members: RecordMember[]) => {
  const { members: sorted, size } = layOut(members);
  return [sorted.map(({ name }) => name).join(' '), size];
};

describe('the layout of a record', () => {
  it('puts members in order of alignment, and keeps the order of those of one', () => {
    expect(layoutOf(integer('a', 4), string('b', 8), integer('c', 8), integer('d', 4))).toEqual([
      'c a d b',
      24,
    ]);
  });

  it('fills the end by a member of its own', () => {
    expect(layoutOf(integer('a', 8), integer('b', 4))).toEqual(['a b pad', 16]);
    expect(layOut([integer('a', 8), integer('b', 4)]).members.at(-1)).toMatchObject({
      type: '__u32',
      padding: true,
    });
    expect(layOut([integer('a', 4), integer('b', 1)]).members.at(-1)).toMatchObject({
      type: '__u8',
      length: 3,
    });
  });

  it('gives padding a name that is free', () => {
    expect(layoutOf(integer('pad', 8), integer('pad_', 4))).toEqual(['pad pad_ pad__', 16]);
  });

  it('aligns long strings that stand alone, so that clang can clear them', () => {
    const layout = layOut([string('a', 250)]);
    expect(layout).toMatchObject({ size: 256, align: 8 });
    expect(structText('x', layout)).toContain('} __attribute__((aligned(8)));');
    expect(layOut([string('a', 100)])).toMatchObject({ size: 100, align: 1 });
  });

  it('is written as C', () => {
    expect(declarationOf(integer('mode', 2))).toBe('__u16 mode;');
    expect(declarationOf(string('comm', 16))).toBe('char comm[16];');
    expect(declarationOf({ type: 'const void *', name: 'op' })).toBe('const void *op;');
  });
});

/** Offset of each member as a compiler places it; undefined where one would leave a hole before it. */
function end(members: readonly RecordMember[]): number | undefined {
  let offset = 0;
  for (const { align, size } of members) {
    if (offset % align !== 0) return undefined;
    offset += size;
  }
  return offset;
}

describe.each(bundledKernelIds)('all events of %s', (id) => {
  it('have records without holes, of names that C allows, each with a map of its own', async () => {
    const kernel = await bundledView(id);
    const { events } = kernel.index;
    let records = 0;
    for (let start = 0; start < events.length; start += 200) {
      const batch = events.slice(start, start + 200);
      const generated = generate({ events: batch }, { kernel });
      if (!generated.ok) throw new Error(generated.message);
      const wrong = generated.value.records.filter(({ members, size }) => {
        const names = members.map(({ name }) => name);
        const align = Math.max(...members.map((member) => member.align));
        return (
          end(members) !== size ||
          size % align !== 0 ||
          new Set(names).size !== names.length ||
          names.some(
            (name) => !/^[A-Za-z_]\w*$/.test(name) || /^(?:errno|sa_handler|int|default)$/.test(name),
          )
        );
      });
      expect(wrong).toEqual([]);
      const maps = generated.value.records.map(({ map }) => map);
      expect(new Set(maps).size).toBe(batch.length);
      records += maps.length;
    }
    expect(records).toBe(events.length);
  });
});
