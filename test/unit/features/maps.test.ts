/** Maps: completion inside of a definition, and hover. */
import { describe, expect, it } from 'vitest';
import { MAP_FLAGS } from '#core/bpf/map-attributes';
import { fullName, MAP_TYPES } from '#core/bpf/map-types';
import { complete } from '#server/features/completion/index';
import { documentation } from '#server/features/completion/documentation';
import { hover } from '#server/features/hover';
import { applyItem, featureView } from '#support/feature-view';
import { fixtureContext } from '../checks/context';

const context = await fixtureContext();
const old = await fixtureContext('5.10-debian-amd64');

it('numbers, names and flags are those of the kernel', () => {
  const values = context.kernel.index.types.enumeration('bpf_map_type') ?? [];
  const own = values.filter(({ name }) => !/UNSPEC|__MAX|_DEPRECATED/.test(name));
  expect(MAP_TYPES.map((type, n) => [fullName(type), n + 1])).toEqual(
    own.map(({ name, value }) => [name, Number(value)]),
  );
  expect(MAP_FLAGS.every(({ bit }, n) => bit > (MAP_FLAGS[n - 1]?.bit ?? -1))).toBe(true);
});

describe('completion', () => {
  const listAt = (source: string, own = context) => {
    const { view, cursors } = featureView(source, own);
    return { view, items: complete(view, cursors[0] ?? -1).items };
  };
  const labels = (source: string, own = context) => listAt(source, own).items.map(({ label }) => label);
  const end = '\n} m SEC(".maps");\n';

  it.each([
    ['', `struct {\n\t__uint(type, /*|*/);${end}`],
    ['as typed', `struct {\n\t__uint(type, BPF_MAP_T/*|*/);${end}`],
    ['unfinished', 'struct {\n\t__uint(type, /*|*/'],
    ['before more', `struct {\n\t__uint(type, RING/*|*/\n\t__uint(max_entries, 1);${end}int x;\n`],
  ])('types of maps %s', (_, source) => {
    const found = labels(source);
    expect(found.slice(0, 3)).toEqual(['BPF_MAP_TYPE_HASH', 'BPF_MAP_TYPE_ARRAY', 'BPF_MAP_TYPE_RINGBUF']);
    expect(found).toHaveLength(MAP_TYPES.length);
  });

  it('only types that the target has', () => {
    const found = labels(`struct {\n\t__uint(type, /*|*/);${end}`, old);
    expect(found).toContain('BPF_MAP_TYPE_RINGBUF');
    expect(found).not.toContain('BPF_MAP_TYPE_BLOOM_FILTER');
  });

  it('attributes that are not there yet and that the type can have', () => {
    const found = labels(`struct {\n\t__uint(type, BPF_MAP_TYPE_RINGBUF);\n\t__/*|*/${end}`);
    expect(found).toContain('__uint(max_entries, …)');
    expect(found.join()).not.toMatch(/type,|key|value/);
    expect(labels(`struct {\n\t/*|*/${end}`)[0]).toBe('__uint(type, …)');
    expect(labels(`struct {\n\t__uint(type, BPF_MAP_TYPE_HASH);\n\t__type(/*|*/${end}`)).toEqual([
      'key',
      'value',
    ]);
  });

  it('flags of the type', () => {
    const trie = (value: string) =>
      labels(`struct {\n\t__uint(type, BPF_MAP_TYPE_LPM_TRIE);\n\t__uint(map_flags, ${value});${end}`);
    expect(trie('/*|*/')[0]).toBe('BPF_F_NO_PREALLOC');
    expect(trie('BPF_F_NO_PREALLOC | /*|*/')).toContain('BPF_F_RDONLY');
    expect(trie('BPF_F_NO_PREALLOC | /*|*/')).not.toContain('BPF_F_NO_PREALLOC');
    expect(trie('BPF_F_NO_PREALLOC /*|*/')).toEqual([]);
    expect(trie('/*|*/')).not.toContain('BPF_F_MMAPABLE');
  });

  it('writes the field', () => {
    const source = `struct {\n\t__uint(type, BPF_MAP_TYPE_RINGBUF);\n\t__uin/*|*/${end}`;
    const { view, items } = listAt(source);
    const item = items.find(({ label }) => label.includes('max_entries'));
    expect(item && applyItem(view.text, item)).toContain('\t__uint(max_entries, ${1:256 * 1024});|\n}');
  });

  it.each([
    ['a plain struct', 'struct event {\n\t/*|*/\n};\n'],
    ['a function', 'int f(void)\n{\n\t__uint(type, /*|*/);\n}\n'],
    ['a comment', `struct {\n\t// __uint(type, /*|*/${end}`],
    ['a number', `struct {\n\t__uint(max_entries, /*|*/);${end}`],
  ])('is silent in %s', (_, source) => {
    expect(labels(source).filter((label) => /BPF_|__uint|max_entries/.test(label))).toEqual([]);
  });

  it('documents every type, attribute and flag', async () => {
    const { items } = listAt(`struct {\n\t__uint(type, /*|*/);${end}`);
    for (const { subject } of items)
      expect(
        subject && (await documentation(context.kernel, subject, () => Promise.resolve(new Map()))),
      ).toMatch(/Since Linux \d\.\d+\.$/);
  });
});

