/** The arguments of every raw tracepoint: those that the kernel's BTF has, and no other, as the kernel itself says. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { isFunctionPointer, parameterOf, tracedBy } from '#server/traced/prototype';
import type { Traced } from '#server/traced/prototype';
import type { KernelView } from '#server/view';
import { vmlinuxHeader } from '#support/bpf/compile';
import { disagreements, judge, outcome } from '#support/bpf/judge';
import type { Candidate } from '#support/bpf/judge';
import { requireKernel } from '#support/bpf/requirements';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

describeUnless(requireKernel(), 'prog-args', () => {
  test('says of the last argument and of the next one what the kernel says, of every raw tracepoint', async () => {
    const kernel = await liveKernel();
    const events = rawTracepoints(kernel);
    expect(events.length).toBeGreaterThan(1000);

    // The thirteenth word is refused by the verifier: no context of a raw tracepoint has more than twelve.
    const candidates = events.flatMap(([event, traced]) => [
      ...(traced.values.length > 0 ? [reads('raw_tp', event, traced, traced.values.length - 1)] : []),
      ...(traced.values.length < 12 ? [reads('raw_tp', event, traced, traced.values.length)] : []),
    ]);
    const judged = await judge(candidates, { attach: true, kernel });
    expect(disagreements(judged, { code: 'prog-args', refusal: 'attach EINVAL' })).toEqual([]);
    const shorter = events.filter(([, { values }]) => values.length < 12);
    expect(judged.filter((one) => outcome(one.kernel) !== 'ok')).toHaveLength(shorter.length);
  });

  test('says of every argument of BTF tracepoints what the verifier says', async () => {
    const kernel = await liveKernel();
    const events = rawTracepoints(kernel);
    const candidates = events.flatMap(([event, traced]) =>
      Array.from({ length: traced.values.length + 1 }, (_, n) => reads('tp_btf', event, traced, n)),
    );
    const judged = await judge(candidates, { attach: false, kernel });
    expect(disagreements(judged, { code: 'prog-args', refusal: 'load EACCES' })).toEqual([]);
    const callbacks = events.flatMap(([, traced]) =>
      traced.values.filter((_, n) => isFunctionPointer(traced, n)),
    );
    expect(judged.filter((one) => outcome(one.kernel) !== 'ok')).toHaveLength(
      events.length + callbacks.length,
    );
  });

  test('knows the prototypes as bpftool writes them', async () => {
    const header = await readFile(await vmlinuxHeader(), 'utf8');
    const written = new Map(
      Array.from(header.matchAll(/^typedef void \(\*btf_trace_(\w+)\)\((.*)\);$/gm), ([, event, list]) => [
        event,
        compact(list ?? ''),
      ]),
    );
    const ours = rawTracepoints(await liveKernel()).map(([event, { types, values }]) => [
      event,
      compact(['void *', ...values.map(({ type }) => types.declaration(type, ''))].join(', ')),
    ]);
    expect(new Map(ours as [string, string][])).toEqual(written);
  });
});

const compact = (text: string): string => text.replace(/\s+/g, '');

function rawTracepoints({ index: { types } }: KernelView): readonly (readonly [string, Traced])[] {
  return types.typedefNames().flatMap((name) => {
    if (!name.startsWith('btf_trace_')) return [];
    const event = name.slice('btf_trace_'.length);
    const traced = tracedBy(types, `raw_tp/${event}`);
    if (traced === undefined) throw new Error(`no prototype of ${event}`);
    return [[event, traced] as const];
  });
}

/** A program that reads an argument; three ways to write that take turns. */
function reads(section: string, event: string, traced: Traced, n: number): Candidate {
  const name = `${section}_${event}_${n}`;
  const way = (event.length + n) % 3;
  // BPF_PROG takes twelve parameters.
  if (n < 12 && way === 0)
    return program(section, event, name, `BPF_PROG(${named(name, traced, n)})`, 'mine');
  if (section === 'raw_tp' && way === 1)
    return program(section, event, name, `${name}(struct bpf_raw_tracepoint_args *ctx)`, `ctx->args[${n}]`);
  return program(section, event, name, `${name}(unsigned long long *ctx)`, `ctx[${n}]`);
}

function named(name: string, traced: Traced, n: number): string {
  const before = Array.from({ length: n }, (_, i) => parameterOf(traced, i) ?? '');
  return [name, ...before, 'long mine'].join(', ');
}

function program(section: string, event: string, name: string, head: string, value: string): Candidate {
  const text = `
SEC("${section}/${event}")
int ${head}
{
	bpf_printk("%ld", ${value});
	return 0;
}
`;
  return { name, text };
}
