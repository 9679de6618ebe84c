/** Calls of the compiled object beside its source. */
import { expect, it } from 'vitest';
import type { BundledId } from '#support/bundled';
import { compiledFixture, placed } from '#support/compiled-fixture';
import type { CompiledOptions } from '#support/compiled-fixture';

const fixture = compiledFixture('calls');
const { source } = fixture;

async function findings(target: BundledId, options: CompiledOptions = {}): Promise<readonly string[]> {
  const found = await fixture.findings(target, options);
  return found.map((finding) => {
    const kernels = /^On [^:]*/.exec(finding.message)?.[0] ?? '';
    return `${placed(options.text ?? source, finding)} ${kernels}`.trimEnd();
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
