/** What clang wrote, read by us and by bpftool. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { readBtf } from '#core/btf/reader';
import { bpftoolDefinitions, bpftoolTypes, definitionsOf, likeBpftool, whyNoBpftool } from '#support/bpftool';

const missing = whyNoBpftool();

describe.each(['types.btf', 'types-big-endian.btf'])('%s', (file) => {
  const path = fileURLToPath(new URL(`fixtures/${file}`, import.meta.url));
  const btf = readBtf(readFileSync(path)).value;

  beforeEach(({ skip }) => {
    if (missing) skip(missing);
  });

  it('reads every type as bpftool does', () => {
    const ours = Array.from({ length: btf.endId - 1 }, (_, i) => likeBpftool(btf, i + 1));
    expect(ours).toEqual(bpftoolTypes(path));
    expect(ours).toHaveLength(72);
  });

  it('writes the same definitions as bpftool', () => {
    expect(definitionsOf(btf)).toEqual(bpftoolDefinitions(path));
  });
});
