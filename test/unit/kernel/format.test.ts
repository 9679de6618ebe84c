import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFormat } from '#core/kernel/format';
import type { FormatField, TracepointFormat } from '#core/kernel/model';
import { formatOf, schedProcessExec, schedSwitch, sysEnterOpenat } from './formats';

function format(text: string, category = 'c', name = 'e'): TracepointFormat {
  const { value, problems } = parseFormat(text, category, name);
  expect(problems).toEqual([]);
  if (value === undefined) throw new Error('no format');
  return value;
}

/** The one field of an event that has only this one; `attributes` is `offset size signed`. */
function field(declaration: string, attributes = '8 4 0'): FormatField | undefined {
  return format(formatOf('e', [`${declaration} ${attributes}`])).fields[0];
}

describe('parseFormat on files as kernels print them', () => {
  it('reads sched_switch', () => {
    const { fields, commonFields, ...rest } = format(schedSwitch, 'sched', 'sched_switch');
    expect(rest).toMatchObject({ category: 'sched', name: 'sched_switch', id: 314, recordSize: 64 });
    expect(rest.printFmt).toMatch(/^"prev_comm=%s.*REC->next_prio$/);
    expect(commonFields.map((f) => f.name)).toEqual([
      'common_type',
      'common_flags',
      'common_preempt_count',
      'common_pid',
    ]);
    expect(fields.map((f) => [f.memberName, f.offset, f.size, f.signed])).toEqual([
      ['prev_comm', 8, 16, true],
      ['prev_pid', 24, 4, true],
      ['prev_prio', 28, 4, true],
      ['prev_state', 32, 8, true],
      ['next_comm', 40, 16, true],
      ['next_pid', 56, 4, true],
      ['next_prio', 60, 4, true],
    ]);
    expect(fields[0]).toEqual({
      name: 'prev_comm',
      type: 'char',
      declaration: 'char prev_comm[16]',
      offset: 8,
      size: 16,
      signed: true,
      arrayLength: 16,
      elementType: 'char',
      memberName: 'prev_comm',
      isPointer: false,
    });
  });

  it('reads a syscall', () => {
    const { fields, recordSize } = format(sysEnterOpenat, 'syscalls', 'sys_enter_openat');
    expect(recordSize).toBe(48);
    expect(fields[2]).toEqual({
      name: 'filename',
      type: 'const char *',
      declaration: 'const char * filename',
      offset: 24,
      size: 8,
      signed: false,
      elementType: 'const char *',
      memberName: 'filename',
      isPointer: true,
    });
  });

  it('reads a __data_loc field', () => {
    expect(format(schedProcessExec, 'sched', 'sched_process_exec').fields[0]).toEqual({
      name: 'filename',
      type: '__data_loc char[]',
      declaration: '__data_loc char[] filename',
      offset: 8,
      size: 4,
      signed: true,
      dynamic: 'data_loc',
      elementType: 'char',
      memberName: '__data_loc_filename',
      isPointer: false,
    });
  });
});

describe('parseFormat on declarations', () => {
  // Type, name, elements, element type, pointer: what f_show() makes of TP_STRUCT__entry macros' arguments.
  it.each([
    ['void* ring', 'void*', 'ring', undefined, true],
    ['unsigned src[4]', 'unsigned', 'src', 4, false],
    ['u8 x[2][4]', 'u8', 'x', 8, false],
    ['u8 x[2] [4]', 'u8', 'x', 8, false],
    ['char buf[0]', 'char', 'buf', 0, false],
    ['unsigned long args[]', 'unsigned long', 'args', undefined, false],
    ['char file[20+1]', 'char', 'file', 4, false],
    ['unsigned int rc[EXT4_FC_REASON_MAX]', 'unsigned int', 'rc', 1, false],
    ['struct foo rc[SOME_ENUM]', 'struct foo', 'rc', undefined, false],
    ['__u8 saddr[sizeof(struct sockaddr_in6)]', '__u8', 'saddr', 4, false],
    ['u8 x[n[1]]', 'u8', 'x', 4, false],
    ['const char *const * argv', 'const char *const *', 'argv', undefined, true],
    ['const struct attr *const attr', 'const struct attr *const', 'attr', undefined, true],
    ['void __seg_gs * ptr', 'void __seg_gs *', 'ptr', undefined, true],
    ['const char * names[2]', 'const char *', 'names', 2, false],
    ['union bpf_attr * uattr', 'union bpf_attr *', 'uattr', undefined, true],
    ['union ieee80211_u u', 'union ieee80211_u', 'u', undefined, false],
    ['struct { int a; void *b; } s', 'struct { int a; void *b; }', 's', undefined, false],
    ['struct { int a; } * s', 'struct { int a; } *', 's', undefined, true],
    ['void (*)(struct rcu_head *) func', 'void (*)(struct rcu_head *)', 'func', undefined, true],
    ['int (*func)(void)', 'int (*)(void)', 'func', undefined, true],
    ['enum foo x', 'enum foo', 'x', undefined, false],
  ])('%s', (declaration, type, name, arrayLength, isPointer) => {
    const parsed = field(declaration);
    expect(parsed).toMatchObject({ declaration, type, name, elementType: type, memberName: name, isPointer });
    expect(parsed?.arrayLength).toBe(arrayLength);
    expect(parsed?.dynamic).toBeUndefined();
  });

  it('takes an array of no bytes for one of no elements', () => {
    expect(field('unsigned long args[]', '8 0 0')?.arrayLength).toBe(0);
  });

  it.each([
    ['__data_loc char[] x', '__data_loc char[]', 'data_loc', 'char', '__data_loc_x'],
    ['__data_loc char x[]', '__data_loc char[]', 'data_loc', 'char', '__data_loc_x'],
    ['__data_loc struct foo[] x', '__data_loc struct foo[]', 'data_loc', 'struct foo', '__data_loc_x'],
    ['__data_loc cpumask_t x', '__data_loc cpumask_t', 'data_loc', 'cpumask_t', '__data_loc_x'],
    ['__data_loc const char *[] x', '__data_loc const char *[]', 'data_loc', 'const char *', '__data_loc_x'],
    // f_show() spares only __data_loc from turning the array round.
    ['__rel_loc char x[]', '__rel_loc char[]', 'rel_loc', 'char', '__rel_loc_x'],
    ['__rel_loc char[] x', '__rel_loc char[]', 'rel_loc', 'char', '__rel_loc_x'],
  ])('%s', (declaration, type, dynamic, elementType, memberName) => {
    const parsed = field(declaration);
    expect(parsed).toMatchObject({ name: 'x', type, dynamic, elementType, memberName, isPointer: false });
    expect(parsed?.arrayLength).toBeUndefined();
  });

  it('keeps a name that occurs twice, and a common_ name of the event itself', () => {
    const { fields } = format(formatOf('e', ['int x 8 4 1', 'int x 12 4 1', 'int common_x 16 4 1']));
    expect(fields.map((f) => [f.name, f.offset])).toEqual([
      ['x', 8],
      ['x', 12],
      ['common_x', 16],
    ]);
  });

  it('ends the record where the last field listed ends, as trace_event_get_offsets() does', () => {
    expect(format(formatOf('e', ['int x 16 8 1', 'int y 8 4 1'])).recordSize).toBe(12);
    expect(format(formatOf('e', [])).recordSize).toBe(8);
  });
});

describe('parseFormat on the rest of the file', () => {
  it('keeps real newlines and statement expressions of the print fmt', () => {
    const printFmt = '"a\nfield:int x;\toffset:1;\n%s", ({ int i; for (i = 0; i < 3; i++) ; __get_str(s); })';
    const parsed = format(formatOf('e', ['int x 8 4 1'], printFmt));
    expect(parsed.printFmt).toBe(printFmt);
    expect(parsed.fields).toHaveLength(1);
  });

  it('reads CRLF like LF', () => {
    expect(format(schedSwitch.replaceAll('\n', '\r\n'), 'sched', 'sched_switch')).toEqual(
      format(schedSwitch, 'sched', 'sched_switch'),
    );
  });

  it('loses one field to an offset or size that is no number, and the end of the record with the last one', () => {
    const broken = formatOf('e', ['int x 8 four 1', 'int y -12 4 1', 'int z 16 4 1']);
    const { value, problems } = parseFormat(broken, 'c', 'e');
    expect(value?.fields.map((f) => f.name)).toEqual(['z']);
    expect(value?.recordSize).toBe(20);
    expect(problems).toEqual([
      { message: 'the size of x is no number', where: 'line 9' },
      { message: 'the offset of y is no number', where: 'line 10' },
    ]);
    expect(parseFormat(formatOf('e', ['int x 8 4 1', 'int y 12 4x 1']), 'c', 'e').value?.recordSize).toBe(
      Infinity,
    );
  });

  it('is undefined for a text that is no format', () => {
    for (const text of ['', '\0\0\0', 'cat: format: No such file or directory\n'])
      expect(parseFormat(text, 'c', 'e').value).toBeUndefined();
  });

  it('says that a file is of another event', () => {
    expect(parseFormat(schedSwitch, 'sched', 'sched_waking').problems).toEqual([
      { message: 'the name is sched_switch, not sched_waking', where: 'line 1' },
    ]);
  });
});

describe('parseFormat on damaged files', () => {
  const originals = [
    ['sched_switch', schedSwitch],
    ['sys_enter_openat', sysEnterOpenat],
    ['sched_process_exec', schedProcessExec],
  ] as const;

  it.each(originals)('%s without any one line loses no more than that line', (name, text) => {
    const whole = format(text, 'c', name);
    const lines = text.split('\n');
    lines.slice(0, -1).forEach((line, i) => {
      const { value, problems } = parseFormat(lines.filter((_, j) => j !== i).join('\n'), 'c', name);
      const lost = line.startsWith('\tfield:') ? 1 : 0;
      const count = (value?.fields.length ?? 0) + (value?.commonFields.length ?? 0);
      expect(count, line).toBe(whole.fields.length + whole.commonFields.length - lost);
      expect(problems.map((p) => p.message)).toEqual(
        line.startsWith('name:')
          ? ['no name']
          : line.startsWith('ID:')
            ? ['no ID']
            : line.startsWith('print fmt')
              ? ['no print fmt']
              : [],
      );
    });
  });

  it('never throws, and names what it could not read', () => {
    const damage = fc.record({ at: fc.nat(), remove: fc.nat(40), insert: fc.string({ maxLength: 8 }) });
    fc.assert(
      fc.property(
        fc.constantFrom(...originals),
        fc.array(damage, { maxLength: 4 }),
        ([name, text], edits) => {
          let damaged: string = text;
          for (const { at, remove, insert } of edits) {
            const start = at % (damaged.length + 1);
            damaged = damaged.slice(0, start) + insert + damaged.slice(start + remove);
          }
          const { value, problems } = parseFormat(damaged, 'c', name);
          if (value === undefined) expect(problems).not.toEqual([]);
          for (const f of [...(value?.fields ?? []), ...(value?.commonFields ?? [])]) {
            expect(f.name).toMatch(/^\w+$/);
            expect(Number.isInteger(f.offset) && Number.isInteger(f.size)).toBe(true);
          }
        },
      ),
    );
  });
});
