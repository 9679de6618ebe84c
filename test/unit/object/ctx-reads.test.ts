/** Which loads read ctx: expectations are those of the verifier's rules; test/kernel/object-ctx-reads.test.ts asks it. */
import { expect, test } from 'vitest';
import { ctxReads } from '#core/object/ctx-reads';
import type { LinkedInstruction, LinkedProgram } from '#core/object/link';

type Fields = Partial<LinkedInstruction> & Pick<LinkedInstruction, 'opcode'>;

const zero = { destination: 0, source: 0, jump: 0, immediate: 0, section: 'tp/x/y', offset: 0 };
const copy = (destination: number, source: number): Fields => ({ opcode: 0xbf, destination, source });
const add = (destination: number, immediate: number): Fields => ({ opcode: 0x07, destination, immediate });
const store = (source: number, jump: number): Fields => ({ opcode: 0x7b, destination: 10, source, jump });
const load = (destination: number, source: number, jump: number): Fields => {
  return { opcode: 0x79, destination, source, jump };
};
const byte = (destination: number, source: number, jump: number): Fields => {
  return { opcode: 0x71, destination, source, jump };
};
const call = (immediate: number): Fields => ({ opcode: 0x85, immediate });
const skipIfAbove = (destination: number, immediate: number): Fields => {
  return { opcode: 0x25, destination, immediate, jump: 1 };
};
const exit: Fields = { opcode: 0x95 };

/** `8+1 yes`: a byte at 8. */
function reads(code: readonly Fields[]): readonly string[] {
  const functions = [{ name: 'f', section: 'tp/x/y', offset: 0, size: code.length * 8, global: true }];
  const program: LinkedProgram = {
    ...{ name: 'f', section: 'tp/x/y', functions },
    code: code.map((one) => ({ ...zero, ...one })),
  };
  return ctxReads(program, () => true).map(({ offset, size, reached }) => `${offset}+${size} ${reached}`);
}

test.each<[string, readonly Fields[], readonly string[]]>([
  ['through ctx', [load(0, 1, 8), byte(0, 1, 17), exit], ['8+8 yes', '17+1 yes']],
  ['through a copy', [copy(6, 1), call(7), load(0, 6, 8), exit], ['8+8 yes']],
  ['through the stack', [store(1, -8), load(2, 10, -8), load(0, 2, 24), exit], ['-8+8 no', '24+8 yes']],
  // What a helper has overwritten.
  ['through what is gone', [call(7), load(0, 1, 8), exit], ['8+8 unsure']],
  ['through a register that is moved', [add(1, 8), load(0, 1, 8), exit], ['8+8 unsure']],
  ['from the stack alone', [copy(2, 10), load(0, 2, -8), exit], ['-8+8 no']],
  ['behind a number', [copy(6, 1), call(7), skipIfAbove(0, 7), load(0, 6, 8), exit], ['8+8 yes']],
  ['behind the end', [exit, load(0, 1, 8), exit], ['8+8 no']],
  ['that are not known', [{ ...load(0, 1, 8), isOpen: true }, exit], []],
])('%s', (_, code, expected) => {
  expect(reads(code)).toEqual(expected);
});
