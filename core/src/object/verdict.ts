/** What libbpf and the verifier make of the CO-RE relocations of each program on a kernel. */
import type { BpfObject } from '../elf/bpf-object';
import { externsOf } from './externs';
import type { Externs } from './externs';
import { kernelFunctions } from './functions';
import type { KernelFunctions } from './functions';
import { linkPrograms } from './link';
import type { LinkedProgram } from './link';
import { reachedInstructions } from './reach/reach';
import type { Reached } from './reach/reach';
import { relocateObject } from './relocate';
import type { KernelTypes, Relocated } from './relocate';

/** What keeps a program from loading. */
export interface Obstacle {
  /** The instruction, as the verifier counts those of the program; undefined where it is of a function not called. */
  readonly at: number | undefined;
  readonly relocated: Relocated;
  /** Whether it does: what libbpf itself refuses always does, what the verifier refuses where it gets there. */
  readonly reached: Reached;
}

export interface ProgramVerdict {
  readonly program: LinkedProgram;
  /** Of its relocations alone: it may be refused for something else. */
  readonly loads: 'yes' | 'no' | 'unsure';
  readonly obstacles: readonly Obstacle[];
}

export interface ObjectVerdict {
  readonly relocations: readonly Relocated[];
  readonly programs: readonly ProgramVerdict[];
  readonly functions: KernelFunctions;
  readonly externs: Externs;
}

export function judgeObject(object: BpfObject, kernel: KernelTypes): ObjectVerdict {
  const relocations = relocateObject(object, kernel);
  const functions = kernelFunctions(object, kernel);
  const programs = linkPrograms(object.elf, relocations, functions).map((program): ProgramVerdict => {
    const obstacles = [...refusals(program, relocations), ...poisoned(program)];
    const found = obstacles.map(({ reached }) => reached);
    const loads = found.includes('yes') ? 'no' : found.includes('unsure') ? 'unsure' : 'yes';
    return { program, loads, obstacles };
  });
  return { relocations, programs, functions, externs: externsOf(object, kernel) };
}

/** Of a relocation that it cannot make libbpf makes an error of the whole load, with all functions of `.text`. */
function refusals(program: LinkedProgram, relocations: readonly Relocated[]): readonly Obstacle[] {
  const [own] = program.functions;
  return relocations.flatMap((relocated): readonly Obstacle[] => {
    const { relocation, outcome, certain } = relocated;
    if (outcome.kind !== 'error') return [];
    const { section, offset } = relocation;
    const isOwn = own?.section === section && offset >= own.offset && offset < own.offset + own.size;
    if (!isOwn && section !== '.text') return [];
    const at = program.code.findIndex((one) => one.section === section && one.offset === offset);
    return [{ at: at < 0 ? undefined : at, relocated, reached: certain ? 'yes' : 'unsure' }];
  });
}

function poisoned(program: LinkedProgram): readonly Obstacle[] {
  const places = new Map(program.code.flatMap(({ poison }, at) => (poison ? [[at, poison] as const] : [])));
  if (places.size === 0) return [];
  const reached = reachedInstructions(program, new Set(places.keys()));
  return Array.from(places, ([at, relocated]): Obstacle => {
    const found = reached.get(at) ?? 'unsure';
    return { at, relocated, reached: found === 'yes' && !relocated.certain ? 'unsure' : found };
  });
}
