import { describe, expect, it } from 'vitest';
import type { Btf } from '#core/btf/btf';
import { readBtf } from '#core/btf/reader';
import { renderDeclaration, renderDefinition } from '#core/btf/render';
import { BtfBuilder } from '#support/btf-builder';

/** Builds types, and declares the last one as `x`. */
function declared(build: (b: BtfBuilder) => number, name = 'x'): string {
  const b = new BtfBuilder();
  const id = build(b);
  return renderDeclaration(readBtf(b.build()).value, id, name);
}

/** Builds types, and writes the definition of the last one, a struct or union. */
function defined(build: (b: BtfBuilder) => number, offsets = false): string {
  const b = new BtfBuilder();
  const id = build(b);
  const btf: Btf = readBtf(b.build()).value;
  const kind = btf.kind(id) === 'union' ? 'union' : 'struct';
  const composite = { kind, name: btf.name(id), size: btf.ownSize(id), members: btf.members(id) } as const;
  return renderDefinition(btf, composite, { offsets });
}

const int = (b: BtfBuilder) => b.int('int', 4, { signed: true });
const char = (b: BtfBuilder) => b.int('char', 1);

describe('declarations', () => {
  it.each<[string, (b: BtfBuilder) => number]>([
    ['void x', () => 0],
    ['int x', int],
    ['double x', (b) => b.float('double', 8)],
    ['pid_t x', (b) => b.typedef('pid_t', int(b))],
    ['struct s x', (b) => b.struct('s', 4, [])],
    ['union u x', (b) => b.union('u', 4, [])],
    ['enum e x', (b) => b.enum('e', {})],
    ['enum e x', (b) => b.enum64('e', {})],
    ['struct f x', (b) => b.fwd('f', 'struct')],
    ['union f x', (b) => b.fwd('f', 'union')],
    ['void *x', (b) => b.ptr(0)],
    ['char **x', (b) => b.ptr(b.ptr(char(b)))],
    ['const char *x', (b) => b.ptr(b.const(char(b)))],
    ['char * const x', (b) => b.const(b.ptr(char(b)))],
    ['const char * const *x', (b) => b.ptr(b.const(b.ptr(b.const(char(b)))))],
    ['volatile const int x', (b) => b.const(b.volatile(int(b)))],
    ['int * restrict x', (b) => b.restrict(b.ptr(int(b)))],
    ['char x[16]', (b) => b.array(char(b), 16)],
    ['char x[0]', (b) => b.array(char(b), 0)],
    ['char x[2][3]', (b) => b.array(b.array(char(b), 3), 2)],
    ['char *x[4]', (b) => b.array(b.ptr(char(b)), 4)],
    ['char (*x)[4]', (b) => b.ptr(b.array(char(b), 4))],
    ['int (*x)(void)', (b) => b.ptr(b.prototype(int(b)))],
    ['void (*x[2])(void)', (b) => b.array(b.ptr(b.prototype(0)), 2)],
    ['void (*(*x)(void))(void)', (b) => b.ptr(b.prototype(b.ptr(b.prototype(0))))],
    ['int x(void)', (b) => b.func('f', b.prototype(int(b)))],
    ['int x', (b) => b.variable('v', int(b))],
    ['char __attribute__((btf_type_tag("user"))) *x', (b) => b.ptr(b.typeTag('user', char(b)))],
    ['char __attribute__((noderef)) *x', (b) => b.ptr(b.typeTag('noderef', char(b), { attribute: true }))],
  ])('%s', (text, build) => expect(declared(build)).toBe(text));

  it('names parameters, and ends variadic ones in dots', () => {
    const build = (b: BtfBuilder) => {
      const string = b.ptr(b.const(char(b)));
      return b.func('printk', b.prototype(int(b), [['fmt', string], ['', b.ptr(0)], ['', 0]])); // prettier-ignore
    };
    expect(declared(build, 'printk')).toBe('int printk(const char *fmt, void *, ...)');
  });

  it('is the type alone without a name', () => {
    expect(declared((b) => b.ptr(char(b)), '')).toBe('char *');
    expect(declared(int, '')).toBe('int');
    expect(declared((b) => b.array(int(b), 2), '')).toBe('int[2]');
    expect(declared((b) => b.const(b.ptr(b.prototype(0))), '')).toBe('void (* const)(void)');
  });

  it('writes anonymous types out', () => {
    const build = (b: BtfBuilder) => b.array(b.struct('', 4, [{ name: 'a', type: int(b), at: 0 }]), 2);
    expect(declared(build)).toBe('struct {\n\tint a;\n} x[2]');
  });
});

