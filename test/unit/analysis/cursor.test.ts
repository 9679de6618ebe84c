import { describe, expect, it } from 'vitest';
import { cursorContext } from '#server/analysis/cursor';
import { parseCursor } from '#support/markers';
import { fixtures } from './fixtures';
import { analyse, at, handler, open, pathText } from './support';

function cursor(source: string) {
  const { text, offset } = parseCursor(source);
  return { text, context: cursorContext(analyse(text), offset) };
}

/** The context in a few words: kind, what is typed, what would be replaced, from where the path goes. */
function brief(source: string): string {
  const { text, context } = cursor(source);
  if (context.kind === 'none') return 'none';
  const words = [context.kind, JSON.stringify(context.typed), JSON.stringify(at(text, context.span))];
  if ('path' in context) words.push(`${context.structName ?? '-'}${pathText(context.path)}`);
  if ('macro' in context) words.push(context.macro ?? '');
  if (context.kind === 'parameter') words.push(`#${context.index}`);
  return words.join(' ');
}

const rest = 'SEC("tp/c/d")\nint g(struct other *ctx)\n{\n\treturn ctx->x;\n}\n';

describe('in a section', () => {
  it.each([
    ['SEC("/*|*/', 'section "" ""'],
    [`SEC("tp//*|*/\n${rest}`, 'section "tp/" "tp/"'],
    ['SEC("tp/sy/*|*/")', 'section "tp/sy" "tp/sy"'],
    ['SEC("tp/sy/*|*/sc/x") int f(void) { return 0; }', 'section "tp/sy" "tp/sysc/x"'],
    ['SEC("tp//*|*/)', 'section "tp/" "tp/"'],
    ['__attribute__((section("tp//*|*/")))', 'section "tp/" "tp/"'],
    ['SEC("tp/a")/*|*/', 'after-section "" ""'],
    ['SEC(/*|*/"tp/a")', 'none'],
    ['f("tp//*|*/")', 'none'],
    ['// SEC("tp//*|*/")', 'none'],
    ['/* SEC("tp//*|*/") */', 'none'],
    ['#define S SEC("tp//*|*/")', 'none'],
  ])('%j', (source, expected) => {
    expect(brief(source)).toBe(expected);
  });

  it('says what is not closed yet', () => {
    expect(cursor('SEC("tp/*|*/').context).toMatchObject({ quoteClosed: false, parenthesisClosed: false });
    expect(cursor('SEC("tp/*|*/)').context).toMatchObject({ quoteClosed: false, parenthesisClosed: true });
    expect(cursor('SEC("tp/*|*/"').context).toMatchObject({ quoteClosed: true, parenthesisClosed: false });
    expect(cursor('SEC("tp/*|*/")').context).toMatchObject({ quoteClosed: true, parenthesisClosed: true });
  });
});

describe('after a member operator', () => {
  const T = 'trace_event_raw_sys_enter';
  it.each([
    ['ctx->/*|*/', `member "" "" ${T}`],
    ['ctx->ar/*|*/gs;', `member "ar" "args" ${T}`],
    ['sink = ctx->/*|*/;', `member "" "" ${T}`],
    ['if (ctx->/*|*/', `member "" "" ${T}`],
    ['(*ctx)./*|*/', `member "" "" ${T}`],
    ['((struct u *)ctx)->/*|*/', 'member "" "" u'],
    ['ctx->ent./*|*/', `member "" "" ${T}.ent`],
    ['ctx->args[2]./*|*/', `member "" "" ${T}.args[2]`],
    ['struct v *p = (void *)ctx;\n\tp->/*|*/', 'member "" "" v'],
    ['struct v c = *ctx;\n\tc./*|*/', 'member "" "" v'],
    ['sink = f(1, ctx->/*|*/);', `member "" "" ${T}`],
    ['other->/*|*/', 'none'],
    ['f(ctx)->/*|*/', 'none'],
    ['// ctx->/*|*/', 'none'],
    ['sink = "ctx->/*|*/";', 'none'],
  ])('%j', (statement, expected) => {
    expect(brief(handler(`\t${statement}`) + rest)).toBe(expected);
  });

  it('works in a body that has no end yet', () => {
    expect(brief('SEC("tp/a/b")\nint f(struct t *ctx)\n{\n\tctx->/*|*/')).toBe('member "" "" t');
    expect(brief(`SEC("tp/a/b")\nint f(struct t *ctx)\n{\n\tif (ctx->/*|*/\n\n${rest}`)).toBe(
      'member "" "" t',
    );
  });

  it('works in a helper, and in a function that is no program not at all', () => {
    const helper = 'static int h(struct t *c)\n{\n\treturn c->/*|*/;\n}\n';
    expect(brief(helper + 'SEC("tp/a/b") int f(void *ctx) { return h(ctx); }')).toBe('member "" "" t');
    expect(brief(helper)).toBe('none');
  });

  it('knows the program', () => {
    const { context } = cursor(handler('\tctx->/*|*/') + rest);
    expect(context.kind === 'member' && context.programs.map((program) => program.section.value)).toEqual([
      'tp/syscalls/sys_enter_openat',
    ]);
  });
});

