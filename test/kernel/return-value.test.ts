/** Which constants programs may return, as the running kernel's verifier says. */
import { expect, test } from 'vitest';
import type { Finding } from '#server/checks/check';
import { judge, type Judged } from '#support/bpf/judge';
import { requireKernel } from '#support/bpf/requirements';
import { returnedConstants, returnPrograms } from '#support/bpf/return-programs';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

const refusal = /At program exit the (?:register R0|program may)|can't modify return value/;
const isReported = (findings: readonly Finding[]) => findings.some(({ code }) => code === 'return-value');

function wrong(judged: readonly Judged[]): readonly string[] {
  return judged.flatMap(({ candidate, kernel: { section, load, log }, findings }) => {
    const refused = load !== 'ok' && refusal.test(log);
    const { text } = candidate;
    return refused === isReported(findings)
      ? []
      : [
          `${section} ${/return .*;/.exec(text)?.[0] ?? ''}: ${refused ? 'refused' : `${load}, but reported`}`,
        ];
  });
}

describeUnless(requireKernel(), 'return-value', () => {
  test('every section and constant is reported exactly if it is refused', async () => {
    const programs = returnPrograms();
    const judged = await judge(programs, { attach: false, kernel: await liveKernel() });
    // Of some sections this kernel takes no program at all.
    const taken = new Set(judged.flatMap(({ kernel }) => (kernel.load === 'ok' ? [kernel.section] : [])));
    const asked = judged.filter(({ kernel }) => taken.has(kernel.section));
    expect(wrong(asked)).toEqual([]);
    expect(taken.size).toBeGreaterThanOrEqual(85);
    expect(asked.length).toBe(taken.size * returnedConstants.length);
    expect(asked.filter(({ findings }) => isReported(findings)).length).toBeGreaterThanOrEqual(350);
  });

  test('every fix makes the program load', async () => {
    const kernel = await liveKernel();
    const judged = await judge(
      returnPrograms().filter(({ value }) => value === 128),
      { attach: false, kernel },
    );
    const fixed = judged.flatMap(({ candidate, findings, kernel: { log } }) =>
      refusal.test(log)
        ? (findings[0]?.fixes ?? []).map(({ edits }, n) => ({
            name: `${candidate.name}_${n}`,
            text: candidate.text
              .replace('return 128', `return ${edits[0]?.newText ?? ''}`)
              .replace('(void', `_${n}(void`),
          }))
        : [],
    );
    const again = await judge(fixed, { attach: false, kernel });
    expect(again.filter(({ kernel: { load } }) => load !== 'ok')).toEqual([]);
    expect(again.length).toBeGreaterThanOrEqual(60);
  });

  test('what is said of branches is what the verifier sees', async () => {
    const bodies = [
      'if (bpf_get_prandom_u32()) return 7; return 1;',
      'long e = bpf_get_prandom_u32(); if (e == 3) return 7; return 1;',
      'int e = bpf_get_prandom_u32(); if (e < 0) return -1; return 1;',
      'if (ctx->user_family != 2) return 7; return 1;',
      'if (ctx->user_family == 2 && ctx->user_port) return 7; return 1;',
      'if (ctx->user_family == 2 || ctx->user_port) return 7; return 1;',
      'switch (ctx->protocol) { case 6: return 1; case 17: return 7; } return 0;',
      'return ctx->user_port ? 7 : 1;',
      'return ctx->user_port ? 1 : 7;',
      'if (ctx->user_port) goto out; return 1; out: return 7;',
      'if (ctx->user_port) { return 1; } else { return 7; }',
      'int *v = bpf_map_lookup_elem(&hash, &key); if (!v) return 7; return 1;',
      'int *v = bpf_map_lookup_elem(&array, &key); if (!v) return 7; return 1;',
      'void *e = bpf_ringbuf_reserve(&ring, 8, 0); if (!e) return 7; bpf_ringbuf_discard(e, 0); return 1;',
      'for (int i = 0; i < 3; i++) bpf_printk("x"); return 7;',
      'if (option) return 7; return 1;',
      'if (!option) return 1; return 7;',
      'int x = 0; if (x) return 7; return 1;',
      'if (!ctx) return 7; return 1;',
      'unsigned x = bpf_get_prandom_u32(); if (x < 0) return 7; return 1;',
      'unsigned x = bpf_get_prandom_u32() & 1; if (x > 1) return 7; return 1;',
      'if (ctx->user_port) return 1; if (ctx->user_port == 5) return 7; return 0;',
      'return option ? 7 : 1;',
    ];
    const maps = ['hash', 'array'].map(
      (name) =>
        `struct { __uint(type, BPF_MAP_TYPE_${name.toUpperCase()}); __uint(max_entries, 1); __type(key, int); __type(value, int); } ${name} SEC(".maps");`,
    );
    const globals = `${maps.join('\n')}
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } ring SEC(".maps");
const volatile int option;
`;
    const judged = await judge(
      bodies.map((body, n) => ({
        name: `b${n}`,
        text: `${n === 0 ? globals : ''}SEC("cgroup/connect4")\nint b${n}(struct bpf_sock_addr *ctx)\n{\n\tint key = 0;\n\t${body}\n}\n`,
      })),
      { attach: false, kernel: await liveKernel() },
    );
    // Nothing is reported that loads.
    const reported = judged.map(({ findings }) => isReported(findings));
    const refused = judged.map(({ kernel }) => kernel.load !== 'ok' && refusal.test(kernel.log));
    expect(judged.filter((_, n) => reported[n] === true && refused[n] === false)).toEqual([]);
    expect(reported.filter(Boolean).length).toBe(14);
    const silent = bodies.filter((_, n) => refused[n] === true && reported[n] === false);
    expect(silent).toEqual([
      'if (!ctx) return 7; return 1;',
      'if (ctx->user_port) return 1; if (ctx->user_port == 5) return 7; return 0;',
    ]);
  });
});
