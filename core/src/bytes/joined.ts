/** What zlib's streams write one behind the other into one buffer comes out in pieces. */

/** All pieces as one, without a copy where they lie one behind the other in memory. */
export function joined(pieces: readonly Buffer[]): Buffer {
  return onePiece(pieces) ?? Buffer.concat(pieces);
}

/** Undefined where that would take a copy, or there are none. */
export function onePiece(pieces: readonly Buffer[]): Buffer | undefined {
  const [first] = pieces;
  if (first === undefined) return undefined;
  let end = first.byteOffset;
  for (const piece of pieces) {
    if (piece.buffer !== first.buffer || piece.byteOffset !== end) return undefined;
    end += piece.length;
  }
  return Buffer.from(first.buffer, first.byteOffset, end - first.byteOffset);
}
