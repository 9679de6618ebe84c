/** This machine, through the same script as any other: the agent runs from memory and leaves no file there either. */
import { makeFailure } from '../failure/failure';
import { localHost } from '../model';
import { openChannel } from './channel';
import type { ConnectContext, Connection } from './connection';
import { logWords } from './log-words';

export function connectLocal({ ui }: ConnectContext): Promise<Connection> {
  const channel = openChannel({ program: 'sh', args: [], env: process.env });
  logWords(channel, (line) => ui.log(`[${localHost}] ${line}`));
  return Promise.resolve({
    channel,
    async explain() {
      const { startError } = await channel.exited;
      return startError === undefined
        ? makeFailure('connection-lost', 'the shell on this machine ended', 'Run again.', channel.words())
        : makeFailure(
            'host-unsupported',
            `this machine has no POSIX shell (${startError})`,
            'Programs run on Linux: choose a host that can be reached by SSH.',
          );
    },
    isAsking: () => false,
    close: () => channel.close(),
  });
}
