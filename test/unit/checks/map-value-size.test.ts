import { describe, expect, it } from 'vitest';
import { applyFix, checkFixture, findingsOf } from '#support/check-fixture';
import { fixtureContext } from './context';

const context = await fixtureContext();
const program = (body: string, head = '') => `
struct pair { __u64 a; __u64 b; };
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 8); __type(key, __u64); __type(value, struct pair); } m SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");
${head}
SEC("tp/syscalls/sys_enter_openat")
int handle(struct trace_event_raw_sys_enter *ctx)
{
${body}
	return 0;
}
`;
const reserve = (size: string) =>
  `\tstruct pair *e = bpf_ringbuf_reserve(&events, ${size}, 0);\n\tif (!e)\n\t\treturn 0;\n`;

describe('map-value-size', () => {
  it.each([
    [
      'a key',
      `\t__u32 key = 1;\n\tbpf_map_lookup_elem(&m, &key);\n//                       ^^^^ warning[map-value-size]: key has 4 bytes, and the key of m has 8`,
    ],
    [
      'a value',
      `\t__u64 key = 1, v = 2;\n\tbpf_map_update_elem(&m, &key, &v, BPF_ANY);\n//                             ^^ warning[map-value-size]: v has 8 bytes, and the value of m has 16`,
    ],
    [
      'a pointer for what it points to',
      `\t__u64 key = 1;\n\tstruct pair *v = 0;\n\tbpf_map_update_elem(&m, &key, &v, BPF_ANY);\n//                             ^^ warning[map-value-size]: v has 8 bytes`,
    ],
    [
      'a record',
      `${reserve('sizeof(e)')}\t\te->b = 1;\n//^^^^ error[map-value-size]: This writes up to byte 16, and the record that is reserved has 8, which is the size of the pointer e\n\tbpf_ringbuf_submit(e, 0);`,
    ],
  ])('tells %s', async (_, body) => {
    await checkFixture(program(body), context);
  });

  it('reserves what the pointer points to', async () => {
    const source = program(`${reserve('sizeof(e)')}\te->b = 1;\n\tbpf_ringbuf_submit(e, 0);`);
    const [finding] = await findingsOf(source, context);
    const fixed = finding ? applyFix(source, finding) : '';
    expect(fixed).toContain('bpf_ringbuf_reserve(&events, sizeof(*e), 0)');
    expect(await findingsOf(fixed, context)).toEqual([]);
  });

  it.each([
    ['a key of the right size', '\t__u64 key = 1;\n\tbpf_map_delete_elem(&m, &key);'],
    ['a larger one', '\tstruct pair key = {};\n\tbpf_map_delete_elem(&m, &key);'],
    ['the first member of something', '\tstruct pair key = {};\n\tbpf_map_delete_elem(&m, &key.a);'],
    ['an element', '\t__u32 keys[2] = {};\n\tbpf_map_delete_elem(&m, &keys[0]);'],
    ['an array', '\t__u32 keys[2] = {};\n\tbpf_map_delete_elem(&m, keys);'],
    ['a type of a header', '\tstruct elsewhere key;\n\tbpf_map_delete_elem(&m, &key);'],
    ['a pointer', '\t__u32 *key = (void *)ctx;\n\tbpf_map_delete_elem(&m, key);'],
    ['another map', '\t__u32 key = 1;\n\tbpf_map_delete_elem(&elsewhere, &key);'],
    ['a write inside', `${reserve('sizeof(e)')}\te->a = 1;\n\tbpf_ringbuf_submit(e, 0);`],
    ['a record with more behind', `${reserve('sizeof(*e) + 64')}\te->b = 1;\n\tbpf_ringbuf_submit(e, 0);`],
    [
      'what may not be compiled',
      `${reserve('sizeof(e)')}\tif (on)\n\t\te->b = 1;\n\tbpf_ringbuf_submit(e, 0);`,
    ],
    [
      'a pointer that is set again',
      `${reserve('sizeof(e)')}\tbpf_ringbuf_submit(e, 0);\n\te = bpf_ringbuf_reserve(&events, 16, 0);\n\tif (!e)\n\t\treturn 0;\n\te->b = 1;\n\tbpf_ringbuf_submit(e, 0);`,
    ],
  ])('is silent about %s', async (_, body) => {
    const findings = await findingsOf(program(body, 'const volatile int on;'), context);
    expect(findings.filter(({ code }) => code === 'map-value-size')).toEqual([]);
  });
});
