import { beforeAll, describe, expect, it } from 'vitest';
import { applyFix, findingsOf } from '#support/check-fixture';
import type { FixtureContext } from '#support/check-fixture';
import { fixtureContext } from './context';

describe('null-check', () => {
  let context: FixtureContext;
  beforeAll(async () => {
    context = await fixtureContext();
  });
  const program = (body: string, type = 'HASH') => `
char LICENSE[] SEC("license") = "GPL";
struct value { __u64 count; __u64 bytes[4]; };
struct { __uint(type, BPF_MAP_TYPE_${type}); __uint(max_entries, 16); __type(key, __u32); __type(value, struct value); } map SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");
SEC("tp/syscalls/sys_enter_openat")
int handle(struct trace_event_raw_sys_enter *ctx)
{
	__u32 key = ctx->args[0];
	${body}
	return 0;
}
`;
  const lookup = 'struct value *v = bpf_map_lookup_elem(&map, &key);\n\t';

  it('reports the use, and the fix checks before it', async () => {
    const source = program(`${lookup}\n\tv->count += 1;`);
    const [finding] = await findingsOf(source, context);
    expect(finding).toMatchObject({ code: 'null-check', severity: 'error' });
    const fixed = (finding && applyFix(source, finding)) ?? '';
    expect(fixed).toMatch(/if \(!v\)\n\t\treturn 0;\n\s*v->count \+= 1;/);
    expect(await findingsOf(fixed, context)).toEqual([]);
  });

  it.each([
    `${lookup}v->bytes[2] = 1;`,
    `struct value *v;\n\n\tv = (struct value *)bpf_map_lookup_elem(&map, &key);\n\tv->count++;`,
    `${lookup}__sync_fetch_and_add(&v->count, 1);`,
    `${lookup}if (key == 3)\n\t\tkey = 4;\n\tv->count = key;`,
    `struct value *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);\n\te->count = 1;\n\tbpf_ringbuf_submit(e, 0);`,
    // Ways on which nothing has looked.
    `${lookup}struct value *w = v;\n\tv->count = 1;`,
    `${lookup}struct value *w = v;\n\tw->count = 1;`,
    `${lookup}goto out;\nout:\n\tv->count = 1;`,
    `${lookup}if (ctx->args[1] == 3) {\n\t\tif (!v)\n\t\t\treturn 0;\n\t}\n\tv->count = 1;`,
    `${lookup}if (!v)\n\t\tbpf_printk("none");\n\tv->count = 1;`,
    `${lookup}if (!v && ctx->args[1] == 2)\n\t\treturn 0;\n\tv->count = 1;`,
    `${lookup}if (!v) {\n\t\tbpf_map_update_elem(&map, &key, &own, 0);\n\t\tv = bpf_map_lookup_elem(&map, &key);\n\t}\n\tv->count++;`,
    `${lookup}if (!v)\n\t\treturn 0;\n\tv->count = 1;\n\tv = bpf_map_lookup_elem(&map, &key);\n\tv->count = 2;`,
    `${lookup}for (int i = 0; i < 4; i++)\n\t\tv->bytes[i] = i;`,
    `for (int i = 0; i < 4; i++) {\n\t\tkey = i;\n\t\t${lookup}v->count++;\n\t}`,
    `${lookup}bpf_probe_read_kernel(v->bytes, sizeof(v->bytes), ctx);`,
    `${lookup}bpf_printk("%d", v->count);`,
    `${lookup}__u64 n = bpf_ktime_get_ns() - v->count;\n\tbpf_printk("%d", n);`,
    `${lookup}if (v->count > 0)\n\t\tbpf_printk("some");`,
    `${lookup}return v->count;`,
  ])('reports %j', async (body) => {
    expect((await findingsOf(program(body), context)).map(({ code }) => code)).toEqual(['null-check']);
  });

  it.each([
    `${lookup}if (!v)\n\t\treturn 0;\n\tv->count = 1;`,
    `${lookup}if (v)\n\t\tv->count = 1;`,
    `${lookup}ASSERT(v);\n\tv->count = 1;`,
    `struct value *v;\n\tif ((v = bpf_map_lookup_elem(&map, &key))) {\n\t\tv->count = 1;\n\t}`,
    `struct value *v;\n\tif (!(v = bpf_map_lookup_elem(&map, &key)))\n\t\treturn 0;\n\tv->count = 1;`,
    `${lookup}__u64 n = sizeof(v->count);\n\tkey = n;`,
    // Read, and perhaps not used.
    `${lookup}__u64 n = v->count;\n\tkey = n;`,
    `${lookup}v = &own;\n\tv->count = 1;`,
    `struct value *v = lookup(bpf_map_lookup_elem(&map, &key));\n\tv->count = 1;`,
    `struct value *v = bpf_map_lookup_elem(&map, &key) ?: &own;\n\tv->count = 1;`,
    `struct value *v = bpf_map_lookup_elem(inner, &key);\n\tv->count = 1;`,
    `if (0) {\n\t\t${lookup}v->count = 1;\n\t}`,
    `${lookup}if (!v || v->count == 3)\n\t\treturn 0;\n\tv->count = 1;`,
    `${lookup}if (v && v->count > 3)\n\t\tv->count = 1;`,
    `${lookup}if (!(v && key))\n\t\treturn 0;\n\tv->count = 1;`,
    `${lookup}return v ? v->count : 0;`,
    `${lookup}__u64 n = v ? v->count : 0;\n\tif (!n)\n\t\treturn 0;\n\tv->count = 1;`,
    `${lookup}int known = v != NULL;\n\tif (!known)\n\t\treturn 0;\n\tv->count = 1;`,
    `${lookup}if (!v)\n\t\tv = &own;\n\tv->count = 1;`,
    `${lookup}struct value *w = v;\n\tif (!w)\n\t\treturn 0;\n\tv->count = 1;`,
    `${lookup}while (v) {\n\t\tv->count = 1;\n\t\tbreak;\n\t}`,
    `${lookup}if (v)\n\t\tgoto found;\n\treturn 0;\nfound:\n\tv->count = 1;`,
    `${lookup}for (int i = 0; i < key; i++)\n\t\tv->bytes[1] = i;`,
    `${lookup}bpf_probe_read_kernel(&key, sizeof(key), v);`,
  ])('is silent: %j', async (body) => {
    expect(await findingsOf(program(body), context)).toEqual([]);
  });

  it('is silent on arrays, whose elements newer verifiers know', async () => {
    for (const type of ['ARRAY', 'PERCPU_ARRAY'])
      expect(await findingsOf(program(`${lookup}v->count = 1;`, type), context)).toEqual([]);
  });
});
