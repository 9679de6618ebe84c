import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Analyzer } from '#server/analysis/analyzer';
import { blankComments } from '#server/headers/comments';
import { readHeader } from '#server/headers/text';
import { testAnalyzer } from '#support/analyzer';

const vmlinux = `#ifndef __VMLINUX_H__
#define __VMLINUX_H__

#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)
#endif

typedef unsigned int __u32;
typedef __u32 dev_t;

/* struct commented { int gone; }; */
struct trace_entry {
	short unsigned int type;
	int pid;
};

struct trace_entry;

struct task {
	struct trace_entry ent;
	union {
		long a;
		char b[8];
	};
};

#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute pop
#endif

#ifdef CONFIG_X
struct perhaps { int x; };
#endif

struct twice { int x; };
struct twice { long x; };
struct plain { int x; } __attribute__((packed));
#endif
`;

describe('a header', () => {
  let analyzer: Analyzer;
  beforeAll(async () => {
    analyzer = await testAnalyzer();
  });

  it('finds a definition, with its place and what surrounds it', () => {
    const header = readHeader(vmlinux, analyzer);
    const found = header.struct('trace_entry');
    expect(found).toMatchObject({
      line: vmlinux.slice(0, vmlinux.indexOf('struct trace_entry {')).split('\n').length - 1,
      character: 7,
      definition: { name: 'trace_entry', preserveAccessIndex: true, conditional: false },
    });
    expect(header.struct('task')?.definition.fields.map(({ name }) => name)).toEqual(['ent', '']);
    expect(header.struct('plain')?.definition).toMatchObject({ preserveAccessIndex: false, packed: true });
  });

  it('is unsure of alternatives and conditions, and blind to comments', () => {
    const header = readHeader(vmlinux, analyzer);
    expect(header.struct('perhaps')?.definition.conditional).toBe(true);
    expect(header.struct('twice')).toBeUndefined();
    expect(header.struct('commented')).toBeUndefined();
    expect(header.struct('nowhere')).toBeUndefined();
    expect(header.struct('a.*(')).toBeUndefined();
  });

  it('follows plain typedefs', () => {
    const header = readHeader(vmlinux, analyzer);
    expect(header.typedef('dev_t')).toBe('__u32');
    expect(header.typedef('__u32')).toBe('unsigned int');
    expect(header.typedef('pid_t')).toBeUndefined();
  });

  it('names the headers that it includes', () => {
    const text = '#include "a.h"\n # include "b/c.h"\n#include <d.h>\n// #include "e.h"\n';
    expect(readHeader(text, analyzer).includes).toEqual(['a.h', 'b/c.h']);
  });

  it('serves a header of 200,000 lines', () => {
    const filler = Array.from(
      { length: 50_000 },
      (_, n) => `struct filler_${n} {\n\tint x;\n\tlong y;\n};\n`,
    );
    const header = readHeader(`${filler.join('')}${vmlinux}`, analyzer);
    expect(header.struct('filler_49999')?.line).toBe(199_996);
    expect(header.struct('task')?.definition.fields).toHaveLength(2);
  });

  it('never throws, whatever it is given', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      ';',
      '/*',
      '"',
      '#',
      '\n',
      'struct a ',
      'typedef ',
      'a',
      '*/',
      '//',
      '#if x\n',
      '\\',
      '\uD800',
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const header = readHeader(pieces.join(''), analyzer);
        header.struct('a');
        header.typedef('a');
      }),
    );
  });
});

describe('blankComments', () => {
  it.each([
    ['a /* b */ c', 'a         c'],
    ['a // b\nc', 'a     \nc'],
    ['"/* no */" /* yes */', '"/* no */"          '],
    [String.raw`"\"// no" // yes`, String.raw`"\"// no"       `],
    ['a /* open\nb', 'a        \n '],
    ["'\"' // b", "'\"'     "],
    ['/* // */ x // */', '         x      '],
  ])('%j', (text, blanked) => {
    expect(blankComments(text)).toBe(blanked);
  });

  it('moves nothing', () => {
    const piece = fc.constantFrom('/', '*', '"', '\n', '\\', 'x', ' ');
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join('');
        const blanked = blankComments(text);
        expect(blanked).toHaveLength(text.length);
        expect(blanked.split('\n').map(({ length }) => length)).toEqual(
          text.split('\n').map(({ length }) => length),
        );
      }),
    );
  });
});
