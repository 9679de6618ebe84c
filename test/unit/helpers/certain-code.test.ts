/** Which statements the verifier certainly looks at: `yes(…)` are, `no(…)` may be left out. */
import { expect, it } from 'vitest';
import { certainStatements } from '#server/helpers/certain-code';
import { testAnalyzer } from '#support/analyzer';

const analyzer = await testAnalyzer();

/** The names of the calls in the body that are certain. */
function certain(body: string, signature = 'int f(struct __sk_buff *ctx)'): readonly string[] {
  const maps = ['HASH', 'ARRAY'].map(
    (type) => `struct { __uint(type, BPF_MAP_TYPE_${type}); } ${type.toLowerCase()} SEC(".maps");\n`,
  );
  const text = `${maps.join('')}const volatile int option;\nSEC("tc")\n${signature}\n{\n${body}\n\treturn 0;\n}\n`;
  const file = analyzer.open(text);
  const { programs, maps: found } = file.analysis;
  file.dispose();
  const [program] = programs;
  if (program === undefined) throw new Error('no program');
  return certainStatements(text, program.function, found).flatMap((statement) =>
    statement.certain.filter(({ text: word }) => /^(?:yes|no)\d*$/.test(word)).map(({ text: word }) => word),
  );
}

it.each([
  ['a statement', 'yes();'],
  ['a declaration', 'int x = yes(), y; struct e e = { .x = yes1() };'],
  ['an argument', 'g(1, yes(2));'],
  ['a condition', 'if (yes() && no()) {}'],
  ['an operand', 'int x = yes() ? no1() : no2();'],
  ['a nested block', '{ { yes(); } }'],
  ['what a member of ctx decides', 'if (ctx->mark) yes1(); else yes2();'],
  ['what it is compared with', 'if (ctx->protocol == ETH_P_IP) { yes1(); } yes2();'],
  [
    'what a helper returned',
    'int e = bpf_skb_load_bytes(ctx, 0, b, 4); if (e < 0) { yes1(); return 0; } yes2();',
  ],
  ['what it returns', 'if (bpf_skb_load_bytes(ctx, 0, b, 4) < 0) yes1();'],
  ['an element of a hash', 'int *v = bpf_map_lookup_elem(&hash, &k); if (!v) { yes1(); return 0; } yes2();'],
  ['a record', 'e = bpf_ringbuf_reserve(&r, 4, 0); if (!e) yes1();'],
  ['several', 'if (ctx->mark == 1 && ctx->protocol == 8) yes1(); yes2();'],
  ['one of several', 'if (ctx->mark == 1 || option) yes1();'],
  [
    'a value that is assigned again',
    'int e = bpf_skb_pull_data(ctx, 1); if (e) return 0; e = bpf_skb_pull_data(ctx, 2); if (e) yes1();',
  ],
  ['a branch that goes on', 'if (option) no(); yes1();'],
  ['both branches', 'if (option) { return 1; } else { no(); } no2();'],
  ['what is gone to', 'if (ctx->mark) goto out; yes1(); return 0; out: yes2();'],
  ['a case', 'switch (ctx->protocol) { case 8: yes1(); break; default: no(); } yes2();'],
  ['behind a loop', 'for (i = 0; i < 8; i++) { no(); } yes1();'],
  ['behind a macro with a block', 'bpf_for(i, 0, 8) { no(); } yes1();'],
])('is sure of %s', (_, body) => {
  const wanted = Array.from(body.matchAll(/\byes\d*/g), ([word]) => word);
  expect(certain(body)).toEqual(wanted);
});

it.each([
  ['a constant', 'if (0) no(); while (0) no();'],
  ['an option', 'if (option) no(); if (!option) return 0; no1();'],
  ['a macro', 'if (DEBUG) { return 1; } no();'],
  ['a local constant', 'int x = 0; if (x) no(); if (!x) return 0; no();'],
  ['one that is not always assigned', 'int x = 0; if (option) x = ctx->mark; if (x) no();'],
  ['a value behind its address', 'int x = ctx->mark; g(&x); if (x) no();'],
  ['a mask', 'int x = ctx->mark & 1; if (x > 1) no();'],
  ['what was tested', 'if (ctx->mark) return 1; if (!ctx->mark) return 0; no();'],
  ['the last of all cases', 'int x = ctx->mark; if (x == 0) return 1; else if (x != 0) return 0; else no();'],
  ['an unsigned below zero', 'u32 x = ctx->mark; if (x < 0) no(); if (ctx->len < 0) no();'],
  ['an element of an array', 'int *v = bpf_map_lookup_elem(&array, &k); if (!v) no();'],
  ['the context', 'if (!ctx) no();'],
  ['a task', 't = bpf_get_current_task_btf(); if (!t) no();'],
  ['a guard', 'if (bpf_core_field_exists(t->x)) no();'],
  ['a condition with more', 'if (ctx->mark && option) no();'],
  ['behind an endless loop', 'while (1) { return 0; } no();'],
  ['behind return', 'return 0; no();'],
  ['a label that nothing goes to', 'return 0; out: no();'],
  ['a default', 'switch (ctx->protocol) { case 8: return 0; default: no(); }'],
  ['the preprocessor', '\n#if X\nreturn 0;\n#endif\nno();'],
  ['an assembler statement', 'asm volatile goto("" :::: out); no();'],
  ['text without an end', 'if (ctx->mark { no(); '],
])('is silent on %s', (_, body) => {
  expect(certain(body)).toEqual([]);
});

it('takes arguments of traced functions for unknown, pointers not', () => {
  const signature = 'int BPF_PROG(f, struct file *file, int ret)';
  expect(certain('if (ret) yes(); if (!file) no();', signature)).toEqual(['yes']);
});
