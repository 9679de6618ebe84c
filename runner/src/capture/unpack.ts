/** A packed archive as it comes. What is unpacked lies in one piece, of which the beginning can be looked at meanwhile. */
import { createGunzip } from 'node:zlib';

/** Most kernels fit; what is more is put together at the end. Touched only as it fills. */
const pieceBytes = 12 * 1024 * 1024;

export class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

export interface Unpacking {
  write(chunk: Buffer): void;
  /** Rejects with `TooLarge`, or with what zlib says. */
  end(): Promise<Buffer>;
}

/** `grown` hears of all that is there so far, as long as that is one piece, and how much of it is new. */
export function unpackGzip(limit: number, grown: (bytes: Buffer, added: number) => void): Unpacking {
  const gunzip = createGunzip({ chunkSize: pieceBytes });
  const pieces: Buffer[] = [];
  let size = 0;
  const done = new Promise<Buffer>((resolve, reject) => {
    gunzip.on('data', (piece: Buffer) => {
      pieces.push(piece);
      size += piece.length;
      if (size > limit) {
        gunzip.destroy(new TooLarge(`more than ${limit} bytes`));
        return;
      }
      const whole = onePiece(pieces, size);
      if (whole !== undefined) grown(whole, piece.length);
    });
    gunzip.once('end', () => resolve(onePiece(pieces, size) ?? Buffer.concat(pieces)));
    gunzip.once('error', reject);
  });
  // It may fail long before anybody waits for it.
  done.catch(() => undefined);
  return {
    write(chunk) {
      if (!gunzip.destroyed) gunzip.write(chunk);
    },
    end() {
      if (!gunzip.destroyed) gunzip.end();
      return done;
    },
  };
}

/** What zlib has written one behind the other, without a copy. */
function onePiece(pieces: readonly Buffer[], size: number): Buffer | undefined {
  const [first] = pieces;
  const last = pieces.at(-1);
  if (first === undefined || last?.buffer !== first.buffer) return undefined;
  if (last.byteOffset + last.length - first.byteOffset !== size) return undefined;
  return Buffer.from(first.buffer, first.byteOffset, size);
}

/** The same for what is not packed. */
export function unpackPlain(limit: number): Unpacking {
  const pieces: Buffer[] = [];
  let size = 0;
  return {
    write(chunk) {
      size += chunk.length;
      if (size <= limit) pieces.push(chunk);
    },
    end: () =>
      size > limit
        ? Promise.reject(new TooLarge(`more than ${limit} bytes`))
        : Promise.resolve(Buffer.concat(pieces)),
  };
}
