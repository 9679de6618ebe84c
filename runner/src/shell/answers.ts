/** The lines of a script of ours on a host, told from what its login files print. */
import { randomBytes } from 'node:crypto';
import type { Channel } from '../connection/channel';
import { LineTooLong } from '../connection/lines';
import { RunFailure } from '../failure/failure';

/** The host ended before it answered; what it was is for the connection to say. */
export class ChannelEnded extends Error {
  override readonly name = 'ChannelEnded';
}

/** What login files may print before us. */
const maxNoise = 1_000_000;

/** The first word of a script's lines: nobody else says it. */
export function newWord(): string {
  return `@ebpf-workbench-${randomBytes(8).toString('hex')}`;
}

/** The next line of the script, without its word. */
export async function nextAnswer(
  channel: Channel,
  word: string,
): Promise<readonly [key: string, rest: string]> {
  for (let noise = 0; noise < maxNoise;) {
    const line = await nextLine(channel);
    if (line === undefined) throw new ChannelEnded();
    if (line.startsWith(`${word} `)) {
      const text = line.slice(word.length + 1);
      const end = text.indexOf(' ');
      return end < 0 ? [text, ''] : [text.slice(0, end), text.slice(end + 1)];
    }
    noise += line.length + 1;
  }
  throw endlessNoise();
}

async function nextLine({ lines }: Channel): Promise<string | undefined> {
  try {
    return await lines.next();
  } catch (error) {
    throw error instanceof LineTooLong ? endlessNoise() : error;
  }
}

function endlessNoise(): RunFailure {
  return new RunFailure(
    'host-unsupported',
    'the host prints without end when we log in',
    'Look at what its login files (~/.bashrc, ~/.profile) do in sessions without a terminal.',
  );
}
