import { describe, expect, it } from 'vitest';
import { lineState } from '#core/verifier/line-state';
import { parseLog } from '#core/verifier/log';
import { outlineLog } from '#core/verifier/outline';
import { parseRegisterValue } from '#core/verifier/register-state';
import { describeRegister } from '#core/verifier/register-words';

/** Linux 6.18, level 2. */
const modern = `\
0: R1=ctx() R10=fp0
; int count(struct trace_event_raw_sys_enter *ctx) @ count.bpf.c:14
0: (bf) r6 = r1                       ; R1=ctx() R6=ctx()
; __u32 pid = bpf_get_current_pid_tgid() >> 32; @ count.bpf.c:16
1: (85) call bpf_get_current_pid_tgid#14      ; R0=scalar()
2: (77) r0 >>= 32                     ; R0=scalar(smin=0,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff))
3: (63) *(u32 *)(r10 -4) = r0         ; R0=scalar(smin=0,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff)) R10=fp0 fp-8=mmmm????
4: (bf) r2 = r10                      ; R2=fp0 R10=fp0
;  @ count.bpf.c:0
5: (07) r2 += -4                      ; R2=fp-4
; __u64 *value = bpf_map_lookup_elem(&counts, &pid); @ count.bpf.c:17
6: (18) r1 = 0xffff8881fd836c00       ; R1=map_ptr(map=counts,ks=4,vs=8)
8: (85) call bpf_map_lookup_elem#1    ; R0=map_value_or_null(id=1,map=counts,ks=4,vs=8)
; *value += pid; @ count.bpf.c:18
9: (79) r1 = *(u64 *)(r0 +0)
R0 invalid mem access 'map_value_or_null'
`;

/** Linux 5.10, level 2: the state stands before each instruction, and no map is named. */
const old = `\
; return bpf_map_lookup_elem(&counts, &pid) ? 1 : 0;
0: (bf) r2 = r10
1: R1=ctx(id=0,off=0,imm=0) R2_w=fp0 R10=fp0
1: (85) call bpf_map_lookup_elem#1
2: R0_w=map_value_or_null(id=1,off=0,ks=4,vs=8,imm=0) R10=fp0
; if (!value)
2: (15) if r0 == 0x0 goto pc+1
`;

function stateOf(log: string, source: string) {
  const visit = outlineLog(log).visits.find(({ position }) => position.text.includes(source));
  const state = visit && lineState(log, visit);
  const words = (held: NonNullable<typeof state>['before'] = []) =>
    held.map(({ register, value, name }) => [register, describeRegister(value), name]);
  return { before: words(state?.before), after: words(state?.after), count: state?.instructions.length };
}

describe('the state at a line', () => {
  it('says what each register holds, and which variable that is', () => {
    expect(stateOf(modern, '*value += pid').before).toEqual([
      [0, 'a pointer into a map value (may be NULL) of `counts`', 'value'],
      [6, 'the program’s ctx', undefined],
    ]);
  });

  it('says what the line made of them: a call leaves nothing in r1 to r5', () => {
    const { before, after, count } = stateOf(modern, 'bpf_map_lookup_elem');
    expect(count).toBe(2);
    expect(before).toContainEqual([2, 'a pointer to the stack (fp-4)', undefined]);
    expect(before).toContainEqual([0, 'any number of 32 bits', 'pid']);
    expect(after).toEqual([[0, 'a pointer into a map value (may be NULL) of `counts`', undefined]]);
  });

  it('is known of old kernels, too', () => {
    expect(stateOf(old, 'if (!value)').before).toEqual([
      [0, 'a pointer into a map value (may be NULL)', undefined],
    ]);
  });
});

describe('words for a register', () => {
  it.each([
    ['7', '7'],
    ['0xfffff', '1048575 (0xfffff)'],
    ['scalar()', 'any number'],
    ['inv(id=0)', 'any number'],
    ['scalar(smin=smin32=0,smax=umax=smax32=umax32=4095,var_off=(0x0; 0xfff))', 'a number from 0 to 4095'],
    ['scalar(umin=4096)', 'a number of at least 4096, unsigned'],
    ['scalar(smin=0xffffffff80000000,smax=0x7fffffff)', 'a number from -2147483648 to 2147483647'],
    ['map_value(map=m,ks=4,vs=64,off=8)', 'a pointer into a map value of `m`, at byte 8'],
    [
      'map_value(map=m,ks=4,vs=64,smin=0,smax=umax=60,var_off=(0x0; 0x3c))',
      'a pointer into a map value of `m`, somewhere from byte 0 to 60',
    ],
    ['fp0', 'a pointer to the stack'],
    ['trusted_ptr_task_struct()', 'a pointer to struct task_struct (trusted)'],
    ['never_heard_of()', undefined],
  ])('%s', (text, words) => {
    expect(describeRegister(parseRegisterValue(text))).toBe(words);
  });
});

describe("what the kernel's liveness analysis prints", () => {
  it('is no refusal', () => {
    const log = `0: R1=ctx() R10=fp0
0: (b7) r0 = 0                        ; R0=0
1: (95) exit
(0) frame 0 insn 1 +live -8 
(0) live stack update done in 2 iterations
processed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
`;
    expect(parseLog(log).value.programs).toMatchObject([{ refused: false, messages: [] }]);
  });
});
