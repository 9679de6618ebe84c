import { describe, expect, it } from 'vitest';
import { outlineLog, visitAt } from '#core/verifier/outline';

/** As Linux 6.18 prints it at level 2, shortened: a branch, a call of a static function, and the statistics. */
const log = `\
func#0 @0
Live regs before insn:
      0: .1........ (bf) r6 = r1
      1: ......6... (85) call bpf_get_smp_processor_id#8
0: R1=ctx() R10=fp0
; int handle(void *ctx) @ a.bpf.c:10
0: (bf) r6 = r1                       ; R1=ctx() R6=ctx()
; __u32 cpu = bpf_get_smp_processor_id(); @ a.bpf.c:12
1: (85) call bpf_get_smp_processor_id#8      ; R0=scalar(smin=smin32=0,smax=umax=smax32=umax32=1,var_off=(0x0; 0x1))
2: (15) if r0 == 0x0 goto pc+3        ; R0=scalar()
;  @ a.bpf.c:0
3: (bf) r1 = r0                       ; R0=scalar(id=1) R1=scalar(id=1)
; return twice(cpu); @ a.bpf.c:14
4: (85) call pc+2
caller:
 R6=ctx() R10=fp0
callee:
 frame1: R1=scalar(id=1) R10=fp0
7: frame1: R1=scalar(id=1) R10=fp0
; static int twice(int x) { return x * 2; } @ a.bpf.c:5
7: (67) r1 <<= 1                      ; frame1: R1=scalar()
8: (95) exit
returning from callee:
 frame1: R0=scalar() R10=fp0
to caller at 5:
 R0=scalar() R6=ctx() R10=fp0

from 8 to 5: R0=scalar() R6=ctx() R10=fp0
; return twice(cpu); @ a.bpf.c:14
5: (95) exit

from 2 to 6: R0=0 R6=ctx() R10=fp0
; return 0; @ a.bpf.c:13
6: (95) exit

from 9 to 6: safe
processed 11 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
`;
const lines = log.split('\n');
/** The number of the first line that begins so. */
const at = (start: string) => lines.findIndex((line) => line.startsWith(start)) + 1;

describe('an outline', () => {
  const { folds, visits } = outlineLog(log);
  const heads = (kind: string) => folds.flatMap((fold) => (fold.kind === kind ? [fold.first] : []));

  it('has the branches; a return from a function is none', () => {
    expect(heads('branch')).toEqual([at('0: R1'), at('from 2 to 6')]);
    expect(folds.find(({ kind }) => kind === 'branch')?.last).toBe(at('5: (95)'));
  });

  it('folds the lines of source with their instructions, and the table of registers', () => {
    expect(heads('table')).toEqual([at('Live regs')]);
    expect(heads('line')).toHaveLength(
      lines.filter((line) => line.startsWith('; ') || line.startsWith(';  ')).length,
    );
  });

  it('nests: no fold ends inside of another one that began in it', () => {
    for (const { first, last } of folds) {
      const crossing = folds.filter(
        (other) => other.first > first && other.first <= last && other.last > last,
      );
      expect(crossing).toEqual([]);
    }
  });

  it('has each stay on a line; what the compiler added is on none', () => {
    expect(visits.map(({ position }) => position.line)).toEqual([10, 12, 14, 5, 14, 13]);
    expect(visitAt(visits, at('; __u32 cpu'))?.position.line).toBe(12);
    expect(visitAt(visits, at('2: (15)'))?.position.line).toBe(12);
    expect(visitAt(visits, at('3: (bf)'))).toBeUndefined();
    expect(visitAt(visits, at('processed'))).toBeUndefined();
  });

  it('believes the object more than the log', () => {
    const known = outlineLog(log, (instruction) => ({ text: '', line: 100 + instruction }));
    expect(known.visits.map(({ position }) => position.line)).toEqual([
      100, 101, 102, 103, 104, 107, 108, 105, 106,
    ]);
  });

  it('of what is no log is empty', () => {
    expect(outlineLog('hello\nworld\n')).toEqual({ folds: [], visits: [] });
    expect(outlineLog('')).toEqual({ folds: [], visits: [] });
  });

  it('has programs and functions where the text has several', () => {
    const wrapped = [
      "libbpf: prog 'a': -- BEGIN PROG LOAD LOG --",
      ...lines.slice(4, 8),
      'Validating add() func#1...',
      ...lines.slice(4, 8),
      '-- END PROG LOAD LOG --',
    ];
    const kinds = outlineLog(wrapped.join('\n')).folds.map(({ kind, first, last }) => [kind, first, last]);
    expect(kinds).toContainEqual(['program', 1, 11]);
    expect(kinds).toContainEqual(['function', 6, 10]);
  });
});
