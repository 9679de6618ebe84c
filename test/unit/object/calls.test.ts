/** Calls of the compiled object beside its source: test/unit/object/fixtures, by clang -target bpf -O2 -g, llvm-strip -g. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readBpfObject } from '#core/elf/bpf-object';
import { checkSource } from '#server/check-source';
import { testAnalyzer } from '#support/analyzer';
import { severalKernels } from '#support/bundled';
import type { BundledId } from '#support/bundled';

const fixtures = new URL('fixtures/', import.meta.url);
const source = readFileSync(new URL('calls.bpf.c', fixtures), 'utf8');
const { value: object } = readBpfObject(readFileSync(new URL('calls.o', fixtures)));
const uri = 'file:///home/me/calls.bpf.c';

interface Options {
  readonly others?: readonly BundledId[];
  readonly text?: string;
  readonly withObject?: boolean;
}

async function findings(
  target: BundledId,
  { others = [], text = source, withObject = true }: Options = {},
): Promise<readonly string[]> {
  const kernel = await severalKernels(target, others);
  const analyzer = await testAnalyzer();
  const found = await checkSource(text, { analyzer, kernel, uri, ...(withObject && { object }) });
  return found.map(({ span, severity, code, message }) => {
    const line = text.slice(0, span.start).split('\n').length;
    const kernels = /^On [^:]*/.exec(message)?.[0] ?? '';
    return `${line} ${text.slice(span.start, span.end)} ${severity}[${code}] ${kernels}`.trimEnd();
  });
}

const everywhere = [
  // What the macro calls, in a function that the program calls.
  '23 LOAD(ctx, &byte); error[helper-unavailable]',
  // Source and object agree: the source's own finding.
  '37 bpf_skb_load_bytes error[helper-unavailable]',
];

it('says what the source does not show, and each thing once', async () => {
  expect(await findings('6.12-debian-amd64')).toEqual(everywhere);
  expect(await findings('5.10-debian-amd64')).toEqual([
    '15 commands error[map-definition]',
    ...everywhere,
    '52 bpf_rcu_read_lock warning[kfunc-unknown]',
    '53 bpf_rcu_read_unlock warning[kfunc-unknown]',
  ]);
});

it('says what only other kernels lack', async () => {
  const others = ['6.1-debian-amd64', '5.10-debian-amd64'] as const;
  expect(await findings('6.12-debian-amd64', { others })).toEqual([
    '15 commands warning[map-definition] On 5.10-debian-amd64',
    ...everywhere,
    '52 bpf_rcu_read_lock warning[kfunc-unknown] On 6.1-debian-amd64 and 5.10-debian-amd64',
    '53 bpf_rcu_read_unlock warning[kfunc-unknown] On 6.1-debian-amd64 and 5.10-debian-amd64',
  ]);
});

it('sees the source alone without an object', async () => {
  expect(await findings('6.12-debian-amd64', { withObject: false })).toEqual(everywhere.slice(1));
});

it('believes the object where the verifier does not come to the call', async () => {
  // The object is of another text, in which the call is guarded; here the source alone says that it is made.
  const text = source
    .replace(/\tif \(bpf_core_field_exists.*\n/, '\t\n')
    .replace('LOAD(ctx, ctx)', 'bpf_skb_load_bytes(ctx, 0, ctx, 1)');
  const own = '45 bpf_skb_load_bytes error[helper-unavailable]';
  const [without, beside] = await Promise.all(
    [false, true].map((withObject) => findings('6.12-debian-amd64', { text, withObject })),
  );
  expect(without).toContain(own);
  expect(beside).toEqual(everywhere);
});
