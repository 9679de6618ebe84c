import { expect, it } from 'vitest';
import { joined, onePiece } from '#core/bytes/joined';

const memory = Buffer.from('abcdefgh');

it('takes pieces that lie one behind the other for one, without a copy', () => {
  const whole = onePiece([memory.subarray(1, 3), memory.subarray(3, 4), memory.subarray(4, 7)]);
  expect(whole?.toString()).toBe('bcdefg');
  expect(whole?.buffer).toBe(memory.buffer);
  expect(whole?.byteOffset).toBe(memory.byteOffset + 1);
});

it.each([
  ['with a gap', [memory.subarray(0, 2), memory.subarray(3, 5)], 'abde'],
  ['in another order', [memory.subarray(2, 4), memory.subarray(0, 2)], 'cdab'],
  ['of two buffers', [Buffer.alloc(2, 'x'), Buffer.alloc(2, 'y')], 'xxyy'],
  ['that are none', [], ''],
])('copies pieces %s', (_, pieces, text) => {
  expect(onePiece(pieces)).toBeUndefined();
  expect(joined(pieces).toString()).toBe(text);
});
