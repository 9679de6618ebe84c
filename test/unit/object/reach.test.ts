/** Paths that the programs of test/support/bpf/relocations do not have: expectations are those of the verifier's rules. */
import { expect, test } from 'vitest';
import type { LinkedInstruction, LinkedProgram } from '#core/object/link';
import { reachedInstructions } from '#core/object/reach/reach';

type Fields = Partial<LinkedInstruction> & Pick<LinkedInstruction, 'opcode'>;

const zero = { destination: 0, source: 0, jump: 0, immediate: 0, section: 'raw_tp/x', offset: 0 };
const move = (destination: number, immediate: number): Fields => ({ opcode: 0xb7, destination, immediate });
const call = (immediate: number): Fields => ({ opcode: 0x85, immediate });
const jumpIfZero = (destination: number, jump: number): Fields => ({ opcode: 0x15, destination, jump });
const jumpIfAbove = (destination: number, immediate: number, jump: number): Fields => {
  return { opcode: 0x25, destination, immediate, jump };
};
const exit: Fields = { opcode: 0x95 };

function reached(section: string, code: readonly Fields[], at: number): unknown {
  const functions = [{ name: 'f', section, offset: 0, size: code.length * 8, global: true }];
  const program: LinkedProgram = {
    ...{ name: 'f', section, functions },
    code: code.map((one) => ({ ...zero, ...one })),
  };
  return reachedInstructions(program, new Set([at])).get(at);
}

const currentPid = call(14);
const task = call(158);

test.each([
  ['behind a constant', [move(1, 0), jumpIfZero(1, 1), move(2, 0), exit], 2, 'no'],
  ['behind a helper’s number', [currentPid, jumpIfZero(0, 1), move(2, 0), exit], 2, 'yes'],
  ['behind what is not called here', [call(999), jumpIfZero(0, 1), move(2, 0), exit], 2, 'unsure'],
  ['behind a pointer that is never NULL', [task, jumpIfZero(0, 2), move(2, 0), exit, exit], 4, 'unsure'],
  [
    'in what the numbers leave open',
    [currentPid, jumpIfAbove(0, 9, 2), jumpIfAbove(0, 5, 1), exit, exit],
    4,
    'yes',
  ],
  // Not above 5, so not above 9: old verifiers know it as well as new ones.
  [
    'in what the numbers exclude',
    [currentPid, jumpIfAbove(0, 5, 2), jumpIfAbove(0, 9, 2), exit, exit, exit],
    5,
    'no',
  ],
  ['behind the end', [exit, move(2, 0), exit], 1, 'no'],
  // A loop without an end: nothing is known.
  [
    'behind a loop',
    [
      move(1, 1),
      { opcode: 0x07, destination: 1, immediate: 1 },
      jumpIfZero(1, 1),
      { opcode: 0x05, jump: -3 },
      exit,
    ],
    4,
    'unsure',
  ],
] as const)('%s', (_, code, at, expected) => {
  expect(reached('raw_tp/x', code, at)).toBe(expected);
});

test('numbers of a ctx are free, pointers of one are not', () => {
  const load: Fields = { opcode: 0x79, destination: 1, source: 1 };
  const code = [load, jumpIfZero(1, 1), exit, exit];
  expect(['raw_tp/x', 'tp_btf/x', 'xdp'].map((section) => reached(section, code, 3))).toEqual([
    'yes',
    'unsure',
    'unsure',
  ]);
});

test('what the loader sets may be any number, which another may be or not', () => {
  const setting: readonly Fields[] = [
    { opcode: 0x18, destination: 6, address: 'readonly' },
    { opcode: 0 },
    { opcode: 0x61, destination: 6, source: 6 },
  ];
  const jumpIfSame = (destination: number, source: number): Fields => ({
    opcode: 0x1d,
    destination,
    source,
    jump: 1,
  });
  const behind = (first: Fields, jump: Fields) => {
    const code = [...setting, first, jump, exit, exit];
    return [reached('raw_tp/x', code, 5), reached('raw_tp/x', code, 6)];
  };
  expect(behind(currentPid, jumpIfSame(0, 6))).toEqual(['yes', 'yes']);
  expect(behind(currentPid, jumpIfSame(6, 0))).toEqual(['yes', 'yes']);
  // It may be 0 or another number, and no verifier takes both ways.
  expect(behind(currentPid, jumpIfZero(6, 1))).toEqual(['unsure', 'unsure']);
  expect(behind(move(0, 3), jumpIfSame(0, 6))).toEqual(['unsure', 'unsure']);
  // What has 8 bits may never be it.
  const low: Fields = { opcode: 0x57, destination: 0, immediate: 0xff };
  const code = [...setting, currentPid, low, jumpIfSame(0, 6), exit, exit];
  expect(reached('raw_tp/x', code, 7)).toBe('unsure');
});
