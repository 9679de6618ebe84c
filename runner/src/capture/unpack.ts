/** A packed archive as it comes. What is unpacked lies in one piece, of which the beginning can be looked at meanwhile. */
import { createGunzip } from 'node:zlib';
import { onePiece } from '#core/bytes/joined';

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
  /** All pieces, as long as they lie one behind the other. */
  let whole: Buffer | undefined;
  const done = new Promise<Buffer>((resolve, reject) => {
    gunzip.on('data', (piece: Buffer) => {
      pieces.push(piece);
      size += piece.length;
      if (size > limit) {
        gunzip.destroy(new TooLarge(`more than ${limit} bytes`));
        return;
      }
      whole = pieces.length === 1 ? piece : whole && onePiece([whole, piece]);
      if (whole !== undefined) grown(whole, piece.length);
    });
    gunzip.once('end', () => resolve(whole ?? Buffer.concat(pieces)));
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
