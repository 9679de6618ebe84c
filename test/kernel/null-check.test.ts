/** Pointers that may be NULL: `null-check` reports nothing that loads, and what its fix makes loads. */
import { expect, test } from 'vitest';
import { judge, outcome } from '#support/bpf/judge';
import type { Candidate, Judged } from '#support/bpf/judge';
import { fixed } from '#support/bpf/fixed';
import { requireKernel } from '#support/bpf/requirements';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

const maps = ['HASH', 'LRU_HASH', 'PERCPU_HASH', 'LRU_PERCPU_HASH'] as const;
const shared = `
struct value { __u64 count; __u64 bytes[4]; };
static const struct value zero = {};
${maps
  .map(
    (type) =>
      `struct { __uint(type, BPF_MAP_TYPE_${type}); __uint(max_entries, 16); __type(key, __u32); __type(value, struct value); } m_${type} SEC(".maps");`,
  )
  .join('\n')}
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");
`;

const origins: Readonly<Record<string, readonly [origin: string, end: string]>> = {
  ...Object.fromEntries(maps.map((type) => [type, [`bpf_map_lookup_elem(&m_${type}, &key)`, '']])),
  ringbuf: ['bpf_ringbuf_reserve(&events, sizeof(*v), 0)', 'bpf_ringbuf_submit(v, 0);'],
};
const uses = [
  'v->count = 1;',
  'v->count += key;',
  'v->count++;',
  'v->bytes[1] = 3;',
  '*v = zero;',
  '__sync_fetch_and_add(&v->count, 1);',
];
/** How a use is guarded, and whether it is. */
const guards: Readonly<
  Record<string, readonly [isChecked: boolean, write: (use: string, end: string) => string]>
> = {
  none: [false, (use, end) => `${use}\n\t${end}`],
  other: [false, (use, end) => `if (key == 3)\n\t\tkey = 4;\n\t${use}\n\t${end}`],
  late: [false, (use, end) => `${use}\n\tif (!v)\n\t\treturn 0;\n\t${end}`],
  early: [true, (use, end) => `if (!v)\n\t\treturn 0;\n\t${use}\n\t${end}`],
  block: [true, (use, end) => `if (v) {\n\t\t${use}\n\t\t${end}\n\t}`],
  alias: [true, (use, end) => `struct value *w = v;\n\tif (!w)\n\t\treturn 0;\n\t${use}\n\t${end}`],
};

describeUnless(requireKernel(), 'null-check', () => {
  test('says what the verifier says, and its fix makes the program load', async () => {
    const kernel = await liveKernel();
    const cases = Object.entries(origins).flatMap(([kind, [origin, end]]) =>
      Object.entries(guards).flatMap(([guard, [isChecked, write]]) =>
        uses.map((use, n) => ({
          isChecked,
          candidate: program(`${guard}_${kind}_${n}`, `struct value *v = ${origin};\n\n\t${write(use, end)}`),
        })),
      ),
    );
    expect(cases.length).toBe(180);
    const judged = await judge(
      cases.map(({ candidate }) => candidate),
      { attach: false, kernel, shared },
    );
    const wrong = judged.filter(({ kernel: verdict, findings }, n) => {
      const { isChecked = false } = cases[n] ?? {};
      const said = findings.map(({ code }) => code).join();
      return (outcome(verdict) === 'ok') !== isChecked || said !== (isChecked ? '' : 'null-check');
    });
    expect(wrong.map(({ candidate }) => candidate.name)).toEqual([]);

    const reported = judged.filter(({ findings }) => findings.length > 0);
    expect(reported).toHaveLength(90);
    const repaired = await Promise.all(reported.map(({ candidate }) => fixed(candidate, { kernel, shared })));
    const again = await judge(repaired, { attach: false, kernel, shared });
    const refused = again.filter((one) => outcome(one.kernel) !== 'ok' || one.findings.length > 0);
    expect(refused.map(({ candidate }) => candidate.text)).toEqual([]);
  });

  test('is right on every way, and silent where it is not sure', async () => {
    const kernel = await liveKernel();
    const judged = await judge(onWays(), { attach: false, kernel, shared });
    const isReported = ({ findings }: Judged) => findings.length > 0;
    const loads = (one: Judged) => outcome(one.kernel) === 'ok';
    const texts = (some: readonly Judged[]) => some.map(({ candidate }) => candidate.text);
    const reported = judged.filter(isReported);
    expect(judged.length).toBe(369);
    expect(texts(reported.filter(loads))).toEqual([]);
    // Some are not sure: a loop that may not begin, a test of what was tested before.
    expect(judged.filter((one) => !loads(one)).length).toBe(142);
    expect(reported.length).toBeGreaterThanOrEqual(118);
    const repaired = await Promise.all(reported.map(({ candidate }) => fixed(candidate, { kernel, shared })));
    const again = await judge(repaired, { attach: false, kernel, shared });
    expect(texts(again.filter((one) => !loads(one) || isReported(one)))).toEqual([]);
  });
});

