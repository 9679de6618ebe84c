import { describe, expect, it } from 'vitest';
import { applyFix, checkFixture, findingsOf } from '#support/check-fixture';
import { fixtureContext } from './context';

const context = await fixtureContext();
const program = (body: string) => `
#define SIZE 600
struct event { char path[256]; __u64 numbers[40]; };
const volatile int on;
SEC("kprobe/vfs_read")
int handle(struct pt_regs *ctx)
{
${body}
	return 0;
}
`;
const read = (name: string) => `\tbpf_probe_read_kernel(${name}, sizeof(${name.replace('&', '')}), ctx);`;

describe('stack-limit', () => {
  it('tells a struct that is too large', async () => {
    const caret =
      '//             ^ error[stack-limit]: e takes 576 bytes, and the stack of a BPF program has 512';
    await checkFixture(program(`\tstruct event  e;\n${caret}\n${read('&e')}`), context);
  });

  it('adds up what is there at once', async () => {
    const source = program(`\tchar a[200];\n\tchar b[320];\n${read('a')}\n${read('b')}`);
    const [finding] = await findingsOf(source, context);
    expect(finding).toMatchObject({ code: 'stack-limit', related: [{ message: 'a takes 200 bytes' }] });
    expect(finding?.message).toMatch(/^a, b take 520 bytes/);
  });

  it.each([
    ['what fits', `\tchar a[512];\n${read('a')}`],
    ['what is not on the stack', `\tstatic char a[600];\n${read('a')}`],
    ['what nobody gets', '\tchar a[600];\n\ta[1] = 2;'],
    ['what is copied as a whole', `\tstruct event e;\n${read('&e')}\n\t*record = e;`],
    ['what a function gets', '\tstruct event e;\n\tfill(&e);'],
    [
      'blocks that share their place',
      `\tif (on) {\n\t\tchar a[300];\n${read('a')}\n\t} else {\n\t\tchar b[300];\n${read('b')}\n\t}`,
    ],
    ['what may be left out', `\tchar a[600];\n\tif (on)\n\t${read('a')}`],
    ['a size of a header', `\tchar a[PATH_MAX];\n${read('a')}`],
    ['a type of a header', `\tstruct elsewhere e;\n${read('&e')}`],
  ])('is silent about %s', async (_, body) => {
    const findings = await findingsOf(program(body), context);
    expect(findings.filter(({ code }) => code === 'stack-limit')).toEqual([]);
  });

  it('reads sizes by macros of the file', async () => {
    const findings = await findingsOf(program(`\tchar a[SIZE];\n${read('a')}`), context);
    expect(findings.map(({ code }) => code)).toEqual(['stack-limit']);
  });

  const fixOf = async (source: string) => {
    const [finding] = await findingsOf(source, context);
    expect(finding?.code).toBe('stack-limit');
    return finding?.fixes[0] && applyFix(source, finding);
  };

  it('moves a local into a per-CPU array', async () => {
    const source = program(
      `\tstruct event e = {};\n\tint n = 0;\n\n\te.path[0] = n;\n${read('&e')}\n\tif (n > 3)\n\t\treturn 1;`,
    );
    expect(await fixOf(source)).toBe(
      program(
        `\t__u32 zero = 0;\n\tstruct event *e = bpf_map_lookup_elem(&scratch_e, &zero);\n\tint n = 0;\n\n\tif (!e)\n\t\treturn 1;\n\t__builtin_memset(e, 0, sizeof(*e));\n\n\te->path[0] = n;\n\tbpf_probe_read_kernel(e, sizeof(*e), ctx);\n\tif (n > 3)\n\t\treturn 1;`,
      ).replace(
        'SEC(',
        `struct {\n\t__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);\n\t__uint(max_entries, 1);\n\t__type(key, __u32);\n\t__type(value, struct event);\n} scratch_e SEC(".maps");\n\nSEC(`,
      ),
    );
  });

  it('moves the largest of several, if the others fit then', async () => {
    const moved = await fixOf(program(`\tchar a[200];\n\tchar b[320];\n${read('a')}\n${read('b')}`));
    expect(moved).toContain('char *b = bpf_map_lookup_elem(&scratch_b, &zero);');
    expect(moved).toContain('bpf_probe_read_kernel(b, sizeof(char[320]), ctx);');
    const many = [1, 2, 3, 4, 5].map((n) => `\tchar a${n}[200];\n${read(`a${n}`)}`);
    expect(await fixOf(program(many.join('\n')))).toBeUndefined();
  });

  it.each([
    ['is declared with others', `\tchar a[600], b[8];\n${read('a')}`],
    ['holds what is no zero', `\tchar a[600] = "x";\n${read('a')}`],
    ['is cleared, and too large for that', `\tchar a[1600] = {};\n${read('a')}`],
    ['is too large for an element', `\tchar a[40000];\n${read('a')}`],
    ['stands in a block', `\tif (ctx) {\n\t\tchar a[600];\n\t${read('a')}\n\t}`],
    ['is volatile', `\tvolatile char a[600];\n${read('a')}`],
    ['is an array whose address is taken', '\tchar a[600];\n\tbpf_probe_read_kernel(&a, sizeof(a), ctx);'],
    ['has to be on the stack', '\tstruct event e;\n\tbpf_loop(8, step, &e, 0);'],
    ['has two dimensions', `\tchar a[2][300];\n${read('a')}`],
    ['may be named by a macro', `\tchar SIZE[600];\n${read('SIZE')}`],
  ])('offers no move where it %s', async (_, body) => {
    const found = await findingsOf(program(body), context);
    expect(found.flatMap(({ fixes }) => fixes)).toEqual([]);
  });

  it('offers none in programs that sleep', async () => {
    const source = program(`\tchar a[600];\n${read('a')}`);
    expect(await fixOf(source)).toBeDefined();
    expect(await fixOf(source.replace('kprobe/', 'fentry.s/'))).toBeUndefined();
  });
});
