/** Pointers that may be NULL: `null-check` reports nothing that loads, and what its fix makes loads. */
import { expect, test } from 'vitest';
import type { KernelView } from '#server/view';
import { judge, outcome } from '#support/bpf/judge';
import type { Candidate } from '#support/bpf/judge';
import { requireKernel } from '#support/bpf/requirements';
import { testAnalyzer } from '#support/analyzer';
import { applyFix, findingsOf } from '#support/check-fixture';
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
    const repaired = await Promise.all(reported.map(({ candidate }) => fixed(candidate, kernel)));
    const again = await judge(repaired, { attach: false, kernel, shared });
    const refused = again.filter((one) => outcome(one.kernel) !== 'ok' || one.findings.length > 0);
    expect(refused.map(({ candidate }) => candidate.text)).toEqual([]);
  });
});

function program(name: string, body: string): Candidate {
  return {
    name,
    text: `SEC("tp/syscalls/sys_enter_close")\nint ${name}(struct trace_event_raw_sys_enter *ctx)\n{\n\t__u32 key = ctx->args[0];\n\t${body}\n\treturn 0;\n}\n`,
  };
}

/** As the editor would have it: the fixes of a file of its own. */
async function fixed(candidate: Candidate, kernel: KernelView): Promise<Candidate> {
  const context = { analyzer: await testAnalyzer(), kernel };
  const before = `#include "vmlinux.h"\nchar LICENSE[] SEC("license") = "GPL";\n${shared}`;
  const [finding] = await findingsOf(before + candidate.text, context);
  if (finding === undefined) throw new Error(`nothing to fix in ${candidate.name}`);
  return { ...candidate, text: applyFix(before + candidate.text, finding).slice(before.length) };
}
