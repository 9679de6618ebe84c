import { describe, expect, it } from 'vitest';
import type { CtxParameter } from '#server/analysis/model';
import { fixture } from './fixtures';
import { analyse, at } from './support';

function ctxOf(head: string, before = ''): CtxParameter {
  const [program] = analyse(`${before}\nSEC("tp/a/b")\n${head}\n{\n\treturn 0;\n}\n`).programs;
  if (!program) throw new Error('no program');
  return program.ctx;
}

describe('ctx parameters', () => {
  it.each([
    ['int f(struct T *ctx)', { kind: 'struct', name: 'ctx', structName: 'T' }],
    ['int f(const struct T *info)', { kind: 'struct', name: 'info', structName: 'T' }],
    ['int f(struct T* args)', { kind: 'struct', name: 'args', structName: 'T' }],
    ['int f(struct T * const regs)', { kind: 'struct', name: 'regs', structName: 'T' }],
    ['int f(struct T ctx[1])', { kind: 'struct', name: 'ctx', structName: 'T' }],
    ['int f(struct T *)', { kind: 'struct', name: '', structName: 'T' }],
    ['int f(struct T *ctx __attribute__((unused)))', { kind: 'struct', name: 'ctx', structName: 'T' }],
    ['int f(struct T *ctx __arg_ctx)', { kind: 'struct', name: 'ctx', structName: 'T' }],
    [
      'static __always_inline int\nf(struct T *ctx, int more)',
      { kind: 'struct', name: 'ctx', structName: 'T' },
    ],
    [
      '__attribute__((noinline)) long f(struct pt_regs *ctx)',
      { kind: 'struct', name: 'ctx', structName: 'pt_regs' },
    ],
    ['struct r *f(struct T *ctx)', { kind: 'struct', name: 'ctx', structName: 'T' }],
    ['int f(void *ctx)', { kind: 'void', name: 'ctx' }],
    ['int f(const void *raw)', { kind: 'void', name: 'raw' }],
    ['int f(__u64 *ctx)', { kind: 'words', name: 'ctx', wordSize: 8 }],
    ['int f(__u64 ctx[])', { kind: 'words', name: 'ctx', wordSize: 8 }],
    ['int f(unsigned long long *ctx)', { kind: 'words', name: 'ctx', wordSize: 8 }],
    ['int f(unsigned int *ctx)', { kind: 'words', name: 'ctx', wordSize: 4 }],
    ['int f(void)', { kind: 'none' }],
    ['int f()', { kind: 'none' }],
    ['int BPF_PROG(f, int a)', { kind: 'macro', name: 'ctx' }],
    ['int f(struct T ctx)', { kind: 'other', name: 'ctx' }],
    ['int f(struct T **ctx)', { kind: 'other', name: 'ctx' }],
    ['int f(unknown_t *ctx)', { kind: 'other', name: 'ctx' }],
    ['int f(int (*ctx)(void *))', { kind: 'other', name: 'ctx' }],
    ['int f(char *ctx)', { kind: 'other', name: 'ctx' }],
  ])('reads %s', (head, ctx) => {
    expect(ctxOf(head)).toMatchObject(ctx);
  });

  it.each([
    ['typedef struct T t;', 'T'],
    ['typedef struct { int a; } t;', 't'],
    ['typedef struct T { int a; } t;', 'T'],
  ])('sees through %s', (before, structName) => {
    expect(ctxOf('int f(t *ctx)', before)).toMatchObject({ kind: 'struct', structName });
  });

  it.each([
    'typedef struct T *t;',
    'typedef struct T t;\ntypedef struct U t;',
    '#ifdef X\ntypedef struct T t;\n#endif',
    '#define t struct T',
  ])('does not guess with %s', (before) => {
    expect(ctxOf('int f(t *ctx)', before).kind).toBe('other');
  });

  it('knows where the tag and the parameter stand', () => {
    const text = 'SEC("tp/a/b") int f(const struct T *ctx, int n) { return 0; }';
    const [program] = analyse(text).programs;
    if (program?.ctx.kind !== 'struct') throw new Error('no struct');
    expect(at(text, program.ctx.structSpan)).toBe('T');
    expect(at(text, program.ctx.parameter.span)).toBe('const struct T *ctx');
    expect(at(text, program.ctx.parameter.typeSpan)).toBe('const struct T *');
    expect(program.ctx.parameter.type).toBe('const struct T *');
    expect(at(text, program.function.parameterSpan)).toBe('const struct T *ctx, int n');
    expect(at(text, program.function.span)).toBe('int f(const struct T *ctx, int n) { return 0; }');
    expect(at(text, program.function.bodySpan)).toBe('{ return 0; }');
  });

  it('trusts neither of two signatures for one body', () => {
    const wakeup = analyse(fixture('conditional')).programs.find(
      (program) => program.function.name === 'wakeup',
    );
    expect(wakeup).toMatchObject({ ctx: { kind: 'other' }, function: { conditional: true } });
    const two = '#ifdef A\nint f(struct T *ctx)\n#else\nint f(struct U *ctx)\n#endif';
    expect(ctxOf(two).kind).toBe('other');
  });

  it('takes no macro of somebody else for a function', () => {
    expect(analyse('TRACEPOINT_PROBE(sched, sched_switch) { return args->next_pid; }').functions).toEqual([]);
    expect(
      analyse('#define P(x) int x(void *ctx)\nSEC("tp/a/b") static P(f) { return 0; }').functions,
    ).toEqual([]);
  });

  it('lists the functions of a file in order, with what libbpf macros make of them', () => {
    const { programs, functions } = analyse(fixture('selftest-style'));
    expect(functions.map(({ name, macro }) => `${name}${macro === undefined ? '' : ` ${macro}`}`)).toEqual([
      'nanosleep_enter',
      'handle_raw',
      'raw_enter BPF_PROG',
      'on_nanosleep BPF_PROG',
      'raw_switch',
      'do_unlinkat BPF_KPROBE',
    ]);
    expect(programs[2]?.function.parameters.map(({ type, name }) => [type, name])).toEqual([
      ['struct pt_regs *', 'regs'],
      ['long', 'id'],
    ]);
  });
});
