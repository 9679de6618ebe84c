/** Locals that do not fit on the stack: `stack-limit` says nothing that clang does not say, and what is silent compiles. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { checkSource } from '#server/check-source';
import { testAnalyzer } from '#support/analyzer';
import { compileBpf } from '#support/bpf/compile';
import { loadPrograms } from '#support/bpf/loader';
import { requireKernel } from '#support/bpf/requirements';
import { applyFix } from '#support/check-fixture';
import { liveKernel } from '#support/live-kernel';
import { runTool } from '#support/process';
import { describeUnless } from '#support/requirement';

const head = `#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
struct large { char path[256]; __u64 numbers[40]; };
struct medium { char path[200]; __u32 n; };
struct record { char bytes[1024]; };
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");
const volatile int option;
`;
const read = (name: string) => `bpf_probe_read_kernel(${name}, sizeof(${name.replace('&', '')}), ctx);`;

/** Whether it is told, and the body. */
const shapes: readonly (readonly [told: (size: number) => boolean, body: (size: number) => string])[] = [
  [(size) => size > 512, (size) => `char a[${size}];\n\t${read('a')}`],
  [
    (size) => size > 512,
    (size) =>
      `char a[${size}];\n\tif (${read('a').slice(0, -1)} < 0)\n\t\treturn 1;\n\ta[3] = 1;\n\t${read('a')}`,
  ],
  [(size) => size > 256, (size) => `char a[${size}], b[${size}];\n\t${read('a')}\n\t${read('b')}`],
  [
    (size) => size > 204,
    (size) =>
      `struct medium m;\n\tchar a[${size}];\n\tchar c[104];\n\t${read('&m')}\n\t${read('a')}\n\t${read('c')}`,
  ],
  [() => true, () => `struct large l;\n\t${read('&l')}`],
  [
    (size) => size > 512,
    (size) => `if (ctx) {\n\t\tchar a[${size}];\n\t\t${read('a')}\n\t}\n\tchar b[${size}];\n\t${read('b')}`,
  ],
  // Not kept, or not certainly.
  [() => false, () => `static struct large l;\n\t${read('&l')}`],
  [() => false, (size) => `char a[${size}];\n\ta[0] = 1;`],
  [
    () => false,
    (size) =>
      `if (option) {\n\t\tchar a[${size / 2}];\n\t\t${read('a')}\n\t} else {\n\t\tchar b[${size / 2}];\n\t\t${read('b')}\n\t}`,
  ],
  [
    () => false,
    (size) =>
      `struct record *r = bpf_ringbuf_reserve(&events, sizeof(*r), 0);\n\tif (!r)\n\t\treturn 0;\n\tbpf_probe_read_kernel(r->bytes, ${size}, ctx);\n\tbpf_ringbuf_submit(r, 0);`,
  ],
];
const sizes = [8, 64, 104, 200, 208, 248, 264, 400, 504, 520, 640, 1000];

describeUnless(requireKernel(), 'stack-limit', () => {
  test('clang refuses exactly what is told', async () => {
    const cases = shapes.flatMap(([told, body], n) =>
      sizes.map((size) => ({ name: `f${n}_${size}`, isTold: told(size), body: body(size) })),
    );
    const programs = cases.map(
      ({ name, body }) => `SEC("kprobe/x")\nint ${name}(void *ctx)\n{\n\t${body}\n\treturn 0;\n}\n`,
    );
    const text = head + programs.join('');
    const folder = await mkdtemp(join(tmpdir(), 'ebpf-workbench-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await writeFile(join(folder, 'x.bpf.c'), text);
    const { stderr } = await runTool('clang', [
      ...['-target', 'bpf', '-O2', '-g', '-ferror-limit=0', '-idirafter', '/usr/include/x86_64-linux-gnu'],
      ...['-c', join(folder, 'x.bpf.c'), '-o', join(folder, 'x.o')],
    ]);
    const lines = text.split('\n');
    const refused = new Set(
      Array.from(
        stderr.matchAll(/:(\d+):\d+: error: Looks like the BPF stack limit/g),
        ([, line]) =>
          lines
            .slice(0, Number(line))
            .findLast((one) => one.startsWith('int '))
            ?.slice(4)
            .split('(')[0],
      ),
    );
    const findings = await checkSource(text, { analyzer: await testAnalyzer(), kernel: await liveKernel() });
    let position = head.length;
    const wrong = cases.flatMap(({ name, isTold, body }, n) => {
      const [start, end] = [position, position + (programs[n]?.length ?? 0)];
      position = end;
      const own = findings.filter(({ span }) => span.start >= start && span.start < end);
      const said = [...new Set(own.map(({ code }) => code))].join();
      const isRight = said === (isTold ? 'stack-limit' : '') && (refused.has(name) || !isTold);
      return isRight ? [] : [`${name}: ${body} refused ${refused.has(name)} told ${said}`];
    });
    expect(wrong).toEqual([]);
    // It fills the stack to the last byte, which clang 14 takes for too much.
    const silent = cases.filter(({ name, isTold }) => refused.has(name) && !isTold);
    expect(silent.map(({ name }) => name)).toEqual(['f3_200']);
    expect(cases.filter(({ isTold }) => isTold).length).toBe(35);
  });

  test('programs load after the fixes', async () => {
    const bodies = [
      `char a[600];\n\t${read('a')}\n\tif (a[3] == 7)\n\t\ta[9] = 1;\n\tbpf_perf_event_output(ctx, &output, 0, a, sizeof(a));`,
      `struct large l;\n\tlong err;\n\n\terr = ${read('&l')}\n\tif (err < 0)\n\t\treturn 1;\n\tl.path[3] = 7;\n\tbpf_perf_event_output(ctx, &output, 0, &l, sizeof(l));`,
      `struct large l = {};\n\tint n = bpf_get_prandom_u32();\n\n\tl.numbers[n & 7] = 1;\n\tbpf_probe_read_kernel_str(&l.path[4], sizeof(l.path) - 4, ctx);\n\tbpf_perf_event_output(ctx, &output, 0, &l, sizeof(l));`,
      `struct medium m;\n\tchar a[320];\n\tchar c[104];\n\t${read('&m')}\n\t${read('a')}\n\t${read('c')}`,
      `__u64 a[80] = {0};\n\t__u64 *first = &a[1];\n\t${read('a')}\n\t*first = 3;\n\treturn a[2] > 3;`,
      `struct record r;\n\tchar a[513];\n\t${read('a')}\n\t${read('&r')}`,
    ];
    const programs = bodies.map(
      (body, n) => `SEC("raw_tp/sched_switch")\nint f${n}(void *ctx)\n{\n\t${body}\n\treturn 0;\n}\n`,
    );
    const output =
      'struct { __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY); __uint(key_size, 4); __uint(value_size, 4); } output SEC(".maps");\n';
    const [analyzer, kernel] = [await testAnalyzer(), await liveKernel()];
    let text = head + output + programs.join('');
    let fixes = 0;
    for (;;) {
      const [finding, ...others] = await checkSource(text, { analyzer, kernel });
      if (!finding) break;
      expect([finding, ...others].map(({ code }) => code)).toEqual(
        [finding, ...others].map(() => 'stack-limit'),
      );
      text = applyFix(text, finding);
      fixes++;
    }
    expect(fixes).toBe(7);
    const { path } = await compileBpf(text);
    const verdicts = await loadPrograms(path, { attach: false });
    expect(verdicts.map(({ load, log }) => [load, load === 'ok' ? '' : log])).toEqual(
      bodies.map(() => ['ok', '']),
    );
  });
});
