import { describe, expect, it } from 'vitest';
import { applyFix, checkFixture } from '#support/check-fixture';
import { fixtureContext } from './context';

const context = await fixtureContext();
const declared = (license: string, rest = '') =>
  `${rest}char LICENSE[] SEC("license") = "${license}";\nstruct event { int x; };\nSEC("tp/sched/sched_switch")\nint f(void *ctx)\n`;

/** A program with one finding under a helper's name, in the last line of its body. */
function marked(line: string, callee: string, message = ''): string {
  const column = line.indexOf(callee) - 2;
  return `${line}\n//${' '.repeat(column)}${'^'.repeat(callee.length)} error[helper-license]: ${message}\n}\n`;
}

describe('helper-license', () => {
  it.each(['Proprietary', 'MIT', 'GPLv2', 'GPL v3', 'gpl', 'BSD', 'Apache-2.0', ''])(
    'reports under "%s"',
    async (license) => {
      await checkFixture(
        `${declared(license)}{\n${marked('	int x; bpf_probe_read_kernel(&x, 4, p); return 0;', 'bpf_probe_read_kernel', 'the verifier refuses')}`,
        context,
      );
    },
  );

  it.each(['GPL', 'GPL v2', 'GPL and additional rights', 'Dual BSD/GPL', 'Dual MIT/GPL', 'Dual MPL/GPL'])(
    'is silent under "%s"',
    async (license) => {
      await checkFixture(`${declared(license)}{\n\treturn bpf_get_stackid(ctx, &m, 0);\n}\n`, context);
    },
  );

  it.each([
    ['a macro of libbpf', '	int x; bpf_printk("x"); return 0;', 'bpf_printk'],
    ['a value', '	struct task *t = (void *)bpf_get_current_task(); return 0;', 'bpf_get_current_task'],
    ['what is returned', '	return bpf_get_stackid(ctx, &m, 0);', 'bpf_get_stackid'],
    ['a condition', '	if (bpf_probe_read_user(&x, 4, p) < 0 && y) return 0;', 'bpf_probe_read_user'],
    [
      'behind an initialiser',
      '	struct event e = { .x = 1 }; bpf_perf_event_output(ctx, &m, 0, &e, 4);',
      'bpf_perf_event_output',
    ],
    [
      'behind a check for NULL',
      '	e = f(); if (!e) return 0; bpf_probe_read_kernel(&e->x, 4, p);',
      'bpf_probe_read_kernel',
    ],
  ])('sees %s', async (_, line, callee) => {
    await checkFixture(`${declared('MIT')}{\n${marked(line, callee)}`, context);
  });

  it.each([
    ['a helper for all programs', 'bpf_ktime_get_ns();'],
    ['a branch', 'if (x) { bpf_printk("x"); }'],
    ['what a branch may leave out', 'if (!enabled) return 0; bpf_printk("x");'],
    ['an operand that may be left out', 'if (0 && bpf_probe_read_kernel(&x, 4, p)) return 0;'],
    ['a loop', 'while (i < n) bpf_printk("x");'],
    ['a block of a macro', 'bpf_for(i, 0, n) { bpf_printk("x"); }'],
    ['what follows a return', 'return 0; bpf_printk("x");'],
    ['what the preprocessor may leave out', '\n#ifdef DEBUG\n\tbpf_printk("x");\n#endif'],
    ['a member', 'ops->bpf_get_stack(ctx);'],
    ['a comment', '/* bpf_printk("x") */'],
    ['its address', 'take(bpf_get_stack);'],
  ])('is silent on %s', async (_, body) => {
    await checkFixture(`${declared('MIT')}{\n\t${body}\n\treturn 0;\n}\n`, context);
  });

  it.each([
    ['defines the name', declared('MIT', '#define bpf_printk(x) 0\n')],
    ['has a function of the name', declared('MIT', 'static int bpf_printk(char *x) { return 0; }\n')],
    ['has two licenses', declared('MIT', 'char OTHER[] SEC("license") = "GPL";\n')],
    ['takes the license from a macro', declared('MIT').replace('"MIT"', 'MY_LICENSE')],
    ['takes it from a condition', `#ifdef X\n${declared('MIT').replace(';', ';\n#endif')}`],
  ])('is silent where the file %s', async (_, head) => {
    await checkFixture(`${head}{\n\tbpf_printk("x");\n\treturn 0;\n}\n`, context);
  });

  it('offers the license, and leaves it to the author', async () => {
    const source = `${declared('MIT')}{\n${marked('	int x; bpf_printk("x"); return 0;', 'bpf_printk', 'bpf_trace_printk')}`;
    const [finding] = await checkFixture(source, context);
    expect(finding?.fixes.map(({ preferred }) => preferred)).toEqual([false]);
    expect(finding && applyFix(declared('MIT'), finding)).toBe(declared('GPL'));
  });
});
