import { describe, expect, it } from 'vitest';
import { fixture } from './fixtures';
import { analyse, at } from './support';

const values = (text: string): string[] => analyse(text).sections.map((site) => site.value);
const one = (text: string) => {
  const [site, ...more] = analyse(text).sections;
  if (!site || more.length > 0) throw new Error('expected one section');
  return site;
};

describe('sections', () => {
  it('knows where a literal and its parts stand', () => {
    const text = 'int a;\nSEC("tp/syscalls/sys_enter_openat")\nint f(void *ctx) { return 0; }';
    const site = one(text);
    expect(site).toMatchObject({
      value: 'tp/syscalls/sys_enter_openat',
      form: 'SEC',
      on: 'function',
      conditional: false,
    });
    expect(at(text, site.span)).toBe('SEC("tp/syscalls/sys_enter_openat")');
    expect(at(text, site.literal)).toBe('tp/syscalls/sys_enter_openat');
    expect(at(text, site.tracepoint?.categorySpan)).toBe('syscalls');
    expect(at(text, site.tracepoint?.nameSpan)).toBe('sys_enter_openat');
  });

  it.each([
    ['tp/a/b', { category: 'a', name: 'b' }],
    ['?tracepoint/a/b', { category: 'a', name: 'b' }],
    ['tp/a/b/c', { category: 'a', name: 'b/c' }],
    ['tp/a', undefined],
    ['tp/a:b', undefined],
    ['tp', undefined],
    ['raw_tp/a/b', undefined],
    ['tp//b', undefined],
  ])('takes %s apart', (value, target) => {
    const { tracepoint } = one(`SEC("${value}") int f(void) { return 0; }`);
    expect(tracepoint && { category: tracepoint.category, name: tracepoint.name }).toEqual(target);
  });

  it('joins literals, and macros that are certain', () => {
    const text = '#define A "tp/"\n#define B A "x/"\nSEC(B "y" "z") int f(void) { return 0; }';
    expect(one(text)).toMatchObject({ value: 'tp/x/yz', tracepoint: { category: 'x', name: 'yz' } });
    expect(one(text).literal).toBeUndefined();
  });

  it.each([
    ['defined twice', '#define A "x"\n#define A "y"\nSEC(A) int f(void) { return 0; }'],
    ['undefined again', '#define A "x"\n#undef A\nSEC(A) int f(void) { return 0; }'],
    ['under #if', '#ifdef X\n#define A "x"\n#endif\nSEC(A) int f(void) { return 0; }'],
    ['of a header', 'SEC(A) int f(void) { return 0; }'],
    ['with an argument that is pasted', '#define T(x) SEC("tp/" x##_y)\nT(a) int f(void) { return 0; }'],
    ['with two words as argument', '#define T(x) SEC("tp/" #x)\nT(a b) int f(void) { return 0; }'],
    ['with another number of arguments', '#define T(x, y) SEC("tp/" #x)\nT(a) int f(void) { return 0; }'],
    ['nested', '#define S(x) #x\n#define T(x) SEC(S(x))\nT(a) int f(void) { return 0; }'],
  ])('leaves out a macro %s', (_, text) => {
    expect(values(text)).toEqual([]);
    expect(analyse(text).programs).toEqual([]);
  });

  it('expands macros of the file that hold one section', () => {
    const { sections, programs } = analyse(fixture('macro-programs'));
    expect(sections.map(({ value, form }) => `${form} ${value}`)).toEqual([
      'macro tracepoint/syscalls/sys_enter_read',
      'macro tracepoint/syscalls/sys_enter_write',
      'macro tracepoint/syscalls/sys_enter_close',
      'macro tp/sched/sched_process_exit',
      'SEC tp/syscalls/sys_enter_open',
      'SEC tp/syscalls/sys_enter_mkdir',
      'attribute tp/syscalls/sys_enter_rmdir',
      'SEC license',
    ]);
    // A macro that brings its own function says nothing about the next one.
    expect(programs.map((program) => program.function.name)).toEqual([
      'on_close',
      'on_exit',
      'on_open',
      'on_mkdir',
      'on_rmdir',
    ]);
  });

  it('reads a section that the file itself defines', () => {
    const text =
      '#define __section(X) __attribute__((section(X), used))\n__section("xdp") int f(void) { return 0; }';
    expect(one(text)).toMatchObject({ value: 'xdp', form: 'macro', on: 'function' });
    expect(
      one('#define SEC(X) __attribute__((section(X), used))\nSEC("xdp") int f(void) { return 0; }').value,
    ).toBe('xdp');
  });

  it.each([
    ['SEC("x")', 'none'],
    ['SEC("x")\nint', 'none'],
    ['SEC("x") int f(struct', 'function'],
    ['SEC("x") int f(void);', 'function'],
    ['int x SEC("x") = 1;', 'variable'],
    ['char x[] SEC("x");', 'variable'],
    ['struct { int a; } x SEC("x");', 'variable'],
  ])('says of %j that it stands on a %s', (text, on) => {
    expect(one(text).on).toBe(on);
  });

  it('leaves out a string that is still open, and loses nothing else', () => {
    const { programs } = analyse(fixture('unfinished'));
    expect(programs.map((program) => program.function.name)).toEqual(['before', 'open_brace', 'after']);
    expect(values('SEC("tp/\nint f(void) { return 0; }\nSEC("tp/a/b") int g(void) { return 0; }')).toEqual([
      'tp/a/b',
    ]);
  });

  it('marks what stands under #if, and skips #if 0', () => {
    const { sections } = analyse(fixture('conditional'));
    expect(sections.map(({ value, conditional }) => `${value}${conditional ? ' conditional' : ''}`)).toEqual([
      'tp/sched/sched_wakeup',
      'tp/sched/sched_process_exit conditional',
      'tp/sched/sched_process_fork',
      'license',
    ]);
  });

  it('sees no section in a comment, a string or a macro body', () => {
    expect(values('// SEC("a")\n/* SEC("b") */\nchar *c = "SEC(\\"c\\")";\n#define D SEC("d")\n')).toEqual(
      [],
    );
  });
});
