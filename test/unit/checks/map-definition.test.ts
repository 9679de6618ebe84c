import { describe, expect, it } from 'vitest';
import { applyFix, checkFixture, findingsOf } from '#support/check-fixture';
import { fixtureContext } from './context';

const context = await fixtureContext();
const map = (body: string, name = 'm') => `struct {\n${body}\n} ${name} SEC(".maps");\n`;
const line = (text: string) => `\t${text}\n`;

describe('map-definition', () => {
  it.each([
    ['a key of an array', 'ARRAY', '__type(key, __u64);', '__u64', 'must have 4 bytes, and this has 8'],
    ['a size', 'ARRAY', '__uint(key_size, 8);', '8', 'must have 4 bytes'],
    ['a struct of the file', 'ARRAY', '__type(key, struct pair);', 'struct pair', 'this has 12'],
    ['a key that a queue has not', 'QUEUE', '__type(key, __u32);', '__type(key, __u32);', 'has no key'],
    ['a prefix', 'LPM_TRIE', '__type(key, __u32);', '__u32', 'must have 5 to 260 bytes'],
  ])('%s', async (_, type, field, marked, message) => {
    const flags = type === 'LPM_TRIE' ? '\n\t__uint(map_flags, BPF_F_NO_PREALLOC);' : '';
    const caret = `//${' '.repeat(field.indexOf(marked) + 6)}${'^'.repeat(marked.length)} error[map-definition]: ${message}`;
    const body = `\t__uint(type, BPF_MAP_TYPE_${type});\n\t__uint(max_entries, 8);\n\t__type(value, __u64);${flags}\n        ${field}\n${caret}`;
    await checkFixture(`struct pair { __u64 a; __u32 b; } __attribute__((packed));\n${map(body)}`, context);
  });

  it('reads a struct with a tag', async () => {
    const body = '\t__uint(type, BPF_MAP_TYPE_QUEUE);\n\t__uint(max_entries, 8);\n\t__type(value, int);\n';
    for (const head of ['struct {', 'struct m {', 'static struct m {']) {
      const source = map(`${body}\t__type(key, int);`).replace('struct {', head);
      const found = await findingsOf(source, context);
      expect(found.map(({ code, message }) => [code, message])).toEqual([
        ['map-definition', expect.stringContaining('has no key')],
      ]);
    }
  });

  it('needs the flag of a trie, and the fix adds it', async () => {
    const source = map(
      line('__uint(type, BPF_MAP_TYPE_LPM_TRIE);') +
        line('__uint(max_entries, 8);') +
        line('__type(key, struct { __u32 a; __u32 b; });') +
        '\t__type(value, int);',
    );
    const [finding] = await findingsOf(source, context);
    expect(finding?.message).toContain('needs the flag BPF_F_NO_PREALLOC');
    expect(finding && applyFix(source, finding)).toContain(
      '\t__type(value, int);\n\t__uint(map_flags, BPF_F_NO_PREALLOC);\n}',
    );
  });

  it('puts what it adds before the values, which must be the last', async () => {
    const source = map(
      '\t__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);\n\t__type(key, __u32);\n\t__array(values, struct inner);',
    );
    const [finding] = await findingsOf(source, context);
    expect(finding).toMatchObject({ severity: 'information' });
    expect(finding && applyFix(source, finding)).toContain(
      '__type(key, __u32);\n\t__uint(max_entries, 1024);\n\t__array',
    );
  });

  it('compares what a map of maps holds with what its values declare', async () => {
    const inner = (entries: number) =>
      `\t__uint(type, BPF_MAP_TYPE_ARRAY);\n\t__uint(max_entries, ${entries});\n\t__type(key, __u32);\n\t__type(value, __u64);`;
    const outer = `struct {\n\t__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);\n\t__uint(max_entries, 4);\n\t__type(key, __u32);\n\t__array(values, struct {\n${inner(8)}\n});\n} outer SEC(".maps") = {\n\t.values = { &first, [2] = (void *)&second },\n};\n`;
    const source = map(inner(8), 'first') + map(inner(9), 'second') + outer;
    const findings = await findingsOf(source, context);
    expect(findings.map(({ span, message }) => [source.slice(span.start, span.end), message])).toEqual([
      [
        'second',
        'outer cannot hold second, whose max_entries are not what its values declare: libbpf refuses the object.',
      ],
    ]);
    const [finding] = findings;
    expect(finding && applyFix(source, finding)).toBe(
      map(inner(8), 'first') + map(inner(8), 'second') + outer,
    );
  });

  it('says once what a definition leaves to the loader', async () => {
    const source = map('\t__uint(type, BPF_MAP_TYPE_STACK_TRACE);\n\t__type(key, __u32);');
    const [finding, ...others] = await findingsOf(source, context);
    expect(others).toEqual([]);
    expect(finding?.message).toBe(
      'A map of the type BPF_MAP_TYPE_STACK_TRACE needs a value and max_entries: the kernel refuses it, unless the loader sets value_size and max_entries.',
    );
    expect(finding?.fixes.map(({ preferred }) => preferred)).toEqual([false]);
  });

  it('lets bpf2go have the type of records', async () => {
    const event = 'struct event { int pid; char comm[16]; };\n';
    for (const fields of [
      '\t__uint(type, BPF_MAP_TYPE_RINGBUF);\n\t__uint(max_entries, 4096);\n\t__type(value, struct event);',
      '\t__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);\n\t__type(key, int);\n\t__type(value, struct event);',
    ]) {
      const source = event + map(fields);
      for (const tag of ['//go:build ignore', '// +build ignore'])
        expect(await findingsOf(`${tag}\n\n${source}`, context)).toEqual([]);
      const [finding, ...others] = await findingsOf(source, context);
      expect(others).toEqual([]);
      expect(finding).toMatchObject({ severity: 'warning' });
      expect(finding?.message).toContain('unless the loader leaves the value out, as cilium/ebpf does.');
    }
    const bare = map('\t__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);');
    expect(await findingsOf(`//go:build ignore\n${bare}`, context)).toEqual([]);
    expect(await findingsOf(bare, context)).toMatchObject([{ severity: 'information' }]);
    const queue = map(
      '\t__uint(type, BPF_MAP_TYPE_QUEUE);\n\t__uint(max_entries, 8);\n\t__type(key, int);\n\t__type(value, int);',
    );
    expect(await findingsOf(`//go:build ignore\n${queue}`, context)).toMatchObject([{ severity: 'error' }]);
  });

  it('rounds the size of a ring buffer, as libbpf does', async () => {
    const source = map('\t__uint(type, BPF_MAP_TYPE_RINGBUF);\n\t__uint(max_entries, 1000 * 10);');
    const [finding] = await findingsOf(source, context);
    expect(finding).toMatchObject({ severity: 'information' });
    expect(finding && applyFix(source, finding)).toContain('__uint(max_entries, 16384);');
  });

  it('knows which types the kernel has', async () => {
    const source = map(
      '\t__uint(type, BPF_MAP_TYPE_ARENA);\n\t__uint(max_entries, 8);\n\t__uint(map_flags, BPF_F_MMAPABLE);',
    );
    expect(await findingsOf(source, context)).toEqual([]);
    const old = await findingsOf(source, await fixtureContext('6.1-debian-amd64'));
    expect(old.map(({ severity, message }) => [severity, message])).toEqual([
      ['error', expect.stringContaining('came with Linux 6.9')],
    ]);
    const unchosen = await findingsOf(source, await fixtureContext('6.1-debian-amd64', false));
    expect(unchosen[0]?.severity).toBe('warning');
  });

  const good = '__uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 8); __type(value, int);';
  it.each([
    ['a type of a header', map(`${good} __type(key, struct elsewhere);`)],
    [
      'a typedef of a header',
      map('__uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 8); __type(key, my_t); __type(value, int);'),
    ],
    [
      'a macro',
      `#define KEY __u64\n${map('__uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 8); __type(key, KEY); __type(value, int);')}`,
    ],
    ['a number of a header', map('__uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, RING_SIZE);')],
    ['a type by a macro', map('__uint(type, MAP_TYPE); __uint(max_entries, 8);')],
    ['fields of a macro', map('COMMON_FIELDS; __uint(max_entries, 8);')],
    [
      'the preprocessor inside',
      map(`\n#ifdef X\n\t__uint(type, BPF_MAP_TYPE_QUEUE);\n#endif\n\t__type(key, int);`),
    ],
    ['the preprocessor around', `#ifdef X\n${map('__type(key, int);')}#endif\n`],
    ['a struct that has a name', `struct def { __type(key, int); };\nstruct def m SEC(".maps");\n`],
    ['one that is being written', 'struct {\n\t__uint(type, BPF_MAP_TYPE_QUEUE);\n\t__type(key, '],
    [
      'a perf buffer without entries',
      map(
        '__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY); __uint(key_size, sizeof(int)); __uint(value_size, sizeof(__u32));',
      ),
    ],
    ['a variable of another section', 'struct { int x; } m SEC(".data.x");\n'],
  ])('is silent about %s', async (_, source) => {
    await checkFixture(source, context);
  });

  it('names the attribute that was meant', async () => {
    const source = map(`${good} __type(key, int); __uint(max_entry, 1);`);
    const [finding] = await findingsOf(source, context);
    expect(finding?.fixes.map(({ title }) => title)).toEqual(['Change to max_entries']);
  });
});
