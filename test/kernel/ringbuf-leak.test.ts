/** Records that are not given back: `ringbuf-leak` reports nothing that loads, and what its fix makes loads. */
import { expect, test } from 'vitest';
import { judge, outcome, type Candidate, type Judged } from '#support/bpf/judge';
import { fixed } from '#support/bpf/fixed';
import { requireKernel } from '#support/bpf/requirements';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

const shared = `
struct event { __u64 time; __u32 pid; __u32 kind; char comm[16]; __u64 values[4]; };
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");
const volatile int option;
#ifndef unlikely
#define unlikely(x) __builtin_expect(!!(x), 0)
#endif
`;

const origins = [
  'struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);',
  'struct event *e;\n\te = (struct event *)bpf_ringbuf_reserve(&events, sizeof(struct event), 0);',
];
/** How the result is looked at; `%` is all that follows. */
const tests = [
  'if (!e)\n\t\treturn 0;\n\t%\n\treturn 0;',
  'if (unlikely(e == NULL))\n\t\treturn 1;\n\te->time = 1;\n\t%\n\treturn 0;',
  'if (e) {\n\t\te->pid = 2;\n\t\t%\n\t}\n\treturn 0;',
  'if (!e)\n\t\tgoto out;\n\te->time = bpf_ktime_get_ns();\n\t%\nout:\n\treturn 0;',
  'if (!e || bpf_get_numa_node_id() == 3)\n\t\treturn 0;\n\t%\n\treturn 0;',
];
/** What happens between, with a condition `?`. */
const middles = [
  '',
  'if (?)\n\t\treturn 0;',
  'if (?) {\n\t\tbpf_ringbuf_discard(e, 0);\n\t\treturn 0;\n\t}',
  'if (?) {\n\t\te->kind = 1;\n\t} else {\n\t\te->kind = 2;\n\t}',
  'if (?)\n\t\te->kind = 1;\n\telse\n\t\treturn 0;',
  'bpf_get_current_comm(&e->comm, sizeof(e->comm));\n\tfor (int i = 0; i < 4; i++)\n\t\te->values[i] = i;',
  'if (?) {\n\t\tbpf_ringbuf_submit(e, 0);\n\t\treturn 0;\n\t}\n\te->pid = 7;',
  'if (?) {\n\t\tif (b == 4)\n\t\t\treturn 0;\n\t\te->kind = 3;\n\t}',
];
const conditions = [
  'a == 3',
  'bpf_get_smp_processor_id() == 1',
  'option',
  'bpf_probe_read_kernel(&e->time, sizeof(e->time), ctx) < 0',
];
const ends = [
  'bpf_ringbuf_submit(e, 0);',
  'bpf_ringbuf_discard(e, 0);',
  '',
  'if (b)\n\t\tbpf_ringbuf_submit(e, 0);',
  'if (b)\n\t\tbpf_ringbuf_submit(e, 0);\n\telse\n\t\tbpf_ringbuf_discard(e, BPF_RB_NO_WAKEUP);',
];

function programs(): readonly Candidate[] {
  const bodies = origins.flatMap((origin, n) =>
    tests.flatMap((check) =>
      middles.flatMap((middle) =>
        (middle.includes('?') ? conditions : ['']).flatMap((condition, c) =>
          // The second way to write the origin with one condition only.
          n > 0 && c > 0
            ? []
            : ends.map(
                (end) =>
                  `${origin}\n\n\t${check.replace('%', `${middle.replace('?', condition)}\n\t${end}`)}`,
              ),
        ),
      ),
    ),
  );
  return bodies.map((body, n) => program(`p${n}`, body));
}

function program(name: string, body: string): Candidate {
  const text = `SEC("tp/syscalls/sys_enter_close")\nint ${name}(struct trace_event_raw_sys_enter *ctx)\n{\n\t__u64 a = ctx->args[0];\n\t__u64 b = ctx->args[1];\n\t${body}\n}\n`;
  return { name, text };
}

const leaks = ({ kernel }: Judged): boolean =>
  outcome(kernel) !== 'ok' && kernel.log.includes('Unreleased reference');
const isReported = ({ findings }: Judged): boolean => findings.some(({ code }) => code === 'ringbuf-leak');
const texts = (judged: readonly Judged[]) => judged.map(({ candidate }) => candidate.text);

describeUnless(requireKernel(), 'ringbuf-leak', () => {
  test('what is reported is refused, what loads is not reported, and the fix makes it load', async () => {
    const kernel = await liveKernel();
    const judged = await judge(programs(), { attach: false, kernel, shared });
    expect(texts(judged.filter((one) => isReported(one) && !leaks(one)))).toEqual([]);
    const silent = judged.filter((one) => leaks(one) && !isReported(one));
    const reported = judged.filter(isReported);
    // The verifier knows the value of an option; all else is seen.
    expect(texts(silent.filter(({ candidate }) => !candidate.text.includes('if (option)')))).toEqual([]);
    expect(judged.length).toBe(850);
    expect(reported.length).toBeGreaterThan(350);

    const repaired = await Promise.all(
      reported
        .filter(({ findings }) => findings.every(({ fixes }) => fixes.length > 0))
        .map(({ candidate }) => fixed(candidate, { kernel, shared })),
    );
    const again = await judge(repaired, { attach: false, kernel, shared });
    expect(repaired.length).toBeGreaterThan(60);
    expect(texts(again.filter((one) => outcome(one.kernel) !== 'ok' || one.findings.length > 0))).toEqual([]);
  });
});
