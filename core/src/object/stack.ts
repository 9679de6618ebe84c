/**
 * What the functions of a program take of the stack, one called by the other. Source: kernel/bpf/verifier.c,
 * check_max_stack_depth(), which adds up what the verifier saw in use and looks at every call, also those that it leaves out.
 */
import { parseSectionName } from '../bpf/section-name';
import type { Btf } from '../btf/btf';
import { CLASS, OP, successors } from '../decode/instructions';
import type { Instruction } from '../decode/instructions';
import type { LinkedProgram } from './link';
import { membersOf } from './members';
import { FRAME_POINTER } from './reach/frame';
import { baseOf, usedBytes } from './stack-use';

/** MAX_BPF_STACK */
export const STACK_BYTES = 512;
/** MAX_CALL_FRAMES */
export const MOST_FRAMES = 8;
/** What callers may have taken where a function calls another program. */
export const BYTES_BEFORE_TAIL_CALL = 256;
/** BPF_FUNC_tail_call */
const tailCall = 12;
/** BPF_FUNC_loop */
const loop = 181;
/** BPF_FUNC_for_each_map_elem, find_vma, loop, user_ringbuf_drain: they call a function back before they return. */
const callingBack: ReadonlySet<number> = new Set([164, 180, loop, 209]);

export interface StackRules {
  /** A frame takes a multiple of so many bytes: of 16 since 6.8, where programs are compiled. */
  readonly granularity: 16 | 32;
  /** Frames of programs that may interrupt one another can have memory of their own (6.13): they are not added up. */
  readonly mayBePrivate: boolean;
}

/** As the kernel's own types show, since distributions take over what is newer. The laxer rules where it is not sure. */
export function stackRules(btf: Btf, release: string): StackRules {
  const [, major = '0', minor = '0'] = /^(\d+)\.(\d+)/.exec(release) ?? [];
  const isOld = Number(major) * 100 + Number(minor) < 608 && major !== '0';
  const membersIn = (struct: string): readonly string[] => {
    const id = btf.find('struct', struct);
    return id === 0 ? [] : membersOf(btf, id).map(({ name }) => name);
  };
  const [ofFunctions, ofPrograms] = [membersIn('bpf_subprog_info'), membersIn('bpf_prog_aux')];
  const isPlain = ofFunctions.length > 0 && !ofFunctions.includes('arg_cnt');
  return {
    granularity: isOld && isPlain ? 32 : 16,
    // 6.12.y has the mode of a function, and no such memory.
    mayBePrivate: ofPrograms.length === 0 || ofPrograms.includes('priv_stack_ptr'),
  };
}

export interface StackFrame {
  readonly name: string;
  /** As the kernel rounds them. */
  readonly bytes: number;
}

export interface StackOverflow {
  readonly kind: 'bytes' | 'frames' | 'tail-call';
  /** The call of the last function, as the verifier counts instructions. */
  readonly at: number;
  /** The program, and each function that the one before calls. */
  readonly frames: readonly StackFrame[];
}

export interface StackFunction {
  readonly index: number;
  readonly name: string;
  readonly start: number;
  /** Behind its last instruction. */
  readonly end: number;
  readonly isGlobal: boolean;
  readonly callsPrograms: boolean;
  readonly calls: readonly { readonly at: number; readonly start: number }[];
}

/** For which every verifier with these rules refuses the program. */
export function stackOverflow(program: LinkedProgram, rules: StackRules): StackOverflow | undefined {
  const functions = functionsOf(program);
  if (functions.length < 2) return undefined;
  const isPrivate =
    rules.mayBePrivate && hasPrivateStack(program) && !functions.some(({ callsPrograms }) => callsPrograms);
  // Frames that stay on the common stack are smaller than 64 bytes: eight of them always fit.
  const find = (depths: readonly number[]): StackOverflow | undefined =>
    overflow(functions, (n) => (isPrivate ? 0 : rounded(depths[n] ?? 0, rules.granularity)));
  if (!find(functions.map((one) => most(program, one)))) return undefined;
  return find(usedBytes(program, functions));
}

function functionsOf({ code, functions }: LinkedProgram): readonly StackFunction[] {
  let start = 0;
  return functions.map(({ name, global, size }, index) => {
    const own = start;
    start += size / 8;
    const calls: { at: number; start: number }[] = [];
    let callsPrograms = false;
    for (let at = own; at < start; at++) {
      const instruction = code[at];
      const callback = instruction?.address === 'function' ? callbackCall(code, at) : undefined;
      if (callback !== undefined && instruction?.callee)
        calls.push({ at: callback, start: instruction.callee.start });
      if (instruction?.opcode !== OP.call) continue;
      if (instruction.source === 1 && instruction.callee) calls.push({ at, start: instruction.callee.start });
      if (instruction.source === 0 && instruction.immediate === tailCall) callsPrograms = true;
    }
    return { index, name, start: own, end: start, isGlobal: global, callsPrograms, calls };
  });
}