describe('in BPF_CORE_READ and brackets', () => {
  const T = 'trace_event_raw_sys_enter';
  it.each([
    ['BPF_CORE_READ(ctx, /*|*/', `core-member "" "" ${T} BPF_CORE_READ`],
    ['BPF_CORE_READ(ctx, ar/*|*/);', `core-member "ar" "ar" ${T} BPF_CORE_READ`],
    ['BPF_CORE_READ(ctx, ent./*|*/);', `core-member "" "" ${T}.ent BPF_CORE_READ`],
    ['BPF_CORE_READ(ctx, ent, /*|*/);', `core-member "" "" ${T}.ent BPF_CORE_READ`],
    ['BPF_CORE_READ_INTO(&sink, ctx, /*|*/);', `core-member "" "" ${T} BPF_CORE_READ_INTO`],
    ['BPF_CORE_READ((struct u *)ctx, /*|*/);', 'core-member "" "" u BPF_CORE_READ'],
    ['BPF_CORE_READ(task, /*|*/);', 'none'],
    ['BPF_CORE_READ(/*|*/);', 'none'],
    ['f(ctx, /*|*/);', 'none'],
    ['sink = ctx->args[/*|*/', `index "" "" ${T}.args`],
    ['sink = ctx->args[1/*|*/];', `index "1" "1" ${T}.args`],
    ['BPF_CORE_READ(ctx, args[/*|*/]);', `index "" "" ${T}.args`],
    ['sink = other[/*|*/];', 'none'],
  ])('%j', (statement, expected) => {
    expect(brief(handler(`\t${statement}`))).toBe(expected);
  });
});

describe('between a section and a body', () => {
  it.each([
    ['SEC("tp/a/b")\nint f(/*|*/', 'parameter "" "" #0'],
    [`SEC("tp/a/b")\nint f(/*|*/\n\n${rest}`, 'parameter "" "" #0'],
    ['SEC("tp/a/b")\nint f(struct tr/*|*/)', 'parameter "struct tr" "struct tr" #0'],
    [
      'SEC("tp/a/b")\nint f(struct t/*|*/ *ctx, int x) { return 0; }',
      'parameter "struct t" "struct t *ctx" #0',
    ],
    ['SEC("tp/a/b")\nint f(void *ctx, /*|*/) { return 0; }', 'parameter "" "" #1'],
    ['SEC("raw_tp/a")\nint BPF_PROG(f, int a, /*|*/)', 'parameter "" "" BPF_PROG #1'],
    ['SEC("raw_tp/a")\nint BPF_PROG(/*|*/)', 'none'],
    ['SEC("tp/a/b")\n/*|*/', 'after-section "" ""'],
    ['SEC("tp/a/b")\nstatic in/*|*/', 'after-section "static in" "static in"'],
    [`SEC("tp/a/b")\n/*|*/\n\n${rest}`, 'after-section "" ""'],
    ['SEC("tp/a/b")\n/*|*/\nint f(void) { return 0; }', 'none'],
    ['SEC("tp/a/b")\nint f(void)\n{\n\t/*|*/\n}', 'none'],
    ['SEC("tp/a/b")\nint f(void) { return 0; }\n/*|*/', 'none'],
    ['char l[] SEC("license")/*|*/ = "GPL";', 'none'],
    ['int f(/*|*/', 'none'],
  ])('%j', (source, expected) => {
    expect(brief(source)).toBe(expected);
  });
});

it('answers at every offset of every program', () => {
  for (const text of fixtures.values()) {
    const file = open(text);
    for (let offset = 0; offset <= text.length; offset += 3) {
      expect(cursorContext(file.analysis, offset).kind).toBeTypeOf('string');
    }
    file.dispose();
  }
});
