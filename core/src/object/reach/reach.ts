/**
 * Which instructions of a program a verifier comes to, and which it leaves out since its constants exclude them: what
 * libbpf writes for a field that the kernel lacks does no harm behind `if (bpf_core_field_exists(…))`. Of the rest nothing
 * is said. Source: kernel/bpf/verifier.c, do_check(), is_branch_taken(), check_stack_write(), check_mem_access().
 */
import { CLASS, OP, successors } from '../../decode/instructions';
import type { LinkedInstruction, LinkedProgram } from '../link';
import { inOrder, waysOf } from './branch';
import type { Way } from './branch';
import { resultOf, writes } from './calls';
import { forgetFrom, loadFrom, mapValues, newFrame, storeTo, withRegister } from './frame';
import type { Frame } from './frame';
import { leadingTo, liveRegisters } from './liveness';
import { blurred, keyOf } from './state';
import type { State } from './state';
import { anyOf, compute, numberValue, unsure } from './value';
import type { Pointer, Value } from './value';

/** `yes`: every verifier comes there. `no`: none does. */
export type Reached = 'yes' | 'no' | 'unsure';

const mostSteps = 50_000;
const mostVisits = 300;
const mostFrames = 8;

/** What is asked for, by index. */
export function reachedInstructions(
  program: LinkedProgram,
  wanted: ReadonlySet<number>,
): ReadonlyMap<number, Reached> {
  return walked(new Walk(program, wanted, () => 'yes'), wanted);
}

/** Of loads: whether the verifier comes to them with ctx itself in the register that they read through. */
export function reachedThroughCtx(
  program: LinkedProgram,
  wanted: ReadonlySet<number>,
): ReadonlyMap<number, Reached> {
  return walked(new Walk(program, wanted, isCtx), wanted);
}

/**
 * States in which a verifier comes to one of these; of those that are certain, every verifier does.
 * @returns whether these are all
 */
export function visited(
  program: LinkedProgram,
  wanted: ReadonlySet<number>,
  visit: (state: State, instruction: LinkedInstruction) => void,
): boolean {
  const walk = new Walk(program, wanted, (_, instruction, state) => {
    visit(state, instruction);
    return 'yes';
  });
  walk.run();
  return walk.isComplete;
}

function walked(walk: Walk, wanted: ReadonlySet<number>): ReadonlyMap<number, Reached> {
  walk.run();
  return new Map([...wanted].map((at) => [at, walk.reached(at)]));
}

/** The number of the pointer that the program is given. */
const ctxId = 0;

function isCtx({ registers }: Frame, { source }: LinkedInstruction): Reached {
  const base = registers[source] ?? unsure;
  if (base.kind === 'unsure') return 'unsure';
  if (base.kind !== 'pointer' || base.id !== ctxId) return 'no';
  return base.moved === true ? 'unsure' : 'yes';
}

type IsMeant = (frame: Frame, instruction: LinkedInstruction, state: State) => Reached;

class Walk {
  readonly #code: readonly LinkedInstruction[];
  readonly #wanted: ReadonlySet<number>;
  readonly #isMeant: IsMeant;
  readonly #ctx: Value;
  readonly #live: readonly number[];
  readonly #leadsThere: readonly boolean[];
  readonly #states: State[] = [];
  readonly #seen = new Map<string, boolean>();
  readonly #visits = new Map<number, number>();
  readonly #alone = new Set<string>();
  readonly #reached = new Map<number, boolean>();
  #isComplete = true;
  #ids = 0;

  constructor({ code, section, functions }: LinkedProgram, wanted: ReadonlySet<number>, isMeant: IsMeant) {
    this.#code = code;
    this.#wanted = wanted;
    this.#isMeant = isMeant;
    this.#live = liveRegisters(code);
    this.#leadsThere = leadingTo(code, wanted);
    this.#ctx = { kind: 'pointer', id: ctxId, null: 'never', to: ctxOf(section) };
    this.#push({ at: 0, frames: [newFrame(0, [unsure, this.#ctx], -1)], certain: true });
    // Kernels before 6.8 verify a global function whoever calls it.
    let start = 0;
    for (const range of functions) {
      if (start > 0 && range.global) this.#verifyAlone(start, false);
      start += range.size / 8;
    }
  }

