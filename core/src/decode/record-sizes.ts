/**
 * How large the records are that an object's programs send, read from their instructions: the constant in the size
 * register at a call such as `bpf_ringbuf_reserve(&events, 284, 0)`. Functions are looked at one by one; what comes in
 * a parameter is not known.
 */
import type { BpfObject } from '../elf/bpf-object';
import { SHF_EXECINSTR } from '../elf/elf';
import type { ElfSection } from '../elf/elf';
import { relocationsOf } from '../elf/reader';
import { CLASS, INSTRUCTION_BYTES, OP, readInstructions, successors } from './instructions';
import type { Instruction } from './instructions';

export interface RecordSend {
  readonly map: string;
  /** Bytes; undefined where it is not a constant. */
  readonly size: number | undefined;
  /** The function that sends it. */
  readonly function: string;
}

/** In which registers the helpers that send records take the map and the size. */
const SENDERS: ReadonlyMap<number, { readonly map: number; readonly size: number }> = new Map([
  // bpf_perf_event_output, bpf_skb_output, bpf_xdp_output: (ctx, map, flags, data, size)
  [25, { map: 2, size: 5 }],
  [111, { map: 2, size: 5 }],
  [121, { map: 2, size: 5 }],
  // bpf_ringbuf_output: (map, data, size, flags)
  [130, { map: 1, size: 3 }],
  // bpf_ringbuf_reserve, bpf_ringbuf_reserve_dynptr: (map, size, flags)
  [131, { map: 1, size: 2 }],
  [198, { map: 1, size: 2 }],
]);

/** What a register holds: a constant, the address of a map by its name, or something else. */
type Value = number | string | undefined;
type Registers = readonly Value[];

/** There are eleven, but an instruction that no compiler wrote can name sixteen. */
const UNKNOWN: Registers = new Array<Value>(16).fill(undefined);

export function recordSends(object: BpfObject): readonly RecordSend[] {
  return object.elf.sections
    .filter(({ flags }) => (flags & SHF_EXECINSTR) !== 0)
    .flatMap((section) => sendsOf(object, section));
}

function sendsOf(object: BpfObject, section: ElfSection): RecordSend[] {
  const { elf } = object;
  const code = readInstructions(section.data, elf.littleEndian);
  const maps = mapAddresses(object, section, code);
  if (maps.size === 0) return [];
  const functions = elf.symbols
    .filter((symbol) => symbol.section === section.index && symbol.type === 'func')
    .map(({ name, value }) => ({ name, start: value / INSTRUCTION_BYTES }))
    .sort((a, b) => a.start - b.start);
  const states = flow(
    code,
    maps,
    functions.map(({ start }) => start),
  );

  const sends: RecordSend[] = [];
  code.forEach(({ opcode, source, immediate }, index) => {
    const sender = opcode === OP.call && source === 0 ? SENDERS.get(immediate) : undefined;
    const registers = states[index];
    if (sender === undefined || registers === undefined) return;
    const map = registers[sender.map];
    const size = registers[sender.size];
    if (typeof map !== 'string') return;
    const name = functions.findLast(({ start }) => start <= index)?.name ?? '';
    sends.push({ map, size: typeof size === 'number' ? size : undefined, function: name });
  });
  return sends;
}

/** The instructions that load the address of a map, with its name. */
function mapAddresses(
  { elf }: BpfObject,
  section: ElfSection,
  code: readonly Instruction[],
): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const { offset, symbol } of relocationsOf(elf, section)) {
    const home = elf.sections[symbol.section]?.name;
    if (home !== '.maps' && home !== 'maps') continue;
    const index = offset / INSTRUCTION_BYTES;
    // A static map is reached through the symbol of its section.
    const address = symbol.value + (code[index]?.immediate ?? 0);
    const map = elf.symbols.find(
      (one) => one.section === symbol.section && one.type === 'object' && one.value === address,
    );
    if (map) found.set(index, map.name);
  }
  return found;
}

/** The registers before each instruction; undefined for one that is not reached. */
function flow(
  code: readonly Instruction[],
  maps: ReadonlyMap<number, string>,
  starts: readonly number[],
): readonly (Registers | undefined)[] {
  const states = new Array<Registers | undefined>(code.length).fill(undefined);
  const pending: number[] = [];
  const enter = (index: number, registers: Registers) => {
    if (code[index] === undefined) return;
    const known = states[index];
    const merged = known ? merge(known, registers) : registers;
    if (merged === known) return;
    states[index] = merged;
    pending.push(index);
  };
  for (const start of starts) enter(start, UNKNOWN);
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    const instruction = code[index];
    const before = states[index];
    if (instruction === undefined || before === undefined) continue;
    const after = step(instruction, before, maps.get(index));
    for (const next of successors(instruction, index)) enter(next, after);
  }
  return states;
}

/** The first one itself where the second one adds no doubt. */
function merge(first: Registers, second: Registers): Registers {
  if (first.every((value, register) => value === undefined || value === second[register])) return first;
  return first.map((value, register) => (value === second[register] ? value : undefined));
}

function step(instruction: Instruction, before: Registers, map: string | undefined): Registers {
  const { opcode, destination, source, immediate } = instruction;
  const set = (value: Value) => before.with(destination, value);
  switch (opcode) {
    case OP.loadImmediate64:
      return set(map);
    case OP.move64Immediate:
      return set(immediate);
    case OP.move32Immediate:
      return set(immediate >>> 0);
    case OP.move64:
      return set(before[source]);
    case OP.add64Immediate: {
      const value = before[destination];
      return set(typeof value === 'number' ? value + immediate : undefined);
    }
    case OP.call:
      return before.map((value, register) => (register <= 5 ? undefined : value));
  }
  switch (opcode & 7) {
    case CLASS.jump:
    case CLASS.jump32:
    case CLASS.store:
      return before;
    case CLASS.storeRegister:
      // An atomic one may bring back what was there before, in the source or in r0.
      return (opcode & 0xe0) === 0xc0 ? before.with(source, undefined).with(0, undefined) : before;
    default:
      return set(undefined);
  }
}