const lookup = 'struct value *v = bpf_map_lookup_elem(&m_HASH, &key);';
/** How a pointer is looked at, with a condition `?` and a use `%`. */
const ways = [
  '%',
  'if (!v)\n\t\treturn 0;\n\t%',
  'if (v == NULL)\n\t\tgoto out;\n\t%',
  'if (v) {\n\t\t%\n\t}',
  'if (v != NULL && ?) {\n\t\t%\n\t}',
  'if (!v && ?)\n\t\treturn 0;\n\t%',
  'if (!v || ?)\n\t\treturn 0;\n\t%',
  'if (? && v)\n\t\treturn 0;\n\t%',
  'if (? || !v)\n\t\treturn 0;\n\t%',
  'if (!(v && ?))\n\t\treturn 0;\n\t%',
  'if (!(v || ?))\n\t\treturn 0;\n\t%',
  'if (?) {\n\t\tif (!v)\n\t\t\treturn 0;\n\t}\n\t%',
  'if (?) {\n\t\tif (!v)\n\t\t\treturn 0;\n\t\t%\n\t}',
  'if (?) {\n\t\t%\n\t} else if (v) {\n\t\tbpf_printk("other");\n\t}',
  'if (?)\n\t\tgoto use;\n\tif (!v)\n\t\treturn 0;\nuse:\n\t%',
  'if (!v) {\n\t\tif (?)\n\t\t\treturn 0;\n\t\tbpf_printk("none");\n\t}\n\t%',
  'if (!v)\n\t\tbpf_printk("none");\n\t%',
  'if (!v) {\n\t\tbpf_map_update_elem(&m_HASH, &key, &zero, BPF_NOEXIST);\n\t\tv = bpf_map_lookup_elem(&m_HASH, &key);\n\t}\n\t%',
  'if (!v) {\n\t\tbpf_map_update_elem(&m_HASH, &key, &zero, BPF_NOEXIST);\n\t\tv = bpf_map_lookup_elem(&m_HASH, &key);\n\t\tif (!v)\n\t\t\treturn 0;\n\t}\n\t%',
  'if (?)\n\t\tv = bpf_map_lookup_elem(&m_LRU_HASH, &key);\n\tif (!v)\n\t\treturn 0;\n\t%',
  'struct value *w = v;\n\tif (?) {\n\t\tif (!w)\n\t\t\treturn 0;\n\t}\n\t%',
  'struct value *w = v;\n\tif (!w)\n\t\treturn 0;\n\t%',
  'struct value *w;\n\tw = v;\n\tif (!w)\n\t\treturn 0;\n\t%',
  'int none = !v;\n\tif (none)\n\t\treturn 0;\n\t%',
  'int found = 0;\n\tif (v)\n\t\tfound = 1;\n\tif (!found)\n\t\treturn 0;\n\t%',
  'b = v ? v->bytes[1] : 0;\n\tif (!b)\n\t\treturn 0;\n\t%',
  'v = v ?: &other;\n\t%',
  'if (!v)\n\t\tv = &other;\n\t%',
  'for (int i = 0; i < 3; i++) {\n\t\t%\n\t}',
  'for (int i = 0; i < 3; i++) {\n\t\tif (!v)\n\t\t\tbreak;\n\t\t%\n\t}',
  'for (int i = 0; i < 3; i++) {\n\t\tif (!v)\n\t\t\tbreak;\n\t}\n\t%',
  'for (int i = 0; i < 3; i++) {\n\t\tif (v)\n\t\t\tbreak;\n\t\tv = bpf_map_lookup_elem(&m_LRU_HASH, &key);\n\t}\n\tif (!v)\n\t\treturn 0;\n\t%',
  'do {\n\t\tif (!v)\n\t\t\tbreak;\n\t\t%\n\t} while (0);',
  'while (v) {\n\t\t%\n\t\tbreak;\n\t}',
  'switch (b) {\n\tcase 3:\n\t\tif (!v)\n\t\t\treturn 0;\n\t\tbreak;\n\tdefault:\n\t\treturn 0;\n\t}\n\t%',
  'if (!bpf_map_lookup_elem(&m_LRU_HASH, &key) || ?)\n\t\treturn 0;\n\tif (v)\n\t\t%',
];
const conditions = ['a == 3', 'ctx->args[2]', 'bpf_get_smp_processor_id() == 1', 'key == 4'];
const pathUses = [
  'v->count = 1;',
  'bpf_get_current_comm(v->bytes, sizeof(v->bytes));',
  'bpf_printk("%llu", v->count);',
  'b = a - v->count;\n\t\tbpf_map_delete_elem(&m_HASH, &b);',
  'u = bpf_ktime_get_ns() - v->count;\n\t\tbpf_printk("%llu", u);',
  'return v->count;',
  'if (v->bytes[0])\n\t\t\tbpf_printk("some");',
  'if (!v->count)\n\t\t\treturn 0;\n\t\tbpf_printk("some");',
  'bpf_map_update_elem(&m_LRU_HASH, &key, v, 0);',
];

function onWays(): readonly Candidate[] {
  const bodies = ways.flatMap((way) =>
    (way.includes('?)') || way.includes('(?') || way.includes('? &') ? conditions : ['']).flatMap(
      (condition, c) =>
        pathUses
          .filter((_, n) => c === 0 || n === 0)
          .map((use) => way.replace('%', use).replace(/\?(?= &&| \|\||\))/, condition)),
    ),
  );
  return bodies.map((body, n) => {
    const made = program(`way_${n}`, `${lookup}\n\n\t${body}`);
    const locals = '\t__u64 a = ctx->args[1];\n\t__u64 b = ctx->args[2], u;\n\tstruct value other = {};\n';
    const text = made.text
      .replace('\t__u32 key', `${locals}\t__u32 key`)
      .replace('\treturn 0;\n}\n', `${body.includes('out;') ? 'out:\n' : ''}\treturn 0;\n}\n`)
      .replace('sys_enter_close', 'sys_enter_openat');
    return { ...made, text };
  });
}

function program(name: string, body: string): Candidate {
  return {
    name,
    text: `SEC("tp/syscalls/sys_enter_close")\nint ${name}(struct trace_event_raw_sys_enter *ctx)\n{\n\t__u32 key = ctx->args[0];\n\t${body}\n\treturn 0;\n}\n`,
  };
}
