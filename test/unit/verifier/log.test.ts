import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLogParser, parseLog } from '#core/verifier/log';
import type { ProgramLog } from '#core/verifier/model';

/** The only program of a text. */
function single(text: string): ProgramLog {
  const { programs } = parseLog(text).value;
  const [first] = programs;
  if (!first || programs.length > 1) throw new Error(`${programs.length} programs`);
  return first;
}

const withPlaces = `0: R1=ctx() R10=fp0
; u32 key = bpf_get_prandom_u32(); @ a.bpf.c:19
0: (85) call bpf_get_prandom_u32#7    ; R0=scalar()
1: (63) *(u32 *)(r10 -4) = r0         ; R0=scalar() R10=fp0 fp-8=mmmm????
;  @ a.bpf.c:0
2: (07) r2 += -4                      ; R2=fp-4
; *value += 1; @ a.bpf.c:23
3: (79) r1 = *(u64 *)(r0 +0)
R0 invalid mem access 'scalar'
processed 4 insns (limit 1000000) max_states_per_insn 0 total_states 1 peak_states 1 mark_read 0
`;

describe('the forms of a log', () => {
  it('reads instructions, lines with their files, registers, the verdict and the cost', () => {
    const log = single(withPlaces);
    expect(log.path.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(log.path[1]).toMatchObject({
      text: '(63) *(u32 *)(r10 -4) = r0',
      position: { file: 'a.bpf.c', line: 19, text: 'u32 key = bpf_get_prandom_u32();' },
      logLine: 4,
    });
    expect([...(log.path[1]?.after?.values ?? [])]).toEqual([
      ['R0', 'scalar()'],
      ['R10', 'fp0'],
      ['fp-8', 'mmmm????'],
    ]);
    expect(log.path[0]?.before?.values.get('R1')).toBe('ctx()');
    expect(log.path[2]?.position).toBeUndefined();
    expect(log.messages).toEqual([{ text: "R0 invalid mem access 'scalar'", logLine: 9 }]);
    expect(log).toMatchObject({ refused: true, truncated: false, cost: { processed: 4, limit: 1000000 } });
  });

  it('reads the texts and registers of 5.10, at level 2', () => {
    const log = single(`func#0 @0
0: R1=ctx(id=0,off=0,imm=0) R10=fp0
; int key = 0;
0: (b7) r1 = 0
1: R1_w=invP0 R10=fp0
1: (63) *(u32 *)(r10 -4) = r1
last_idx 1 first_idx 0
regs=2 stack=0 before 0: (b7) r1 = 0
2: R1_w=invP0 R10=fp0 fp-8=0000????
2: (bf) r2 = r10
R2 !read_ok
verification time 12 usec
stack depth 8+16
processed 3 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
`);
    expect(log.path[1]?.before?.values.get('R1')).toBe('invP0');
    expect(log.path[0]?.position).toEqual({ text: 'int key = 0;' });
    expect(log.messages.map(({ text }) => text)).toEqual(['R2 !read_ok']);
    expect(log.cost).toMatchObject({ stackDepth: [8, 16], microseconds: 12 });
  });

  it('reads what statistics alone (level 4) say', () => {
    const log = single(
      'unreachable insn 5\nverification time 7 usec\nstack depth 0\nprocessed 0 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0\n',
    );
    expect(log).toMatchObject({ path: [], refused: true, truncated: false });
  });

  it('knows an accepted program', () => {
    const log = single(
      '0: R1=ctx() R10=fp0\n0: (b7) r0 = 0     ; R0=0\n1: (95) exit\nprocessed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0\n',
    );
    expect(log).toMatchObject({ refused: false, messages: [] });
  });
});

describe('the path', () => {
  it('goes on from the branch that was put off last', () => {
    const log = single(`0: (15) if r1 == 0x0 goto pc+2
1: (15) if r2 == 0x0 goto pc+2
2: (95) exit

from 1 to 4: R1=1 R2=0 R10=fp0
4: (95) exit

from 0 to 3: R1=0 R10=fp0
3: (79) r0 = *(u64 *)(r1 +0)
R1 invalid mem access 'scalar'
processed 5 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
`);
    expect(log.path.map(({ index }) => index)).toEqual([0, 3]);
    expect(log.path[1]?.before?.values.get('R1')).toBe('0');
  });

  it('goes back to an earlier turn of a loop when the later one is done', () => {
    const log = single(`0: (b7) r1 = 0
1: (15) if r2 == 0x0 goto pc+1
2: (05) goto pc-2
1: (15) if r2 == 0x0 goto pc+1
2: (95) exit

from 1 to 3: R1=1
3: (95) exit

from 1 to 3: R1=0
3: (bf) r0 = r9
R9 !read_ok
processed 9 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
`);
    expect(log.path.map(({ index }) => index)).toEqual([0, 1, 3]);
  });

  it('does not take a return for a branch', () => {
    const log = single(`0: (85) call pc+2
caller:
 R10=fp0
callee:
 frame1: R1=ctx() R10=fp0
3: (b7) r0 = 1
4: (95) exit
returning from callee:
 frame1: R0=1 R10=fp0
to caller at 1:
 R0=1 R10=fp0

from 4 to 1: R0=1 R10=fp0
1: (bf) r0 = r8
R8 !read_ok
processed 4 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
`);
    expect(log.path.map(({ index }) => index)).toEqual([0, 3, 4, 1]);
    expect(log.path[1]?.before?.frame).toBe(1);
  });

  it('reads the state that stands in the line of a jump whose branch was erased', () => {
    const log = single(`; if (n) @ a.bpf.c:7
8: (15) if r0 == 0x0 goto pc+1 10: R0=0 R1=scalar(umax=5,var_off=(0x0; 0x7)) R10=fp0
10: (61) r0 = *(u32 *)(r6 +0)
same insn cannot be used with different pointers
processed 3 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
`);
    expect(log.path[0]?.text).toBe('(15) if r0 == 0x0 goto pc+1');
    expect(log.path[1]?.before?.values.get('R1')).toBe('scalar(umax=5,var_off=(0x0; 0x7))');
    // Its line may be one that was erased.
    expect(log.path[1]?.position).toBeUndefined();
  });

  it('keeps the newest part of a long one', () => {
    const loop = Array.from({ length: 100 }, (_, at) => `${at}: (07) r0 += 1\n`).join('');
    const [log] = parseLog(loop, { pathLimit: 10 }).value.programs;
    expect(log?.path.map(({ index }) => index)).toEqual([90, 91, 92, 93, 94, 95, 96, 97, 98, 99]);
    expect(log?.truncated).toBe(true);
  });
});

describe('logs in other texts', () => {
  const inner =
    '0: (79) r0 = *(u64 *)(r2 +0)\nR2 !read_ok\nprocessed 1 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0\n';
  const wrapped = (name: string) =>
    `libbpf: prog '${name}': BPF program load failed: Permission denied\nlibbpf: prog '${name}': -- BEGIN PROG LOAD LOG --\n${inner}-- END PROG LOAD LOG --\nlibbpf: prog '${name}': failed to load: -13\n`;

  it("takes the programs' names from libbpf's words, and keeps those", () => {
    const { programs, loader } = parseLog(
      `${wrapped('one')}libbpf: failed to load object 'a.o'\n${wrapped('two')}`,
    ).value;
    expect(programs.map(({ program }) => program)).toEqual(['one', 'two']);
    expect(loader.map(({ text }) => text)).toContain("failed to load object 'a.o'");
    expect(loader[0]).toMatchObject({ program: 'one' });
  });

  it('reads the words of libbpf 0.1, which names the program behind its log', () => {
    const { programs } = parseLog(
      `libbpf: load bpf program failed: Permission denied\nlibbpf: -- BEGIN DUMP LOG ---\nlibbpf: \n${inner}libbpf: -- END LOG --\nlibbpf: failed to load program 'old'\n`,
    ).value;
    expect(programs).toHaveLength(1);
    expect(programs[0]).toMatchObject({ program: 'old', refused: true });
  });

  it('tells logs apart that follow one another', () => {
    expect(parseLog(inner + inner).value.programs).toHaveLength(2);
  });

  it('says that a log lacks its beginning or its end', () => {
    expect(single(inner.replace('0: (79)', '57: (79)')).truncated).toBe(true);
    expect(single(inner.replace(/processed.*\n/, '')).truncated).toBe(true);
    expect(single(inner).truncated).toBe(false);
  });

  it('reads indented and CRLF lines', () => {
    const log = single(inner.replace(/^/gm, '\t').replaceAll('\n', '\r\n'));
    expect(log.messages[0]?.text).toBe('R2 !read_ok');
  });

  it('finds no program in a text that is no log', () => {
    const { value, problems } = parseLog('hello\nworld\n');
    expect(value.programs).toEqual([]);
    expect(value.loader.map(({ text }) => text)).toEqual(['hello', 'world']);
    expect(problems).toEqual([]);
    expect(parseLog('').problems).toHaveLength(1);
  });
});

describe('parameters of unknown types', () => {
  const said = "arg#0 reference type('UNKNOWN ') size cannot be determined: -22\n";
  const cost = (count: number) =>
    `processed ${count} insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0\n`;

  it('are no refusal of a program', () => {
    expect(single(`${said}0: (b7) r0 = 0\n1: (95) exit\n${cost(2)}`).refused).toBe(false);
    // At level 4, without the instructions.
    expect(single(`${said}verification time 7 usec\n${cost(2)}`).refused).toBe(false);
  });

  it('are one of a global function, of which nothing is verified then', () => {
    const log = single(`Validating visit() func#1...\n${said}${cost(0)}`);
    expect(log).toMatchObject({ refused: true, globalFunction: 'visit', messages: [{ logLine: 2 }] });
  });
});

describe('streaming', () => {
  it('does not depend on where the parts end', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(withPlaces.length), { maxLength: 12 }), (cuts) => {
        const parser = createLogParser();
        const places = [0, ...cuts.sort((a, b) => a - b), withPlaces.length];
        places.slice(1).forEach((end, i) => parser.push(withPlaces.slice(places[i], end)));
        expect(parser.end()).toEqual(parseLog(withPlaces));
      }),
    );
  });

  it('never throws', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom(
        ...withPlaces.split('\n'),
        'from 1 to 2: R0=1',
        '-- BEGIN PROG LOAD LOG --',
        '-- END PROG LOAD LOG --',
        'Verification failed: A: b',
        'At:',
        '  insn 3',
        '  | ^-- error: x',
      ),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        expect(() => parseLog(lines.join('\n'))).not.toThrow();
      }),
    );
  });

  it('keeps no more of a long log than of a short one', () => {
    const turn = withPlaces.slice(0, withPlaces.indexOf('R0 invalid'));
    const parser = createLogParser({ pathLimit: 64 });
    for (let i = 0; i < 20_000; i++) parser.push(turn);
    const [log] = parser.end().value.programs;
    expect(log?.path).toHaveLength(64);
  });
});
