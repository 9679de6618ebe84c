import { describe, expect, it } from 'vitest';
import { applyFix, checkFixture, findingsOf } from '#support/check-fixture';
import { fixtureContext } from './context';

const context = await fixtureContext();
const program = (body: string, head = '') => `
struct event { __u64 time; __u32 pid; char comm[16]; };
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");
${head}
SEC("tp/syscalls/sys_enter_openat")
int handle(struct trace_event_raw_sys_enter *ctx)
{
	struct event *e;
	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e)
		return 0;
${body}
}
`;
const leaking = '\t\treturn 0;\n//^^^^^^^^^ error[ringbuf-leak]: e is still reserved here';

describe('ringbuf-leak', () => {
  it.each([
    ['on one way', `\tif (ctx->args[0] == 3)\n${leaking}\n\tbpf_ringbuf_submit(e, 0);\n\treturn 0;`],
    [
      'where a read failed',
      `\tif (bpf_probe_read_user(&e->time, 8, (void *)1) < 0)\n${leaking}\n\tbpf_ringbuf_submit(e, 0);\n\treturn 0;`,
    ],
    ['on all ways', `\te->pid = 1;\n\tif (ctx->args[0])\n${leaking}\n\treturn 0;`],
    [
      'of a goto',
      `\tif (ctx->args[0])\n\t\tgoto out;\n\tbpf_ringbuf_submit(e, 0);\nout:\n\t{\n${leaking}\n\t}`,
    ],
  ])('tells a leak %s', async (_, body) => {
    await checkFixture(program(body), context);
  });

  it('discards it on each way', async () => {
    const source = program(
      '\tif (ctx->args[0] == 3)\n\t\treturn 0;\n\tif (ctx->args[1] == 4)\n\t\treturn 0;\n\tbpf_ringbuf_submit(e, 0);\n\treturn 0;',
    );
    const findings = await findingsOf(source, context);
    expect(findings.map(({ code }) => code)).toEqual(['ringbuf-leak']);
    const [finding] = findings;
    const text = finding ? applyFix(source, finding) : '';
    expect(text.match(/bpf_ringbuf_discard\(e, 0\);\n\t\treturn 0;/g)).toHaveLength(2);
    expect(await findingsOf(text, context)).toEqual([]);
  });

  it.each([
    [
      'a function of the file',
      '\tdone(e);\n\treturn 0;',
      'static void done(void *e) { bpf_ringbuf_submit(e, 0); }',
    ],
    ['a function of a header', '\tfinish(e);\n\treturn 0;', ''],
    ['an alias', '\tstruct event *other = e;\n\tbpf_ringbuf_submit(other, 0);\n\treturn 0;', ''],
    ['its first member', '\tvoid *p = &e->time;\n\tbpf_ringbuf_submit(p, 0);\n\treturn 0;', ''],
    ['a macro of the file', '\tDONE;\n\treturn 0;', '#define DONE bpf_ringbuf_submit(e, 0)'],
    ['a macro of a header', '\tSUBMIT(0);\n\treturn 0;', ''],
    [
      'an option',
      '\tif (on)\n\t\treturn 0;\n\tbpf_ringbuf_submit(e, 0);\n\treturn 0;',
      'const volatile int on;',
    ],
    [
      'a flag that says whether it is held',
      '\tint held = 1;\n\tif (ctx->args[0] == 3) {\n\t\tbpf_ringbuf_submit(e, 0);\n\t\theld = 0;\n\t}\n\tif (held)\n\t\tbpf_ringbuf_discard(e, 0);\n\treturn 0;',
      '',
    ],
    [
      'the same condition twice',
      '\tif (ctx->args[0] == 3)\n\t\tbpf_ringbuf_submit(e, 0);\n\tif (ctx->args[0] != 3)\n\t\tbpf_ringbuf_discard(e, 0);\n\treturn 0;',
      '',
    ],
    ['the preprocessor', '#ifdef X\n\tbpf_ringbuf_submit(e, 0);\n#endif\n\treturn 0;', ''],
    [
      'a loop that gives it back',
      '\tfor (int i = 0; i < 2; i++) {\n\t\tbpf_ringbuf_submit(e, 0);\n\t\tbreak;\n\t}\n\treturn 0;',
      '',
    ],
    [
      'a switch',
      '\tswitch (ctx->args[0]) {\n\tcase 1:\n\t\tbpf_ringbuf_submit(e, 0);\n\t\tbreak;\n\tdefault:\n\t\tbpf_ringbuf_discard(e, 0);\n\t}\n\treturn 0;',
      '',
    ],
    ['a constant condition', '\tif (0)\n\t\treturn 1;\n\tbpf_ringbuf_submit(e, 0);\n\treturn 0;', ''],
    ['what is returned', '\treturn done(e);', ''],
  ])('is silent about %s', async (_, body, head) => {
    const findings = await findingsOf(program(body, head), context);
    expect(findings.filter(({ code }) => code === 'ringbuf-leak')).toEqual([]);
  });
});
