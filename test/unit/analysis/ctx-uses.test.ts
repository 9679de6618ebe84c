import { describe, expect, it } from 'vitest';
import { parseMarkers } from '#support/markers';
import { fixture } from './fixtures';
import { analyse, at, handler, pathText, useText, usesOf } from './support';

/** The uses inside of one function of a fixture. */
function usesIn(name: string, functionName: string): string[] {
  const text = fixture(name);
  const { functions, ctxUses } = analyse(text);
  const body = functions.find((candidate) => candidate.name === functionName)?.bodySpan;
  if (!body) throw new Error(`no function ${functionName}`);
  return ctxUses
    .filter((use) => use.span.start >= body.start && use.span.end <= body.end)
    .map((use) => useText(text, use));
}

describe('forms of a read', () => {
  it('reads ctx directly', () => {
    expect(usesIn('forms-of-read', 'direct')).toEqual([
      'ctx->args[0] = .args[0] read',
      '(*ctx).args[1] = .args[1] read',
      'ctx[0].args[2] = .args[2] read',
      '((struct syscall_trace_enter *)ctx)->nr = .nr read, via cast',
      '*(u64 *)((void *)ctx + 24) = +24:8 read, via cast',
      '*(const u32 *)((char *)ctx + 8) = +8:4 read, via cast',
    ]);
  });

  it('copies with helpers', () => {
    expect(usesIn('forms-of-read', 'copied')).toEqual([
      'args[0] = .args[0] core-read',
      'args[1] = .args[1] core-read',
      'ctx->args[2] = .args[2] core-read',
      'ctx->args[3] = .args[3] probe-read',
      'ctx->id = .id core-read',
      '(void *)ctx + 32 = +32:8 probe-read, via cast',
      'id = .id probe-read',
      'ctx->args[1] = .args[1] read',
    ]);
  });

  it('goes through aliases and copies', () => {
    expect(usesIn('forms-of-read', 'aliased')).toEqual([
      'ctx->args = .args address',
      'same->id = .id read, via alias',
      'other->args[1] = .args[1] read, via alias',
      'args[2] = .args[2] read, via alias',
      'copy.args[3] = .args[3] read, via copy',
      'filled.args[0] = .args[0] probe-read, via copy',
      'moved.args[1] = .args[1] read, via copy',
    ]);
  });

  it.each([
    ['ctx->id = 1;', ['ctx->id = .id write']],
    ['ctx->id += 1;', ['ctx->id = .id write']],
    ['ctx->id++;', ['ctx->id = .id write']],
    ['sink = (u64)&ctx->id;', ['ctx->id = .id address']],
    ['sink = sizeof(ctx->id);', ['ctx->id = .id read, unsure']],
    ['sink = ctx->args[sink];', ['ctx->args[sink] = .args[?] read']],
    ['sink = ctx->args[ctx->id];', ['ctx->args[ctx->id] = .args[?] read', 'ctx->id = .id read']],
    ['sink = *(char *)ctx->args[1];', ['ctx->args[1] = .args[1] read, dereferenced']],
    ['sink = ((struct t *)ctx->args[1])->x;', ['ctx->args[1] = .args[1] read, dereferenced']],
    ['sink = ctx->MEMBER;', ['ctx->MEMBER = .MEMBER read, unsure']],
    ['sink = ctx->next->x;', ['ctx->next = .next read, dereferenced']],
    ['sink = BPF_CORE_READ(ctx, next, x);', ['next = .next core-read, dereferenced']],
    ['sink = BPF_CORE_READ(ctx, ent.pid);', ['ent.pid = .ent.pid core-read']],
    ['sink = ((u32 *)ctx)[3];', ['((u32 *)ctx)[3] = +12:4 read, via cast']],
    ['sink = (u32)(ctx->id);', ['ctx->id = .id read']],
    ['sink = bpf_core_field_exists(ctx->id);', ['ctx->id = .id read, unsure']],
  ])('reads %s', (statement, expected) => {
    expect(usesOf(handler(statement))).toEqual(expected);
  });

  it.each([
    ['another pointer', 'struct trace_event_raw_sys_enter *p = (void *)sink; sink = p->id;'],
    ['a struct further on', 'sink = ctx[1].id;'],
    ['pointer arithmetic that is not constant', 'sink = *(u64 *)((void *)ctx + sink);'],
    ['an offset of unknown unit', 'sink = *(u64 *)(ctx + 1);'],
    ['an offset through a struct', 'sink = ((struct t *)((void *)ctx + 8))->x;'],
    ['a copy of another size', 'struct t c; bpf_probe_read(&c, 8, ctx); sink = c.x;'],
    ['a copy that is written', 'struct t c = *ctx; c.x = 1; sink = c.x;'],
    ['a copy that something else may write', 'struct t c = *ctx; change(&c); sink = c.x;'],
    ['an array of pointers', 'struct t *c[1] = { (void *)ctx }; sink = c[0]->x;'],
    ['a macro of the file', 'LOAD(ctx, id);'],
    ['a member that is a macro', 'sink = ctx->FIRST;'],
    ['a tag that is a macro', 'sink = ((struct TAG *)ctx)->id;'],
    ['a typedef that is not known', 'sink = ((unknown_t *)ctx)->id;'],
  ])('does not follow %s', (_, statement) => {
    expect(
      usesOf(handler(statement, '#define LOAD(c, m) (sink = (c)->m)\n#define FIRST args[0]\n#define TAG t')),
    ).toEqual([]);
  });

  it('uses constants of the file', () => {
    const before = '#define PATH 1\n#define NEXT (PATH + 1)\n#ifdef X\n#define MAYBE 3\n#endif';
    expect(usesOf(handler('sink = ctx->args[PATH] + ctx->args[NEXT] + ctx->args[MAYBE];', before))).toEqual([
      'ctx->args[PATH] = .args[1] read',
      'ctx->args[NEXT] = .args[2] read',
      'ctx->args[MAYBE] = .args[?] read',
    ]);
  });

  it('reads words as indices', () => {
    const text = 'u64 sink;\nSEC("raw_tp/x")\nint f(__u64 *ctx) { sink = ctx[2] + *ctx; return 0; }';
    expect(usesOf(text)).toEqual(['ctx[2] = [2] read', '*ctx = [0] read']);
  });
});

