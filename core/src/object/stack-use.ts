/**
 * Bytes of the stack that every verifier sees in use, by function: where all of them come to, and on each of the ways of which
 * they take one at least.
 */
import { CLASS, OP, successors } from '../decode/instructions';
import type { LinkedInstruction, LinkedProgram } from './link';
import { inOrder, waysOf } from './reach/branch';
import { FRAME_POINTER } from './reach/frame';
import { visited } from './reach/reach';
import type { State } from './reach/state';
import { numberValue, unsure } from './reach/value';
import type { StackFunction } from './stack';

/** BPF_FUNC_map_lookup_elem, map_update_elem, map_delete_elem: their keys and values have no length behind them. */
const sizedByMap = new Set([1, 2, 3]);

export function usedBytes(program: LinkedProgram, functions: readonly StackFunction[]): readonly number[] {
  const { code } = program;
  const depths = functions.map(() => 0);
  const least = new Map<number, number>();
  const branches = new Map<number, Branch>();
  const indexOf = (at: number): number => functions.findLastIndex(({ start }) => start <= at);
  const wanted = new Set([...code.keys()].filter((at) => isUse(code, at) || isBranch(code[at])));
  const isComplete = visited(program, wanted, (state, instruction) => {
    if (isBranch(instruction)) {
      branches.set(state.at, withState(branches.get(state.at), state, instruction));
      return;
    }
    const own = state.frames.length - 1;
    let bytes = 0;
    for (const use of usesOf(state, instruction)) {
      if (use.frame === own) bytes = Math.max(bytes, use.bytes);
      const inner = state.frames[use.frame + 1];
      const index = indexOf(inner ? inner.returnTo - 1 : state.at);
      if (state.certain) depths[index] = Math.max(depths[index] ?? 0, use.bytes);
    }
    least.set(state.at, Math.min(least.get(state.at) ?? Infinity, bytes));
  });
  if (!isComplete) return depths;
  const isPassed = (fn: StackFunction, isMeant: (at: number) => boolean): boolean =>
    comesTo(code, fn, branches, isMeant);
  for (const fn of entered(functions, isPassed)) {
    const own = [...least].filter(([at]) => at >= fn.start && at < fn.end);
    const sizes = [...new Set(own.map(([, bytes]) => bytes))].sort((a, b) => b - a);
    const before = depths[fn.index] ?? 0;
    const bytes = sizes.find((size) => size <= before || isPassed(fn, (at) => (least.get(at) ?? 0) >= size));
    depths[fn.index] = Math.max(before, bytes ?? 0);
  }
  return depths;
}

/** The register that a load or store goes through. */
export function baseOf({ opcode, source, destination }: LinkedInstruction): number | undefined {
  switch (opcode & 7) {
    case CLASS.loadMemory:
      return source;
    case CLASS.store:
    case CLASS.storeRegister:
      return destination;
    default:
      return undefined;
  }
}

interface Use {
  /** Whose bytes they are: the index of a frame of the state. */
  readonly frame: number;
  readonly bytes: number;
}

function usesOf({ frames }: State, instruction: LinkedInstruction): readonly Use[] {
  const registers = frames.at(-1)?.registers ?? [];
  if (instruction.opcode !== OP.call) {
    const base = registers[baseOf(instruction) ?? FRAME_POINTER];
    return base?.kind === 'stack' ? [{ frame: base.frame, bytes: -(base.offset + instruction.jump) }] : [];
  }
  return [1, 2, 3, 4, 5].flatMap((n): readonly Use[] => {
    const [pointer, length] = [registers[n], registers[n + 1]];
    if (pointer?.kind !== 'stack') return [];
    const isSized = length?.kind === 'number' && length.value > 0n && n < 5;
    const isUsed = isSized || (sizedByMap.has(instruction.immediate) && n > 1);
    return isUsed ? [{ frame: pointer.frame, bytes: -pointer.offset }] : [];
  });
}

