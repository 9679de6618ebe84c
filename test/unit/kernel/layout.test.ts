import { describe, expect, it } from 'vitest';
import { createTypeIndex } from '#core/btf/index';
import type { StructLayout } from '#core/btf/types';
import { parseFormat } from '#core/kernel/format';
import { formatSignature, layoutMismatches, structSignature } from '#core/kernel/layout';
import type { TracepointFormat } from '#core/kernel/model';
import { BtfBuilder, type MemberSpec } from '#support/btf-builder';
import { formatOf, schedProcessExec } from './formats';

const { value: exec } = parseFormat(schedProcessExec, 'sched', 'sched_process_exec');

/** A struct of 32-bit members, each `name@byte`. */
function struct(...members: string[]): StructLayout {
  const btf = new BtfBuilder();
  const int = btf.int('int', 4, { signed: true });
  const specs: MemberSpec[] = members.map((member) => {
    const [name = '', byte = ''] = member.split('@');
    return { name, type: int, at: Number(byte) * 8 };
  });
  btf.struct('s', 64, specs);
  const layout = createTypeIndex({ vmlinux: btf.build() }).value.struct('s');
  if (layout === undefined) throw new Error('no struct');
  return layout;
}

function mismatches(layout: StructLayout, by: 'name' | 'place', format: TracepointFormat | undefined = exec) {
  if (format === undefined) throw new Error('no format');
  return layoutMismatches(format, layout, by).map(({ field, member }) => [field.name, member?.name]);
}

describe('layoutMismatches', () => {
  it('has none for the kernel’s own struct', () => {
    const own = struct('ent@0', '__data_loc_filename@8', 'pid@12', 'old_pid@16');
    expect(mismatches(own, 'name')).toEqual([]);
    expect(mismatches(own, 'place')).toEqual([]);
  });

  it('compares by name what libbpf relocates by name', () => {
    const renamed = struct('__data_loc_filename@8', 'tgid@12', 'pid@16');
    expect(mismatches(renamed, 'name')).toEqual([
      ['pid', 'pid'],
      ['old_pid', undefined],
    ]);
    expect(mismatches(renamed, 'place')).toEqual([]);
  });

  it('names the member that lies over a field', () => {
    expect(mismatches(struct('filename@8', 'a@14', 'b@18'), 'place')).toEqual([
      ['pid', 'a'],
      ['old_pid', 'a'],
    ]);
  });

  it('compares sizes', () => {
    const { value } = parseFormat(formatOf('e', ['long pid 8 8 1']), 'c', 'e');
    expect(mismatches(struct('pid@8'), 'name', value)).toEqual([['pid', 'pid']]);
    expect(mismatches(struct('pid@8'), 'place', value)).toEqual([['pid', 'pid']]);
  });
});

describe('signatures', () => {
  it('are equal for a format and its struct, whatever holds the common fields', () => {
    const expected = '__data_loc_filename@8:4;pid@12:4;old_pid@16:4;';
    expect(exec && formatSignature(exec)).toBe(expected);
    for (const common of [['ent@0'], ['common_type@0', 'common_pid@4'], []]) {
      expect(
        structSignature(struct(...common, '__data_loc_filename@8', 'pid@12', 'old_pid@16', '__data@20')),
      ).toBe(expected);
    }
  });
});