describe('what is around a read', () => {
  const source = handler(`
	long nr = ctx->id;
	int narrow;
	char *name = (char *)ctx->args[0];
	narrow = ctx->args[2];
	sink = nr + narrow + (u64)name;
	bpf_probe_read_user_str(&sink, 8, (const char *)(ctx->args[1]));
	bpf_probe_read_user_str(&sink, 8, (void *)BPF_CORE_READ(ctx, args[3]));`);
  const { ctxUses } = analyse(source);
  const of = (path: string) => {
    const use = ctxUses.find((candidate) => pathText(candidate.path) === path);
    if (!use) throw new Error(`no use of ${path}`);
    return use;
  };

  it('says how wide the variable is that takes the value', () => {
    expect(of('.id').valueSize).toBe(8);
    expect(of('.args[2]').valueSize).toBe(4);
    expect(of('.args[0]')).toMatchObject({ valueSize: undefined, castTo: 'char *' });
    expect(of('.args[1]').valueSize).toBeUndefined();
  });

  it('says which argument of which call it is', () => {
    const { consumer, castTo, receiver } = of('.args[1]');
    expect(consumer).toMatchObject({ callee: 'bpf_probe_read_user_str', argument: 2 });
    expect(at(source, consumer?.argumentSpan)).toBe('(const char *)(ctx->args[1])');
    expect(at(source, consumer?.calleeSpan)).toBe('bpf_probe_read_user_str');
    expect(at(source, consumer?.callSpan)).toMatch(/^bpf_probe_read_user_str\(.*\)\)$/);
    expect([castTo, receiver]).toEqual(['const char *', 'ctx']);
    expect(of('.args[3]')).toMatchObject({ castTo: 'void *', receiver: 'ctx', consumer: { argument: 2 } });
    expect(of('.id').consumer).toBeUndefined();
  });

  it('says through which struct, and where that is written', () => {
    const { text, ranges } = parseMarkers(`u64 sink;
SEC("tp/a/b")
int f(struct /*<*/one/*>*/ *ctx)
{
	struct /*<*/two/*>*/ *alias = (void *)ctx;
	sink = ctx->a + alias->b + ((struct /*<*/three___x/*>*/ *)ctx)->c;
	return 0;
}`);
    const found = analyse(text).ctxUses.map((use) => [use.structName, use.structSpan]);
    expect(found).toEqual(ranges.map((range) => [at(text, range), range]));
  });
});

