/** The file that is to be run: C, or an object that is built already. */
import { open } from 'node:fs/promises';
import { RunFailure } from '../failure/failure';

const ELF = [0x7f, 0x45, 0x4c, 0x46];

export async function readSource(
  path: string,
): Promise<{ kind: 'c' } | { kind: 'object'; bytes: Uint8Array }> {
  const file = await open(path).catch((error: unknown) => {
    throw new RunFailure(
      'source-missing',
      `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      'Save the file, or give the path of one that exists.',
    );
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0).catch((error: unknown) => {
      throw new RunFailure(
        'source-missing',
        `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
        'Give a C file or an object.',
      );
    });
    const isElf = bytesRead === 4 && ELF.every((byte, index) => buffer[index] === byte);
    return isElf ? { kind: 'object', bytes: await file.readFile() } : { kind: 'c' };
  } finally {
    await file.close();
  }
}