  run(): void {
    for (let steps = 0; ; steps++) {
      const state = this.#states.pop();
      if (!state) return;
      if (steps === mostSteps) {
        this.#isComplete = false;
        return;
      }
      this.#step(state);
    }
  }

  get isComplete(): boolean {
    return this.#isComplete;
  }

  reached(at: number): Reached {
    if (this.#reached.get(at) === true) return 'yes';
    return this.#isComplete && !this.#reached.has(at) ? 'no' : 'unsure';
  }

  #fresh(): number {
    return ++this.#ids;
  }

  #verifyAlone(start: number, certain: boolean): void {
    const key = `${start} ${certain}`;
    if (this.#alone.has(key)) return;
    this.#alone.add(key);
    this.#push({ at: start, frames: [newFrame(0, [], -1)], certain });
  }

  #push(state: State): void {
    const isOfUse =
      this.#leadsThere[state.at] || state.frames.some(({ returnTo }) => this.#leadsThere[returnTo]);
    if (!isOfUse) return;
    const visits = (this.#visits.get(state.at) ?? 0) + 1;
    this.#visits.set(state.at, visits);
    const pushed = visits > mostVisits ? blurred(state) : state;
    const key = keyOf(pushed, this.#live[pushed.at] ?? 0);
    const before = this.#seen.get(key);
    if (before === true || before === pushed.certain) return;
    this.#seen.set(key, pushed.certain);
    this.#states.push(pushed);
  }

  #step(state: State): void {
    const instruction = this.#code[state.at];
    const frame = state.frames.at(-1);
    if (!instruction || !frame) return;
    if (this.#wanted.has(state.at)) {
      const meant = this.#isMeant(frame, instruction, state);
      const before = this.#reached.get(state.at) === true;
      if (meant !== 'no') this.#reached.set(state.at, (state.certain && meant === 'yes') || before);
    }
    // No verifier goes on behind it; but who repairs it wants to know what comes then.
    if (instruction.poison?.certain === false) state = { ...state, certain: false };
    switch (instruction.opcode & 7) {
      case CLASS.jump:
      case CLASS.jump32:
        this.#jump(state, frame, instruction);
        return;
      case CLASS.load:
        this.#go(state, this.#loaded(frame, instruction), instruction);
        return;
      case CLASS.loadMemory:
        this.#go(state, this.#read(state, frame, instruction), instruction);
        return;
      case CLASS.store:
      case CLASS.storeRegister:
        this.#store(state, frame, instruction);
        return;
      default:
        this.#compute(state, frame, instruction);
    }
  }

