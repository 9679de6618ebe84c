import { describe, expect, it } from 'vitest';
import type { FieldDef, StructDef } from '#server/analysis/model';
import { fixture } from './fixtures';
import { analyse, at } from './support';

function struct(text: string, name: string): StructDef {
  const found = analyse(text).structs.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no struct ${name}`);
  return found;
}

const fieldText = ({ type, name, dimensions, bitSize, isPointer }: FieldDef): string =>
  `${type} ${name}${dimensions.map((n) => `[${n ?? '?'}]`).join('')}${bitSize === undefined ? '' : `:${bitSize}`}${isPointer ? ' pointer' : ''}`;
const fields = (text: string, name: string): string[] => struct(text, name).fields.map(fieldText);

describe('structs', () => {
  it('reads every kind of field', () => {
    const text = `#define N 4
struct s {
	unsigned short common_type;
	const char *name, text[N * 2];
	int a[2][3], b[UNKNOWN], c[0], d[];
	unsigned flag : 3;
	int (*callback)(void *, int);
	int (*row)[5];
	struct t *next;
	struct trace_entry ent;
	volatile __u64 v;
};`;
    expect(fields(text, 's')).toEqual([
      'unsigned short common_type',
      'const char * name pointer',
      'const char text[8]',
      'int a[2][3]',
      'int b[?]',
      'int c[0]',
      'int d[0]',
      'unsigned flag:3',
      'int (*)() callback pointer',
      'int * row pointer',
      'struct t * next pointer',
      'struct trace_entry ent',
      'volatile __u64 v',
    ]);
  });

  it('goes into anonymous and inline structs', () => {
    const { fields: own } = struct(fixture('legacy-map'), 'value');
    expect(own.map(fieldText)).toEqual(['u64 whole', 'struct ', 'u8 bytes[8]']);
    expect(own[1]?.inline?.fields.map(fieldText)).toEqual(['u32 low', 'u32 high']);
    const text = 'struct a { union b { int c; } d; };';
    expect(analyse(text).structs.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['struct a', 'union b']);
  });

  it('gives a struct without a tag the name of its typedef', () => {
    const text = fixture('handwritten-ctx');
    expect(fields(text, 'raw_enter_t')).toEqual(['__u64 unused', 'long syscall_nr', 'unsigned long args[6]']);
    expect(at(text, struct(text, 'exit_args').nameSpan)).toBe('exit_args');
  });

  it.each([
    ['struct s { int a; } __attribute__((packed));', { packed: true, otherLayoutAttribute: false }],
    ['struct __attribute__((__packed__)) s { int a; };', { packed: true, otherLayoutAttribute: false }],
    ['struct s { int a; } __packed;', { packed: true, otherLayoutAttribute: false }],
    ['typedef struct s { int a; } __attribute__((packed)) t;', { packed: true, otherLayoutAttribute: false }],
    ['struct s { int a; } __attribute__((aligned(16)));', { packed: false, otherLayoutAttribute: true }],
    ['struct s { int a __attribute__((aligned(8))); };', { packed: false, otherLayoutAttribute: true }],
    ['struct s { int a __attribute__((packed)); };', { packed: false, otherLayoutAttribute: true }],
    ['struct s { COMMON_FIELDS int a; };', { packed: false, otherLayoutAttribute: true }],
    ['struct s { COMMON_FIELDS; int a; };', { packed: false, otherLayoutAttribute: true }],
    [
      'struct s { struct t { int a; } __attribute__((packed)) b; };',
      { packed: false, otherLayoutAttribute: false },
    ],
    ['struct s { int a; };', { packed: false, otherLayoutAttribute: false, preserveAccessIndex: false }],
    [
      'struct s { int a; } __attribute__((preserve_access_index));',
      { preserveAccessIndex: true, otherLayoutAttribute: false },
    ],
  ])('knows the layout attributes of %s', (text, attributes) => {
    expect(struct(text, 's')).toMatchObject(attributes);
  });

  it('follows the pragma that makes a range relocatable', () => {
    const text = fixture('core-flavours');
    expect(struct(text, 'trace_event_raw_block_rq_complete___x').preserveAccessIndex).toBe(true);
    expect(struct(text, 'trace_event_raw_block_rq_completion___x').preserveAccessIndex).toBe(true);
    expect(struct(text, 'not_relocated').preserveAccessIndex).toBe(false);
  });

  it('marks a struct with #if in it or around it', () => {
    expect(struct('struct s {\n#ifdef A\n\tint a;\n#endif\n\tint b;\n};', 's').conditional).toBe(true);
    expect(struct('#if A\nstruct s { int b; };\n#endif', 's').conditional).toBe(true);
    expect(struct('#ifndef H\n#define H\nstruct s { int b; };\n#endif', 's').conditional).toBe(false);
  });
});

describe('maps', () => {
  it('reads BTF-defined maps', () => {
    const text = fixture('open-latency');
    const [starts] = analyse(text).maps;
    expect(starts).toMatchObject({ name: 'starts', type: 'BPF_MAP_TYPE_HASH' });
    expect([...(starts?.attributes ?? [])].map(([key, value]) => [key, value.text])).toEqual([
      ['type', 'BPF_MAP_TYPE_HASH'],
      ['max_entries', 'MAX_ENTRIES'],
      ['key', 'u32'],
      ['value', 'struct start'],
    ]);
    for (const { text: written, span } of starts?.attributes.values() ?? [])
      expect(at(text, span)).toBe(written);
  });

  it('reads older and nested ones', () => {
    const { maps } = analyse(fixture('legacy-map'));
    expect(maps.map(({ name, type, attributes }) => [name, type, attributes.size])).toEqual([
      ['counts', 'BPF_MAP_TYPE_HASH', 4],
      ['inner', 'BPF_MAP_TYPE_ARRAY', 4],
      ['outer', 'BPF_MAP_TYPE_ARRAY_OF_MAPS', 4],
    ]);
  });

  it('does not take the fields of a map inside for its own', () => {
    const text =
      'struct { __uint(type, A); __array(values, struct { __uint(max_entries, 1); }); } m SEC(".maps");';
    expect([...(analyse(text).maps[0]?.attributes.keys() ?? [])]).toEqual(['type', 'values']);
  });
});

describe('includes and constants', () => {
  it('reads them', () => {
    const text =
      '#include "a.h" // x\n# include <b/c.h>\n#define A 0x10\n#define B (A << 1)\n#define C "s"\n#define D(x) 1\n#define E\n';
    const { includes, constants } = analyse(text);
    expect(includes.map(({ path, system, span }) => [path, system, at(text, span)])).toEqual([
      ['a.h', false, 'a.h'],
      ['b/c.h', true, 'b/c.h'],
    ]);
    expect([...constants]).toEqual([
      ['A', 16n],
      ['B', 32n],
      ['C', 's'],
    ]);
  });
});