describe('definitions', () => {
  it('say offset and size where asked', () => {
    const build = (b: BtfBuilder) => {
      const comm = b.array(char(b), 16);
      const number = int(b);
      return b.struct('s', 28, [
        { name: 'a', type: number, at: 0 },
        { name: 'comm', type: comm, at: 32 },
        { name: 'x', type: number, at: 160, bits: 3 },
        { name: 'y', type: number, at: 163, bits: 29 },
        { name: 'tail', type: b.array(number, 0), at: 192 },
        { name: 'last', type: number, at: 192 },
      ]);
    };
    expect(defined(build, true)).toBe(
      [
        'struct s {',
        '\tint a; /* 0: 4 */',
        '\tchar comm[16]; /* 4: 16 */',
        '\tint x: 3; /* 20.0: 3 bits */',
        '\tint y: 29; /* 20.3: 29 bits */',
        '\tint tail[0]; /* 24: 0 */',
        '\tint last; /* 24: 4 */',
        '};',
      ].join('\n'),
    );
  });

  it('expand anonymous members, with offsets from the outermost struct but not across pointers', () => {
    const build = (b: BtfBuilder) => {
      const number = int(b);
      const inner = b.struct('', 8, [
        { name: 'x', type: number, at: 0 },
        { name: 'y', type: number, at: 32 },
      ]);
      const union = b.union('', 8, [{ type: inner, at: 0 }, { name: 'state', type: b.enum('', { ON: 1 }), at: 0 }]); // prettier-ignore
      const pointer = b.ptr(inner);
      return b.struct('s', 24, [
        { name: 'a', type: number, at: 0 },
        { type: union, at: 64 },
        { name: 'p', type: pointer, at: 128 },
      ]);
    };
    expect(defined(build, true)).toBe(
      [
        'struct s {',
        '\tint a; /* 0: 4 */',
        '\tlong: 0;',
        '\tunion {',
        '\t\tstruct {',
        '\t\t\tint x; /* 8: 4 */',
        '\t\t\tint y; /* 12: 4 */',
        '\t\t}; /* 8: 8 */',
        '\t\tenum {',
        '\t\t\tON = 1,',
        '\t\t} state; /* 8: 4 */',
        '\t}; /* 8: 8 */',
        '\tstruct {',
        '\t\tint x; /* 0: 4 */',
        '\t\tint y; /* 4: 4 */',
        '\t} *p; /* 16: 8 */',
        '};',
      ].join('\n'),
    );
  });

  it('are packed where the layout is', () => {
    const build = (b: BtfBuilder) => {
      const number = int(b);
      return b.struct('s', 5, [{ name: 'a', type: char(b), at: 0 }, { name: 'b', type: number, at: 8 }]); // prettier-ignore
    };
    expect(defined(build)).toBe('struct s {\n\tchar a;\n\tint b;\n} __attribute__((packed));');
  });

  it('fill gaps that the compiler would not leave', () => {
    const build = (b: BtfBuilder) => {
      const number = int(b);
      return b.struct('s', 32, [{ name: 'a', type: number, at: 0 }, { name: 'b', type: number, at: 128 }]); // prettier-ignore
    };
    expect(defined(build)).toBe('struct s {\n\tint a;\n\tlong: 64;\n\tint b;\n\tlong: 64;\n};');
  });

  it('fill gaps between bitfields bit by bit', () => {
    const build = (b: BtfBuilder) => {
      const number = int(b);
      return b.struct('s', 8, [{ name: 'a', type: number, at: 0, bits: 3 }, { name: 'b', type: number, at: 32, bits: 1 }]); // prettier-ignore
    };
    expect(defined(build)).toBe('struct s {\n\tint a: 3;\n\tint: 29;\n\tint b: 1;\n};');
  });

  it('of nothing are one line', () => {
    expect(defined((b) => b.struct('s', 0, []))).toBe('struct s {};');
    expect(defined((b) => b.union('u', 0, []))).toBe('union u {};');
  });
});