  /** On to the next instruction, with this frame. */
  #go(state: State, frame: Frame, instruction: LinkedInstruction): void {
    const frames = [...state.frames.slice(0, -1), frame];
    for (const next of successors(instruction, state.at)) this.#push({ ...state, at: next, frames });
  }

  #compute(state: State, frame: Frame, instruction: LinkedInstruction): void {
    const { opcode, destination, source, immediate } = instruction;
    const a = frame.registers[destination] ?? unsure;
    const number = instruction.isOpen ? unsure : numberValue(BigInt(immediate));
    const b = (opcode & 8) === 0 ? number : (frame.registers[source] ?? unsure);
    const { value, spent } = compute(opcode >> 4, (opcode & 7) === 4, a, b, this.#fresh());
    const frames =
      spent === undefined
        ? state.frames
        : state.frames.map((one) => mapValues(one, (held) => (isAny(held, spent) ? unsure : held)));
    const own = withRegister(frames.at(-1) ?? frame, destination, value);
    this.#go({ ...state, frames }, own, instruction);
  }

  #loaded(frame: Frame, instruction: LinkedInstruction): Frame {
    const { opcode, destination, wide, address, callee, kernelFunction } = instruction;
    // Loads of packet data, into register 0.
    if (opcode !== OP.loadImmediate64) {
      return withRegister(withoutArguments(frame), 0, anyOf(4, this.#fresh()));
    }
    if (wide !== undefined) return withRegister(frame, destination, numberValue(wide));
    // A callback runs when a helper calls it, with what it is given.
    if (callee) this.#verifyAlone(callee.start, false);
    const to = address === 'memory' || address === 'readonly' ? address : 'other';
    const isAddress = address === 'map' || to !== 'other' || kernelFunction?.state === 'present';
    const value: Value = { kind: 'pointer', id: this.#fresh(), null: 'never', to };
    return withRegister(frame, destination, isAddress ? value : unsure);
  }

  #read(state: State, frame: Frame, { opcode, destination, source, jump }: LinkedInstruction): Frame {
    const size = sizeOf(opcode);
    const from = frame.registers[source] ?? unsure;
    // Loads that extend the sign are of few kernels.
    const isPlain = opcode >> 5 === 3;
    const free = (): Value => anyOf(size, this.#fresh());
    const stack = from.kind === 'stack' ? state.frames[from.frame] : undefined;
    if (!isPlain) return withRegister(frame, destination, unsure);
    if (from.kind === 'stack' && stack) {
      return withRegister(frame, destination, loadFrom(stack, from.offset + jump, size, free));
    }
    return withRegister(frame, destination, from.kind === 'pointer' ? this.#readFrom(from, size) : unsure);
  }

  #readFrom({ to }: Pointer, size: number): Value {
    switch (to) {
      case 'memory':
      case 'scalar-ctx':
        return anyOf(size, this.#fresh());
      case 'readonly':
        return { kind: 'fixed', bytes: size };
      case 'typed-ctx':
      case 'kernel':
        if (to === 'kernel' && size < 8) return anyOf(size, this.#fresh());
        // A number or a pointer; some of the pointers are known not to be NULL.
        return { kind: 'pointer', id: this.#fresh(), null: 'unsure', to: 'kernel' };
      default:
        return unsure;
    }
  }

  #store(state: State, frame: Frame, instruction: LinkedInstruction): void {
    const { opcode, destination, source, jump, immediate } = instruction;
    const size = sizeOf(opcode);
    const to = frame.registers[destination] ?? unsure;
    const isPlain = opcode >> 5 === 3;
    const isImmediate = (opcode & 7) === CLASS.store;
    const stored = isImmediate ? storedNumber(immediate) : (frame.registers[source] ?? unsure);
    const value = isPlain ? stored : unsure;
    const frames = state.frames.map((one, n) => {
      if (to.kind === 'stack') return n === to.frame ? storeTo(one, to.offset + jump, size, value) : one;
      return to.kind === 'pointer' ? one : forgetFrom(one, -Infinity);
    });
    const own = frames.at(-1) ?? frame;
    const after = isPlain ? own : withRegister(withRegister(own, source, unsure), 0, unsure);
    this.#go({ ...state, frames }, after, instruction);
  }

  #jump(state: State, frame: Frame, instruction: LinkedInstruction): void {
    const { opcode, destination, source, immediate } = instruction;
    if (opcode === OP.exit) {
      this.#return(state, frame);
    } else if (opcode === OP.call) {
      this.#call(state, frame, instruction);
    } else if (opcode === OP.jump || opcode === OP.jump32) {
      this.#go(state, frame, instruction);
    } else {
      const left = frame.registers[destination] ?? unsure;
      const right = (opcode & 8) === 0 ? numberValue(BigInt(immediate)) : (frame.registers[source] ?? unsure);
      const { operation, a, b } = inOrder(opcode >> 4, left, right);
      const { taken, passed } = waysOf(operation, (opcode & 7) === CLASS.jump32, a, b);
      this.#branch(state, passed, a, state.at + 1);
      this.#branch(state, taken, a, state.at + 1 + instruction.jump);
    }
  }

  #branch(state: State, way: Way | undefined, compared: Value, at: number): void {
    if (!way) return;
    const id = 'id' in compared ? compared.id : undefined;
    const frames =
      id === undefined
        ? state.frames
        : state.frames.map((one) =>
            mapValues(one, (value) => ('id' in value && value.id === id ? way.value : value)),
          );
    this.#push({ at, frames, certain: state.certain && way.certain });
  }

  #call(state: State, frame: Frame, instruction: LinkedInstruction): void {
    const { source, immediate, callee } = instruction;
    if (source === 1 && callee && !callee.global && state.frames.length < mostFrames) {
      const given = frame.registers.map((value, n) => (n >= 1 && n <= 5 ? value : unsure));
      const inner = newFrame(state.frames.length, given, state.at + 1);
      this.#push({ ...state, at: callee.start, frames: [...state.frames, inner] });
      return;
    }
    if (callee?.global === true) this.#verifyAlone(callee.start, state.certain);
    const isHelper = source === 0;
    const helper = isHelper ? immediate : -1;
    let { frames } = state;
    for (let n = 1; n <= 5; n++) frames = written(frames, helper, n);
    const own = withoutArguments(frames.at(-1) ?? frame);
    const value = isHelper ? resultOf(helper, this.#fresh()) : unsure;
    this.#go({ ...state, frames }, withRegister(own, 0, value), instruction);
  }

  #return(state: State, frame: Frame): void {
    const caller = state.frames.at(-2);
    if (!caller || frame.returnTo < 0) return;
    const result = frame.registers[0] ?? unsure;
    // What points into a stack that is gone.
    const value = result.kind === 'stack' && result.frame >= state.frames.length - 1 ? unsure : result;
    const after = withRegister(withoutArguments(caller), 0, value);
    this.#push({ ...state, at: frame.returnTo, frames: [...state.frames.slice(0, -2), after] });
  }
}