describe('completion of what a map holds from the beginning', () => {
  const itemsAt = (source: string) => {
    const { view, cursors } = featureView(source, context);
    const { items } = complete(view, cursors[0] ?? -1);
    return items.map((item) => ({ ...item, text: applyItem(view.text, item) }));
  };
  const labels = (source: string) => itemsAt(source).map(({ label }) => label);
  const inner = (name: string, value: string) =>
    `struct {\n\t__uint(type, BPF_MAP_TYPE_HASH);\n\t__uint(max_entries, 8);\n\t__type(key, __u32);\n\t__type(value, ${value});\n} ${name} SEC(".maps");\n`;
  const outer = (initializer: string) =>
    `${inner('small', '__u32')}${inner('first', '__u64')}${inner('second', '__u64')}struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, struct {
		__uint(type, BPF_MAP_TYPE_HASH);
		__uint(max_entries, 8);
		__type(key, __u32);
		__type(value, __u64);
	});
} outer SEC(".maps") = ${initializer}
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");
`;
  const programs = (initializer: string) =>
    `SEC("tc")\nint other(struct __sk_buff *ctx)\n{\n\treturn 0;\n}
SEC("xdp")\nint next(struct xdp_md *ctx)\n{\n\treturn 2;\n}
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, sizeof(__u32));
	__array(values, int (void *));
} jumps SEC(".maps") = ${initializer}
SEC("xdp")\nint dispatch(struct xdp_md *ctx)\n{\n\tbpf_tail_call(ctx, &jumps, 0);\n\treturn 2;\n}
`;

  it('the maps that fit, then the others, the map itself not', () => {
    const items = itemsAt(outer('{\n\t.values = { [0] = /*|*/ },\n};'));
    expect(items.map(({ label }) => label)).toEqual(['first', 'second', 'small', 'events']);
    expect(items[0]?.text).toContain('[0] = &first| },');
    expect(items[2]?.labelDescription).toBe('map, not as the values are declared');
  });

  it.each([
    ['behind &', '{ .values = { [0] = &/*|*/ } };', '&first| }'],
    ['as typed', '{ .values = { [0] = &fi/*|*/ } };', '&first| }'],
    ['behind a cast', '{ .values = { (void *)/*|*/ } };', '(void *)&first| }'],
    ['without an index', '{\n\t.values = { /*|*/', '.values = { &first|'],
    ['unfinished', '{ .values = { [1] = &f/*|*/', '[1] = &first|'],
  ])('%s', (_, initializer, written) => {
    expect(itemsAt(outer(initializer))[0]?.text).toContain(written);
  });

  it('what is not there yet first', () => {
    expect(labels(outer('{ .values = { &first, &/*|*/ } };'))).toEqual([
      'second',
      'small',
      'events',
      'first',
    ]);
  });

  it('the programs that a tail call comes to', () => {
    const items = itemsAt(programs('{\n\t.values = { [1] = /*|*/ },\n};'));
    expect(items.map(({ label, labelDescription }) => [label, labelDescription])).toEqual([
      ['next', 'xdp'],
      ['dispatch', 'xdp'],
      ['other', 'tc'],
    ]);
    expect(items[0]?.text).toContain('[1] = (void *)&next| },');
  });

  it('the field itself', () => {
    const [item] = itemsAt(programs('{\n\t./*|*/\n};'));
    expect(item?.text).toContain('{\n\t.values = {\n\t\t[0] = $0,\n\t}|\n};');
    expect(labels(outer('{\n\t.va/*|*/\n};'))).toEqual(['values']);
  });

  it.each([
    ['an index', outer('{ .values = { [/*|*/0] = &first } };')],
    ['behind a value', outer('{ .values = { &first /*|*/ } };')],
    ['another field', outer('{ .other = { &/*|*/ } };')],
    ['a map of numbers', `${inner('m', '__u64').replace(';\n', '')} = { .values = { &/*|*/ } };\n`],
    ['an array of numbers', 'int a[] = { [0] = /*|*/ };\n'],
    ['a comment', outer('{ .values = { // &/*|*/\n } };')],
  ])('nothing in %s', (_, source) => {
    expect(labels(source)).toEqual([]);
  });
});

