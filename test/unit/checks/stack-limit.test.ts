import { describe, expect, it } from 'vitest';
import { checkFixture, findingsOf } from '#support/check-fixture';
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
});