function isUse(code: readonly LinkedInstruction[], at: number): boolean {
  const instruction = code[at];
  if (!instruction || instruction.isOpen) return false;
  if (instruction.opcode === OP.call) return instruction.source === 0;
  return baseOf(instruction) !== undefined && !isKeptOverCall(code, at);
}

/** A register put aside for a call, and taken back: verifiers drop that where the call leaves the register alone (6.12). */
function isKeptOverCall(code: readonly LinkedInstruction[], at: number): boolean {
  const isAside = (n: number): boolean => {
    const one = code[n];
    return one?.opcode === 0x7b && one.destination === FRAME_POINTER && one.source <= 5;
  };
  const isBack = (n: number): boolean => {
    const one = code[n];
    return one?.opcode === 0x79 && one.source === FRAME_POINTER && one.destination <= 5;
  };
  let next = at;
  while (isAside(next)) next++;
  let last = at;
  while (isBack(last)) last--;
  return (next > at && code[next]?.opcode === OP.call) || (last < at && code[last]?.opcode === OP.call);
}

/** Which ways are taken in some state, and whether both are in each. */
interface Branch {
  readonly taken: boolean;
  readonly passed: boolean;
  readonly both: boolean;
}

function isBranch(instruction: LinkedInstruction | undefined): boolean {
  if (!instruction) return false;
  const { opcode } = instruction;
  const isJump = (opcode & 7) === CLASS.jump || (opcode & 7) === CLASS.jump32;
  return isJump && ![OP.call, OP.exit, OP.jump, OP.jump32].some((one) => one === opcode);
}

function withState(before: Branch | undefined, state: State, instruction: LinkedInstruction): Branch {
  const { opcode, destination, source, immediate } = instruction;
  const registers = state.frames.at(-1)?.registers ?? [];
  const right = (opcode & 8) === 0 ? numberValue(BigInt(immediate)) : (registers[source] ?? unsure);
  const { operation, a, b } = inOrder(opcode >> 4, registers[destination] ?? unsure, right);
  const { taken, passed } = waysOf(operation, (opcode & 7) === CLASS.jump32, a, b);
  return {
    taken: taken !== undefined || before?.taken === true,
    passed: passed !== undefined || before?.passed === true,
    both: taken?.certain === true && passed?.certain === true && before?.both !== false,
  };
}

/** Whether every verifier that goes through a function comes to one of these. */
function comesTo(
  code: readonly LinkedInstruction[],
  { start, end }: StackFunction,
  branches: ReadonlyMap<number, Branch>,
  isMeant: (at: number) => boolean,
): boolean {
  const comes = new Set<number>();
  for (let size = -1; size < comes.size;) {
    size = comes.size;
    for (let at = end - 1; at >= start; at--) {
      const instruction = code[at];
      if (!instruction || comes.has(at)) continue;
      const branch = branches.get(at);
      const next = successors(instruction, at).filter(
        (_, n) => !branch || (n === 0 ? branch.passed : branch.taken),
      );
      const does = (one: number): boolean => comes.has(one);
      const isSure = branch?.both === true ? next.some(does) : next.length > 0 && next.every(does);
      if (isMeant(at) || isSure) comes.add(at);
    }
  }
  return comes.has(start);
}

/** The program, and the functions that every verifier comes to. */
function entered(
  functions: readonly StackFunction[],
  isPassed: (fn: StackFunction, isMeant: (at: number) => boolean) => boolean,
): ReadonlySet<StackFunction> {
  const found = new Set(functions.slice(0, 1));
  // What is added on the way is gone through, too.
  for (const fn of found) {
    for (const callee of functions) {
      const calls = fn.calls.filter((call) => call.start === callee.start).map(({ at }) => at);
      if (calls.length > 0 && isPassed(fn, (at) => calls.includes(at))) found.add(callee);
    }
  }
  return found;
}