describe('certainty', () => {
  it('asks whether anything uses the value', () => {
    expect(usesIn('dead-reads', 'unused_values')).toEqual([
      'ctx->args[0] = .args[0] read, unsure',
      'ctx->args[1] = .args[1] read, unsure',
      'ctx->args[2] = .args[2] read, unsure',
      'ctx->args[3] = .args[3] read, unsure',
      'ctx->args[4] = .args[4] read, unsure',
      'ctx->args[5] = .args[5] read',
    ]);
  });

  it('asks whether the statement is reached', () => {
    expect(usesIn('dead-reads', 'dead_code')).toEqual([
      'ctx->args[0] = .args[0] read, unsure',
      'ctx->args[1] = .args[1] read, unsure',
      'ctx->args[2] = .args[2] read, unsure',
      'ctx->args[3] = .args[3] read, unsure',
      'ctx->args[4] = .args[4] read, unsure',
      'ctx->id = .id read',
      'ctx->args[5] = .args[5] read, unsure',
    ]);
  });

  it('is silent behind CO-RE existence checks', () => {
    const text = fixture('core-flavours');
    const { ctxUses } = analyse(text);
    expect(ctxUses.map((use) => `${use.structName ?? ''} ${pathText(use.path)} ${use.certain}`)).toEqual([
      'trace_event_raw_block_rq_completion___x .sector false',
      'trace_event_raw_block_rq_completion___x .nr_sector false',
      'trace_event_raw_block_rq_complete___x .sector false',
      'trace_event_raw_block_rq_complete___x .sector false',
      'trace_event_raw_block_rq_complete___x .sector false',
    ]);
  });

  it.each([
    ['if (bpf_core_field_exists(ctx->id)) sink = ctx->id;', false],
    ['bool has = bpf_core_type_exists(struct t); if (has) sink = ctx->id;', false],
    ['if (!bpf_core_type_exists(struct t)) return 0; sink = ctx->id;', false],
    ['if (bpf_core_type_exists(struct t)) { sink = 1; } else return 0; sink = ctx->id;', false],
    ['sink = bpf_core_field_exists(ctx->x) ? ctx->id : 0;', false],
    ['if (setting && sink) sink = ctx->id;', false],
    ['if (setting && sink) return 0; sink = ctx->id;', true],
    ['if (setting || sink) return 0; sink = ctx->id;', false],
    ['if (KIND == 2) sink = ctx->id;', false],
    ['if (sink) { return 0; } sink = ctx->id;', true],
    ['if (sink) { if (setting) return 0; } sink = ctx->id;', true],
    ['while (setting) { sink = ctx->id; }', false],
    ['switch (sink) { case 1: return 0; default: sink = ctx->id; }', true],
    ['goto out; sink = ctx->id; out:', false],
    ['goto out; out: sink = ctx->id;', true],
    ['if (!bpf_core_type_exists(struct t)) return 0; again: sink = ctx->id;', false],
    ['u64 pid = bpf_get_current_pid_tgid(); if (pid == setting) sink = ctx->id;', true],
    ['if (unlikely(!setting)) return 0; sink = ctx->id;', false],
    ['if (ctx->id) return 0; return 0;', false],
    ['if (ctx->id) return 1; return 0;', true],
    ['u64 x = ctx->id; x = 3; sink = x;', false],
    ['struct e e = {}; e.x = ctx->id;', false],
    ['struct e e = {}; e.x = ctx->id; bpf_ringbuf_output(&rb, &e, 8, 0);', true],
    ['struct e *e = get(); e->x = ctx->id;', true],
    ['some_macro_of_a_header(ctx->id);', false],
    ['bpf_printk("%d", ctx->id);', true],
    ['sink = ctx->\n\tid;', false],
    ['#ifdef X\n\tsink = ctx->id;\n#endif', false],
    ['if (likely(ctx->id)) return 1; return 0;', true],
    ['sink = bpf_ntohl(ctx->id);', true],
    ['u64 x = 0; WHEN_NEW(x = ctx->id); return x;', false],
    ['return local(ctx->id);', true],
    ['return sink + local(({ u64 x = ctx->id; x; }));', true],
  ])('of %j is %s', (statement, certain) => {
    const before = `const volatile bool setting = false;
#define WHEN_NEW(x) do { if (0) { x; } } while (0)
static u64 local(u64 x) { return x; }`;
    const found = analyse(handler(`\t${statement}`, before)).ctxUses.filter(
      (use) => use.access === 'read' && pathText(use.path) === '.id',
    );
    expect(found.at(-1)?.certain).toBe(certain);
  });
});