describe('hover', () => {
  const at = (source: string, own = context) => {
    const { view, cursors } = featureView(source, own);
    return hover(view, cursors[0] ?? -1)?.markdown ?? '';
  };
  const map = (name: string, cursor = '') => `struct event { __u64 time; char comm[16]; __u32 pid; };
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, __u32);
	__type(value, struct event);
} ${name}${cursor} SEC(".maps");
`;

  it('a map: type, sizes, entries, memory', () => {
    for (const source of [
      map('m', '/*|*/'),
      `${map('m')}SEC("tp/syscalls/sys_enter_close")\nint f(void *ctx)\n{\n\treturn !bpf_map_lookup_elem(&m/*|*/, ctx);\n}\n`,
    ])
      expect(at(source)).toBe(`\`\`\`c
BPF_MAP_TYPE_HASH m
\`\`\`

A hash table: any key, any value. All CPUs share it; \`max_entries\` are allocated at once, unless with \`BPF_F_NO_PREALLOC\`.

- key: \`__u32\`, 4 bytes
- value: \`struct event\`, 32 bytes
- max_entries: 8,192

Elements take 320 KiB, allocated when it is made.`);
  });

  it('a map whose struct has a tag', () => {
    const tagged = map('m', '/*|*/').replace('struct {', 'struct m {');
    expect(at(tagged)).toBe(at(map('m', '/*|*/')));
    expect(at(tagged.replace('/*|*/', '').replace('_HASH', '_HA/*|*/SH'))).toContain('A hash table');
    expect(at(tagged.replace('struct m {', '#define m { __uint(type, 1);\nstruct m {'))).toBe('');
  });

  it('a map of maps, and a ring buffer', () => {
    const nested = `struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, struct {
		__uint(type, BPF_MAP_TYPE_HASH);
		__uint(max_entries, 10);
		__type(key, __u64);
		__type(value, __u8);
	});
} outer/*|*/ SEC(".maps") = { .values = { &a, &b } };
`;
    expect(at(nested)).toContain(
      'maps in it: `BPF_MAP_TYPE_HASH`; key `__u64`, 8 bytes; value `__u8`, 1 byte',
    );
    expect(
      at(
        'struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 256 * 1024); } rb/*|*/ SEC(".maps");\n',
      ),
    ).toContain('- size: 256 KiB');
  });

  it.each([
    ['__uint(type, BPF_MAP_TYPE_LPM_/*|*/TRIE);', /Longest prefix match.*map_flags: `BPF_F_NO_PREALLOC`/s],
    ['__uint(ty/*|*/pe, BPF_MAP_TYPE_HASH);', /What kind of map/],
    [
      '__uint(map_flags, BPF_F_NO_/*|*/PREALLOC);',
      /`BPF_F_NO_PREALLOC` \(`1 << 0`\): allocates each element/,
    ],
  ])('%s', (field, expected) => {
    expect(at(`struct { ${field} } m SEC(".maps");\n`)).toMatch(expected);
  });

  it('says that the target does not have the type', () => {
    expect(at('struct { __uint(type, BPF_MAP_TYPE_ARE/*|*/NA); } m SEC(".maps");\n', old)).toContain(
      'Since Linux 6.9; the target kernel does not have it.',
    );
  });
});
