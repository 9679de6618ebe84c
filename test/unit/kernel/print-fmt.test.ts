import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFormat } from '#core/kernel/format';
import { parsePrintFmt, type PrintFmt } from '#core/kernel/print-fmt';
import type { ValueTable } from '#core/kernel/value-tables';
import { schedProcessExec, schedSwitch, sysEnterOpenat } from './formats';

function parse(text: string): PrintFmt {
  const { value, problems } = parsePrintFmt(text);
  expect(problems).toEqual([]);
  return value;
}

const printFmtOf = (file: string): string => parseFormat(file, '', '').value?.printFmt ?? '';

/** The tables of a print fmt with one argument. */
const tables = (argument: string): readonly ValueTable[] => parse(`"%s", ${argument}`).tables;

const fieldsOf = (argument: string): readonly string[] | undefined =>
  parse(`"%s", ${argument}`).args[0]?.fields;

describe('parsePrintFmt on whole texts', () => {
  it('reads a syscall', () => {
    const { format, args } = parse(printFmtOf(sysEnterOpenat));
    expect(format).toBe('dfd: 0x%08lx, filename: 0x%08lx, flags: 0x%08lx, mode: 0x%08lx');
    expect(args[1]).toEqual({ text: '((unsigned long)(REC->filename))', fields: ['filename'] });
    expect(args.map((a) => a.fields)).toEqual([['dfd'], ['filename'], ['flags'], ['mode']]);
  });

  it('reads dynamic fields', () => {
    expect(parse(printFmtOf(schedProcessExec)).args).toEqual([
      { text: '__get_str(filename)', fields: ['filename'] },
      { text: 'REC->pid', fields: ['pid'] },
      { text: 'REC->old_pid', fields: ['old_pid'] },
    ]);
  });

  it('reads the flags of sched_switch, whose value is a part of the field', () => {
    const { args, tables: found } = parse(printFmtOf(schedSwitch));
    expect(args).toHaveLength(8);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ field: 'prev_state', kind: 'flags', delimiter: '|', direct: false });
    expect(found[0]?.expression).toMatch(/^REC->prev_state & \(/);
    expect(found[0]?.values.map((v) => `${v.value.toString()}${v.name}`)).toEqual(
      '1S 2D 4T 8t 16X 32Z 64P 128I'.split(' '),
    );
  });
});

describe('parsePrintFmt on the format string', () => {
  it.each([
    ['an empty one', '""', '', 0],
    ['no arguments', '"no args"', 'no args', 0],
    // TP_printk's string is printed decoded: bare newlines and bare quotes.
    ['a real newline', '"a\nb %d\n", REC->x', 'a\nb %d\n', 1],
    ['bare quotes', '"instr="%s" addr=0x%llx", __get_str(i), REC->addr', 'instr="%s" addr=0x%llx', 2],
    ['a bare quote before a comma', '"a="%s", b="%s"", REC->a, REC->b', 'a="%s", b="%s"', 2],
    ['a bare quoted word', '"say "a" "b": %d", REC->x', 'say "a" "b": %d', 1],
    // trace_export.c prints the literals as they are written.
    ['literals side by side', '"\\t=> %ps\\n" "\\t=> %ps\\n", REC->a, REC->b', '\t=> %ps\n\t=> %ps\n', 2],
    ['escaped quotes', '"(%lx) a=\\"%s\\"", REC->__probe_ip, __get_str(a)', '(%lx) a="%s"', 2],
    ['CRLF', '"%d",\r\n REC->x\r\n', '%d', 1],
  ])('%s', (_, text, format, count) => {
    const parsed = parse(text);
    expect(parsed.format).toBe(format);
    expect(parsed.args).toHaveLength(count);
  });

  it.each([
    ['', 'no format string'],
    ['REC->x', 'no format string'],
    ['"no end, REC->x', 'the format string has no end'],
    ['"%d", (REC->x', 'unbalanced ('],
    ['"%d", REC->x]', 'unbalanced ]'],
    ['"%d", (REC->x]', 'unbalanced ]'],
    ['"%d %s", REC->x, "abc', 'unterminated string'],
    ['"%d", REC->x @ 2', 'not C: @'],
  ])('reports %j', (text, message) => {
    expect(parsePrintFmt(text).problems.map((p) => p.message)).toContain(message);
  });
});

describe('parsePrintFmt on arguments', () => {
  it.each<[string, string[]]>([
    ['REC->x', ['x']],
    ['(u64)((REC)->x) + REC->y + REC->x', ['x', 'y']],
    ['&REC->addr[0]', ['addr']],
    ['((struct sockaddr *)REC->saddr)->sa_family', ['saddr']],
    ['(char *)((void *)REC + (REC->__data_loc_name & 0xffff))', ['name']],
    ['__get_rel_str(msg)', ['msg']],
    ['__print_array(__get_dynamic_array(buf), __get_dynamic_array_len(buf), 1)', ['buf']],
    ['__print_hex(REC->mac, 6)', ['mac']],
    ['__get_bitmask(cpus)', ['cpus']],
    ['REC->sync ? "sync, not REC->async" : "("', ['sync']],
    ["({ int i = ','; for (; i < 3; i++) ; REC->x; })", ['x']],
    ['jiffies_to_msecs(HZ)', []],
    ['__get_str(RECORD)', ['RECORD']],
    ['__get_buf(1 + 2)', []],
  ])('%s reads %j', (argument, fields) => {
    expect(fieldsOf(argument)).toEqual(fields);
  });

  it('splits at commas outside of brackets and strings only', () => {
    const { args } = parse('"%s %d %s", f(a, {b, c}[1, 2]), ({ x, y; }), "q, \\", r"');
    expect(args.map((a) => a.text)).toEqual(['f(a, {b, c}[1, 2])', '({ x, y; })', '"q, \\", r"']);
  });
});