/**
 * The call that certainly calls the function back whose address is loaded, a few instructions on; undefined where that is not sure. A
 * function that a timer calls has a stack of its own.
 */
function callbackCall(code: LinkedProgram['code'], load: number): number | undefined {
  let at = load;
  while (code[at] && !isJump(code[at]) && at - load < furthest) at++;
  const call = code[at];
  if (call?.opcode !== OP.call || call.source !== 0 || !callingBack.has(call.immediate)) return undefined;
  return call.immediate !== loop || isCountedBefore(code, at) ? at : undefined;
}

/** The call is an argument's last change away: so many instructions at most. */
const furthest = 16;

/** Whether `bpf_loop()` is given a number: newer verifiers leave out what is called 0 times. */
function isCountedBefore(code: LinkedProgram['code'], call: number): boolean {
  const targets = new Set(code.flatMap((one, at) => (isJump(one) ? successors(one, at) : [])));
  for (let at = call - 1; at >= 0 && !isJump(code[at]) && !targets.has(at + 1); at--) {
    const { opcode = 0, destination, immediate = 0 } = code[at] ?? {};
    const isStore = (opcode & 7) === CLASS.store || (opcode & 7) === CLASS.storeRegister;
    if (destination !== 1 || isStore) continue;
    return (opcode === OP.move64Immediate || opcode === OP.move32Immediate) && immediate > 0;
  }
  return false;
}

const isJump = (instruction: Instruction | undefined): boolean =>
  instruction !== undefined &&
  ((instruction.opcode & 7) === CLASS.jump || (instruction.opcode & 7) === CLASS.jump32);

/** Those that may run inside themselves: bpf_enable_priv_stack(). Which of them do is left open. */
function hasPrivateStack({ section }: LinkedProgram): boolean {
  const type = parseSectionName(section)?.def.programType.replace('BPF_PROG_TYPE_', '') ?? '';
  return !onCommonStack.has(type);
}

const onCommonStack = new Set([
  ...['SOCKET_FILTER', 'SCHED_CLS', 'SCHED_ACT', 'XDP', 'CGROUP_SKB', 'CGROUP_SOCK', 'CGROUP_SOCK_ADDR'],
  ...['CGROUP_DEVICE', 'CGROUP_SYSCTL', 'CGROUP_SOCKOPT', 'SOCK_OPS', 'SK_SKB', 'SK_MSG', 'SK_LOOKUP'],
  ...['SK_REUSEPORT', 'FLOW_DISSECTOR', 'LWT_IN', 'LWT_OUT', 'LWT_XMIT', 'LWT_SEG6LOCAL', 'NETFILTER'],
]);

function rounded(bytes: number, granularity: 16 | 32): number {
  // Where it is interpreted, a frame takes 32 bytes at least.
  return Math.ceil(Math.max(bytes, granularity === 32 ? 1 : 0) / granularity) * granularity;
}

function overflow(
  functions: readonly StackFunction[],
  bytesOf: (index: number) => number,
): StackOverflow | undefined {
  const byStart = new Map(functions.map((one) => [one.start, one]));
  // A function that was come to with as much before is not gone through again.
  const worst = new Map<string, number>();
  const visit = (chain: readonly StackFunction[], before: number, at: number): StackOverflow | undefined => {
    const own = chain.at(-1);
    if (!own) return undefined;
    const found = (kind: StackOverflow['kind']): StackOverflow => {
      const frames = chain.map(({ name, index }) => ({ name, bytes: bytesOf(index) }));
      return { kind, at, frames };
    };
    if (chain.length > 1 && own.callsPrograms && before >= BYTES_BEFORE_TAIL_CALL) return found('tail-call');
    const depth = before + bytesOf(own.index);
    if (depth > STACK_BYTES) return found('bytes');
    // The newest kernels do not count those that are verified on their own.
    if (chain.length > MOST_FRAMES)
      return chain.some(({ isGlobal }, n) => n > 0 && isGlobal) ? undefined : found('frames');
    const key = `${own.index} ${chain.length}`;
    if ((worst.get(key) ?? -1) >= depth) return undefined;
    worst.set(key, depth);
    for (const call of own.calls) {
      const callee = byStart.get(call.start);
      // What calls itself is refused for that.
      if (!callee || chain.includes(callee)) continue;
      const inner = visit([...chain, callee], depth, call.at);
      if (inner) return inner;
    }
    return undefined;
  };
  const [first] = functions;
  return first && visit([first], 0, 0);
}

/** No less than what a function takes: every offset that is used, or added to anything. */
function most({ code }: LinkedProgram, { start, end }: StackFunction): number {
  let bytes = 0;
  for (let at = start; at < end; at++) {
    const instruction = code[at];
    if (!instruction) continue;
    const { opcode, immediate, jump } = instruction;
    if (baseOf(instruction) === FRAME_POINTER) bytes = Math.max(bytes, -jump);
    if (opcode === OP.add64Immediate && immediate >= -STACK_BYTES) bytes = Math.max(bytes, -immediate);
  }
  return bytes;
}
