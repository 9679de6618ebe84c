/** What `readelf` of binutils says of the same files is the truth where a test names it. */
import { describe, expect, it } from 'vitest';
import { EM_BPF, sectionNamed } from '#core/elf/elf';
import { readElf, relocationsOf } from '#core/elf/reader';
import { objectBytes, variants } from '../decode/objects';

describe.each(variants)('%s', (variant) => {
  const bytes = objectBytes(variant);
  const { value: elf, problems } = readElf(bytes);

  it('reads the header', () => {
    expect(problems).toEqual([]);
    expect(elf.machine).toBe(EM_BPF);
    expect(elf.littleEndian).toBe(variant !== 'records-big-endian');
  });

  it('gives the bytes of each section as a view', () => {
    const license = sectionNamed(elf, 'license');
    expect(new TextDecoder().decode(license?.data)).toBe('GPL\0');
    expect(license?.data.buffer).toBe(bytes.buffer);
    const bss = sectionNamed(elf, '.bss');
    expect([bss?.size, bss?.data.length]).toEqual([8, 0]);
    expect(elf.sections.map(({ index }) => index)).toEqual(elf.sections.map((_, i) => i));
  });

  it('reads symbols', () => {
    const named = (name: string) => elf.symbols.find((symbol) => symbol.name === name);
    expect(named('on_open')).toMatchObject({ type: 'func', binding: 'global', value: 0, size: 104 });
    expect(named('hidden')).toMatchObject({ type: 'object', binding: 'local', size: 16 });
    expect(named('counter')).toMatchObject({ type: 'object', binding: 'local', value: 0, size: 4 });
    expect(named('records.bpf.c')).toMatchObject({ type: 'file' });
    expect(named('.maps')).toMatchObject({ type: 'section', size: 0 });
    expect(elf.sections[named('events')?.section ?? 0]?.name).toBe('.maps');
  });

  it('reads relocations with their symbols', () => {
    const section = sectionNamed(elf, 'tp/syscalls/sys_enter_openat');
    const relocations = section ? relocationsOf(elf, section) : [];
    // R_BPF_64_64, at the first instruction of the program.
    expect(relocations).toMatchObject([{ offset: 0, type: 1, symbol: { name: 'events' } }]);
  });
});

describe('what is no ELF file of ours', () => {
  const real = objectBytes('records');
  const changed = (...changes: readonly (readonly [at: number, byte: number])[]) => {
    const bytes = real.slice();
    for (const [at, byte] of changes) bytes[at] = byte;
    return readElf(bytes);
  };

  it.each([
    ['nothing', readElf(new Uint8Array(0)), /magic/],
    ['text', readElf(new TextEncoder().encode('#!/bin/sh\n')), /magic/],
    ['a 32-bit file', changed([4, 1]), /64-bit/],
    ['a byte order that does not exist', changed([5, 3]), /byte order 3/],
    ['half a header', readElf(real.subarray(0, 40)), /cut off/],
  ])('%s has one problem and no sections', (_, { value, problems }, message) => {
    expect(problems.map((problem) => problem.message)).toEqual([expect.stringMatching(message)]);
    expect(value.sections).toEqual([]);
  });

  it('a file that ends before its sections do has those that are there', () => {
    const half = readElf(real.subarray(0, real.length - 64));
    expect(half.problems).toHaveLength(1);
    expect(half.value.sections.length).toBe(readElf(real).value.sections.length - 1);
  });
});
