/** Sizes of what is passed to maps and got from them: `map-value-size` says what the verifier says, its fixes load. */
import { expect, test } from 'vitest';
import type { KernelView } from '#server/view';
import { testAnalyzer } from '#support/analyzer';
import { judge, outcome, type Candidate, type Judged } from '#support/bpf/judge';
import { requireKernel } from '#support/bpf/requirements';
import { applyFix, findingsOf } from '#support/check-fixture';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

const sizes = { __u8: 1, __u16: 2, __u32: 4, __u64: 8, 'struct twelve': 12, 'struct sixteen': 16 } as const;
type Type = keyof typeof sizes;
const types = Object.keys(sizes) as Type[];
const word = (type: Type) => type.replace('struct ', '');
const zero = (type: string) => (type.startsWith('struct ') ? '{}' : '0');

const shared = `
struct twelve { __u32 a; __u32 b; __u32 c; };
struct sixteen { __u64 a; __u32 b; __u16 c; };
${types
  .map(
    (type) =>
      `struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 8); __type(key, ${type}); __type(value, ${type}); } m_${word(type)} SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_QUEUE); __uint(max_entries, 8); __type(value, ${type}); } q_${word(type)} SEC(".maps");
`,
  )
  .join('')}
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");
`;

interface Case {
  readonly isWrong: boolean;
  /** What is missing lies in the last 8 bytes of the stack, which the verifier counts as one. */
  readonly isPadded?: boolean;
  readonly body: string;
}

/** A single variable on the stack, so that nothing stands behind it. */
function passed(): readonly Case[] {
  return types.flatMap((map) =>
    [...types, 'char[6]', 'char[20]'].flatMap((local): Case[] => {
      const array = /^char\[(\d+)\]$/.exec(local)?.[1];
      const size = array === undefined ? sizes[local as Type] : Number(array);
      const declared =
        array === undefined
          ? `${local} x = ${zero(local)};\n\tbpf_probe_read_kernel(&x, sizeof(x), ctx);`
          : `char x[${array}] = {};\n\tbpf_probe_read_kernel(x, sizeof(x), ctx);`;
      const isWrong = size < sizes[map];
      const isPadded = isWrong && ![1, 2, 4].includes(size) && Math.ceil(size / 8) * 8 >= sizes[map];
      const name = array === undefined ? '&x' : '(void *)x';
      return [
        `bpf_map_lookup_elem(&m_${word(map)}, ${name});`,
        `bpf_map_delete_elem(&m_${word(map)}, ${name});`,
        `bpf_map_push_elem(&q_${word(map)}, ${name}, 0);`,
        `bpf_map_peek_elem(&q_${word(map)}, ${name});`,
        `if (bpf_map_delete_elem(&m_${word(map)}, ${name}))\n\t\treturn 1;`,
      ].map((call) => ({ isWrong, isPadded, body: `${declared}\n\t${call}` }));
    }),
  );
}