/** A number that is stored as such: old verifiers remember no other than 0. */
function storedNumber(immediate: number): Value {
  return immediate === 0 ? numberValue(0n) : unsure;
}

/** What a call writes through one of its arguments. */
function written(frames: readonly Frame[], helper: number, argument: number): readonly Frame[] {
  const registers = frames.at(-1)?.registers ?? [];
  const pointer = registers[argument];
  if (pointer?.kind !== 'stack') return frames;
  const how = writes(helper, argument);
  if (how === 'nothing') return frames;
  const length = registers[2];
  const size = how === 'counted' && length?.kind === 'number' ? Number(length.value) : undefined;
  return frames.map((frame, n) => {
    if (n !== pointer.frame) return frame;
    return size === undefined || size > 512
      ? forgetFrom(frame, pointer.offset)
      : storeTo(frame, pointer.offset, size, 'free');
  });
}

function withoutArguments(frame: Frame): Frame {
  const registers = frame.registers.map((value, n) => (n <= 5 ? unsure : value));
  return { ...frame, registers };
}

/** Programs whose ctx holds numbers; others have pointers there, of which the verifier knows more. */
function ctxOf(section: string): Pointer['to'] {
  const kind = section.replace(/^\?/, '').replace(/[/.].*$/, '');
  if (
    /^(?:tp|tracepoint|raw_tp|raw_tracepoint|u?k?(?:ret)?probe|k(?:ret)?syscall|usdt|perf_event)$/.test(kind)
  ) {
    return 'scalar-ctx';
  }
  return /^(?:tp_btf|fentry|fexit|fmod_ret|fsession|lsm|iter)$/.test(kind) ? 'typed-ctx' : 'other';
}

function isAny(value: Value, id: number): boolean {
  return value.kind === 'any' && value.id === id;
}

/** BPF_SIZE: bits 3 and 4. */
function sizeOf(opcode: number): number {
  return [4, 2, 1, 8][(opcode >> 3) & 3] ?? 8;
}
