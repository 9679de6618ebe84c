/** The object beside the source that it was made of. */
import { expect, it } from 'vitest';
import { isMadeOf } from '#server/object/places';
import type { BundledId } from '#support/bundled';
import { compiledFixture, placed } from '#support/compiled-fixture';
import type { CompiledOptions } from '#support/compiled-fixture';

const fixture = compiledFixture('members');
const { source, object, uri } = fixture;

async function findings(target: BundledId, options: CompiledOptions = {}): Promise<readonly string[]> {
  const found = await fixture.findings(target, options);
  return found.map((finding) => `${placed(options.text ?? source, finding)} ${finding.message}`);
}

const refused = 'libbpf puts an instruction in its place that the verifier refuses.';

it('says what a kernel lacks, on the lines that ask for it', async () => {
  expect(await findings('5.10-debian-amd64')).toEqual([
    `33 STATE(task) + error[core-relocation] struct task_struct has no member __state on this kernel: ${refused}`,
    // Said by the source's own check, which the object agrees with.
    '35 mm_mt error[unknown-field] struct mm_struct has no member mm_mt on this kernel.',
    `41 BPF_MAP_TYPE_ARENA___x error[core-relocation] enum bpf_map_type has no BPF_MAP_TYPE_ARENA on this kernel: ${refused}`,
  ]);
  expect(await findings('6.12-debian-amd64')).toEqual([]);
});

it('warns of other kernels, if they are of the machine that it is made for', async () => {
  const others = ['6.1-debian-amd64', '6.1-debian-arm64'] as const;
  expect(await findings('6.12-debian-amd64', { others })).toEqual([
    `41 BPF_MAP_TYPE_ARENA___x warning[core-relocation] On 6.1-debian-amd64: enum bpf_map_type has no BPF_MAP_TYPE_ARENA on this kernel: ${refused}`,
  ]);
});

it('is silent without an object', async () => {
  const found = await findings('5.10-debian-amd64', { withObject: false });
  expect(found.filter((line) => line.includes('core-relocation'))).toEqual([]);
});

it('says nothing of lines that are others than were compiled', async () => {
  const text = source.replace('return STATE(task) +', 'return STATE( task ) +');
  const found = await findings('5.10-debian-amd64', { text });
  expect(found.map((line) => line.split(' ', 1)[0])).toEqual(['35', '41']);
});

it('does not believe a source that lacks what the object has', async () => {
  // The source is said to be for a struct of the kernel's: the object reads a flavour that it defines itself.
  const text = source.replace('mm_mt.ma_flags', 'mm_mtt.ma_flags');
  const [withObject, without] = await Promise.all(
    [true, false].map((one) => findings('6.12-debian-amd64', { text, withObject: one })),
  );
  expect([without?.length, withObject]).toEqual([1, []]);
});

it('knows the text that it was made of', () => {
  expect(isMadeOf(object, { uri, text: source })).toBe(true);
  expect(isMadeOf(object, { uri, text: source.replace('== 7', '== 8') })).toBe(false);
  expect(isMadeOf(object, { uri: 'file:///other.bpf.c', text: source })).toBe(false);
});
