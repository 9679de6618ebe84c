/** The lines and functions of fixtures/records.bpf.c, found by the text of the file itself. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readBtfExt } from '#core/elf/btf-ext';
import { sectionNamed } from '#core/elf/elf';
import { objectOf, variants } from '../decode/objects';

const source = readFileSync(new URL('../decode/fixtures/records.bpf.c', import.meta.url), 'utf8').split('\n');

describe.each(variants)('%s', (variant) => {
  const { ext, btf } = objectOf(variant);

  it('says which function begins where', () => {
    const functions = ext.functions.map(({ section, offset, typeId }) => [section, offset, btf.name(typeId)]);
    expect(functions).toEqual([
      ['tp/syscalls/sys_enter_openat', 0, 'on_open'],
      ['tp/syscalls/sys_exit_close', 0, 'on_close'],
      ['perf_event', 0, 'on_sample'],
      ['raw_tp', 0, 'on_raw'],
    ]);
  });

  it('says the line of each instruction, with its text', () => {
    // Line 0 is what the compiler made of no line.
    const lines = ext.lines.filter(({ line }) => line > 0);
    expect(lines.length).toBeGreaterThan(20);
    for (const { file, line, text } of lines) {
      expect(file).toMatch(/records\.bpf\.c$/);
      expect(text).toBe(source[line - 1]);
    }
    const reserve = source.findIndex((text) => text.includes('bpf_ringbuf_reserve(&events')) + 1;
    const column = (source[reserve - 1] ?? '').indexOf('bpf_ringbuf_reserve') + 1;
    const first = ext.lines.find(({ section }) => section === 'tp/syscalls/sys_enter_openat');
    expect(first).toMatchObject({ line: reserve, column, offset: 0 });
  });

  it('has no CO-RE relocations where the program has none', () => {
    expect(ext.relocations).toEqual([]);
  });
});

it('says what is wrong with bytes that are none', () => {
  const { btf, elf } = objectOf('records');
  const { strings } = btf.files[0];
  expect(readBtfExt(new Uint8Array(3), strings).problems).toHaveLength(1);
  const real = sectionNamed(elf, '.BTF.ext')?.data.slice() ?? new Uint8Array(0);
  // The size of a function's record, at the start of the first subsection.
  new DataView(real.buffer).setUint32(32, 4, true);
  const broken = readBtfExt(real, strings);
  expect(broken.problems).toHaveLength(1);
  expect(broken.value.functions).toEqual([]);
  expect(broken.value.lines.length).toBeGreaterThan(20);
});