/** Writes into a value or a record; `end` is the last byte that they touch. */
function written(): readonly Case[] {
  const writes: readonly (readonly [type: Type, end: number, write: string])[] = [
    ...(['__u8', '__u16', '__u32', '__u64'] as const).map((type) => [type, sizes[type], '*p = 1;'] as const),
    ['__u64', 8, '(*p)++;'],
    ['__u32', 4, '*p += 3;'],
    ['struct twelve', 4, 'p->a = 1;'],
    ['struct twelve', 8, 'p->b += 2;'],
    ['struct twelve', 12, 'p->c = 3;'],
    ['struct sixteen', 8, 'p->a++;'],
    ['struct sixteen', 12, 'p->b = 1;'],
    ['struct sixteen', 14, 'p->c = 1;'],
  ];
  const values = writes.flatMap(([type, end, write]) =>
    types.map((map): Case => {
      const key = `${map} key = ${zero(map)};\n\t`;
      const lookup = `${type} *p = bpf_map_lookup_elem(&m_${word(map)}, &key);`;
      return { isWrong: end > sizes[map], body: `${key}${lookup}\n\n\tif (!p)\n\t\treturn 0;\n\t${write}` };
    }),
  );
  const records = writes.flatMap(([type, end, write]) =>
    (['sizeof(*p)', 'sizeof(p)', '8', 'sizeof(struct twelve)', 'sizeof(__u32)'] as const).map(
      (size): Case => {
        const reserved = {
          'sizeof(*p)': sizes[type],
          'sizeof(p)': 8,
          '8': 8,
          'sizeof(struct twelve)': 12,
          'sizeof(__u32)': 4,
        }[size];
        const reserve = `${type} *p;\n\n\tp = bpf_ringbuf_reserve(&events, ${size}, 0);`;
        return {
          isWrong: end > reserved,
          body: `${reserve}\n\tif (!p)\n\t\treturn 0;\n\t${write}\n\tbpf_ringbuf_submit(p, 0);`,
        };
      },
    ),
  );
  return [...values, ...records];
}

function program({ body }: Case, n: number): Candidate {
  const name = `p${n}`;
  const text = `SEC("tp/syscalls/sys_enter_openat")\nint ${name}(struct trace_event_raw_sys_enter *ctx)\n{\n\t${body}\n\treturn 0;\n}\n`;
  return { name, text };
}

const isReported = ({ findings }: Judged): boolean => findings.some(({ code }) => code === 'map-value-size');

describeUnless(requireKernel(), 'map-value-size', () => {
  test('is said exactly where the verifier refuses', async () => {
    const kernel = await liveKernel();
    const cases = [...passed(), ...written()];
    const judged = await judge(cases.map(program), { attach: false, kernel, shared });
    const wrong = judged.filter((one, n) => {
      const refused = outcome(one.kernel) !== 'ok';
      const { isWrong = false, isPadded = false } = cases[n] ?? {};
      return refused !== (isWrong && !isPadded) || isReported(one) !== isWrong;
    });
    expect(
      wrong.map(
        ({ candidate, kernel: verdict }) => `${candidate.text}${outcome(verdict)} ${verdict.log.slice(-300)}`,
      ),
    ).toEqual([]);
    expect(judged.length).toBe(6 * 8 * 5 + 12 * 6 + 12 * 5);
    expect(judged.filter(isReported).length).toBeGreaterThan(120);

    const fixable = judged.filter(
      (one) => isReported(one) && one.findings.every(({ fixes }) => fixes.length > 0),
    );
    const fixed = await Promise.all(fixable.map(({ candidate }) => repaired(candidate, kernel)));
    for (const one of fixed) expect(one.left).toEqual([]);
    // A fix of a map's value changes what all programs share: only those that leave it alone go into one object.
    const own = fixed.filter(({ head }) => head === before);
    const again = await judge(
      own.map(({ candidate }) => candidate),
      { attach: false, kernel, shared },
    );
    expect(
      again.filter((one) => outcome(one.kernel) !== 'ok').map(({ candidate }) => candidate.text),
    ).toEqual([]);
    expect(own.length).toBeGreaterThan(30);
  });
});

const before = `#include "vmlinux.h"\nchar LICENSE[] SEC("license") = "GPL";\n${shared}`;

/** As the editor would have it: the fixes of a file of its own. */
async function repaired(candidate: Candidate, kernel: KernelView) {
  const context = { analyzer: await testAnalyzer(), kernel };
  const [finding] = await findingsOf(before + candidate.text, context);
  if (finding === undefined) throw new Error(`nothing to fix in ${candidate.name}`);
  const text = applyFix(before + candidate.text, finding);
  const start = text.indexOf('SEC("tp/');
  const left = (await findingsOf(text, context)).map(({ message }) => message);
  return { candidate: { ...candidate, text: text.slice(start) }, head: text.slice(0, start), left };
}