describe('the tables of parsePrintFmt', () => {
  it('reads __print_symbolic', () => {
    expect(
      tables('__print_symbolic(REC->state, { 0, "R" }, {-1,"none"} ,{ (1 << 3) | 0x40, "a" "b" })'),
    ).toEqual([
      {
        field: 'state',
        expression: 'REC->state',
        direct: true,
        kind: 'symbolic',
        values: [
          { value: 0n, name: 'R' },
          { value: -1n, name: 'none' },
          { value: 72n, name: 'ab' },
        ],
      },
    ]);
  });

  it('reads __print_flags and the forms for 64 bits, in casts, ternaries and calls', () => {
    const found = tables(
      'REC->a ? __print_flags_u64((unsigned long)(REC->a), " | ", { 1ULL << 40, "x" }) : ' +
        'f((const char *)(__print_symbolic_u64(REC->b, { -9ULL, "y" })))',
    );
    expect(found).toEqual([
      {
        field: 'a',
        expression: '(unsigned long)(REC->a)',
        direct: true,
        kind: 'flags',
        delimiter: ' | ',
        values: [{ value: 1099511627776n, name: 'x' }],
      },
      {
        field: 'b',
        expression: 'REC->b',
        direct: true,
        kind: 'symbolic',
        values: [{ value: 18446744073709551607n, name: 'y' }],
      },
    ]);
  });

  it.each([
    ['REC->x', 'x', true],
    ['((u8)(REC->x))', 'x', true],
    ['REC->x & 7', 'x', false],
    ['(REC->x >> 13) & (8 - 1)', 'x', false],
    ['(1 << REC->x)', 'x', false],
    ['REC->x[0]', 'x', false],
    ['~(REC->x)', 'x', false],
    ['f(REC->x)', 'x', false],
    ['REC->found ? REC->x : 0', 'x', false],
    ['__get_dynamic_array(x)', 'x', false],
  ])('names the field that %s looks up', (expression, field, direct) => {
    expect(tables(`__print_symbolic(${expression}, {1, "a"})`)).toMatchObject([
      { field, expression, direct },
    ]);
  });

  it.each(['3', 'REC->a + REC->b', 'REC->c ? REC->a : REC->b', 'x->y', ''])(
    'has none where the value %j is not of one field',
    (expression) => {
      expect(tables(`__print_symbolic(${expression}, {1, "a"})`)).toEqual([]);
    },
  );

  it('leaves out what is no constant, no name or no entry, and keeps the rest', () => {
    const entries =
      '{ TCP_CLOSE, "close" }, { 1, NULL }, {1, "a", 2}, {}, f(2, "b"), { 3, "c" }, {4}, { sizeof(int), "d" }';
    const text = `__print_symbolic(REC->s, ${entries})`;
    expect(tables(text)[0]?.values).toEqual([{ value: 3n, name: 'c' }]);
    const known = parsePrintFmt(`"%s", ${text}`, (name) => (name === 'TCP_CLOSE' ? 7n : undefined));
    expect(known.value.tables[0]?.values).toEqual([
      { value: 7n, name: 'close' },
      { value: 3n, name: 'c' },
    ]);
  });
});

describe('parsePrintFmt on anything', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '"',
      "'",
      '\\',
      ',',
      '(',
      ')',
      '{',
      '}',
      '[',
      ']',
      '?',
      ':',
      '->',
      'REC',
      'REC->x',
      '1',
      '<<',
      '~',
      '\n',
      ' ',
      '__print_flags(',
      '__print_symbolic(REC->x, ',
      '{ 1, "a" }',
      '__get_str(s)',
      '"%s", ',
    ),
    fc.string({ maxLength: 3 }),
  );

  it('never throws', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const { value, problems } = parsePrintFmt(pieces.join(''));
        expect(Array.isArray(value.args) && Array.isArray(problems)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('survives random edits of a real one, and says where brackets lost their partners', () => {
    const text = printFmtOf(schedSwitch);
    fc.assert(
      fc.property(fc.nat(text.length - 1), (at) => {
        const { problems } = parsePrintFmt(text.slice(0, at) + text.slice(at + 1));
        const bracket = '(){}'.includes(text.charAt(at));
        if (bracket) expect(problems.some((p) => p.message.startsWith('unbalanced'))).toBe(true);
      }),
    );
  });

  it('takes no more than linear time for a text full of quotes and brackets', () => {
    const deep = `"%s", ${'('.repeat(100_000)}`;
    const quotes = `"${'a", '.repeat(50_000)}`;
    const start = performance.now();
    parsePrintFmt(deep);
    parsePrintFmt(quotes);
    // Quadratic would be minutes.
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