describe('names', () => {
  it('follows no name that means something else, and no pointer that is set twice', () => {
    expect(usesOf(fixture('shadowed'))).toEqual(['ctx->id = .id read']);
  });

  it('lists every name of ctx with its scope', () => {
    const text = fixture('forms-of-read');
    const names = analyse(text).ctxNames.map((name) => [
      name.name,
      name.via,
      name.structName,
      pathText(name.path),
    ]);
    expect(names.slice(2)).toEqual([
      ['ctx', 'ctx', 'trace_event_raw_sys_enter', ''],
      ['same', 'alias', 'trace_event_raw_sys_enter', ''],
      ['other', 'alias', 'syscall_trace_enter', ''],
      ['args', 'alias', 'trace_event_raw_sys_enter', '.args'],
      ['copy', 'copy', 'trace_event_raw_sys_enter', ''],
      ['filled', 'copy', 'trace_event_raw_sys_enter', ''],
      ['moved', 'copy', 'trace_event_raw_sys_enter', ''],
    ]);
  });
});

describe('helpers', () => {
  it('follows ctx into functions that only handlers of one section reach', () => {
    const text = fixture('helper-chain');
    const found = analyse(text).ctxUses.map(
      (use) => `${useText(text, use)} of ${use.programs.map((program) => program.function.name).join()}`,
    );
    expect(found).toEqual([
      'regs->args[3] = .args[3] read, via helper of on_read',
      'args->args[0] = .args[0] read, via helper of on_read',
      'args->args[1] = .args[1] read, via helper, unsure of on_read',
      'e->nr = .nr read, via alias of on_read',
    ]);
  });

  const helper = 'static int help(struct t *c) { bpf_printk("%d", c->x); return c->y; }';
  const program = (section: string, name: string, body: string): string =>
    `SEC("${section}") int ${name}(struct t *ctx) { ${body} return 0; }\n`;

  it('lists all programs of the section', () => {
    const [use] = analyse(
      helper + program('tp/a/b', 'f', 'help(ctx);') + program('tp/a/b', 'g', 'help(ctx);'),
    ).ctxUses;
    expect(use?.programs.map((one) => one.function.name)).toEqual(['f', 'g']);
  });

  it.each([
    ['two sections', program('tp/a/b', 'f', 'help(ctx);') + program('tp/a/c', 'g', 'help(ctx);')],
    ['another pointer', program('tp/a/b', 'f', 'help(ctx); help((void *)0);')],
    [
      'a function nobody calls',
      `${program('tp/a/b', 'f', 'help(ctx);')}static int h(struct t *c) { return help(c); }`,
    ],
    ['its address', `${program('tp/a/b', 'f', 'help(ctx);')}int (*p)(struct t *) = help;`],
    ['a macro that calls it', `#define CALL help((void *)0)\n${program('tp/a/b', 'f', 'help(ctx);')}`],
    [
      'a second definition',
      `static int help(struct t *c) { return 0; }\n${program('tp/a/b', 'f', 'help(ctx);')}`,
    ],
    ['a ctx that is set anew', program('tp/a/b', 'f', 'help(ctx); ctx = 0;')],
  ])('gives up on %s', (_, rest) => {
    expect(usesOf(helper + rest)).toEqual([]);
  });

  it('asks callers whether a returned value is used', () => {
    expect(usesOf(helper + program('tp/a/b', 'f', 'help(ctx);'))).toEqual([
      'c->x = .x read, via helper',
      'c->y = .y read, via helper, unsure',
    ]);
    expect(usesOf(helper + program('tp/a/b', 'f', 'return help(ctx);'))).toEqual([
      'c->x = .x read, via helper',
      'c->y = .y read, via helper',
    ]);
  });

  it('is as certain as the call', () => {
    expect(usesOf(helper + program('tp/a/b', 'f', 'if (SETTING) help(ctx);'))[0]).toBe(
      'c->x = .x read, via helper, unsure',
    );
  });

  it('ends with functions that call each other', () => {
    const even = 'static int odd(struct t *c);\nstatic int even(struct t *c) { return c->x + odd(c); }\n';
    const odd = 'static int odd(struct t *c) { return even(c); }\n';
    expect(usesOf(even + odd + program('tp/a/b', 'f', 'return even(ctx);'))).toEqual([
      'c->x = .x read, via helper',
    ]);
  });
});
