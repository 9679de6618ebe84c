/**
 * What an agent says, line by line, checked and free of control characters. A host can send anything: what is no
 * message of the protocol ends the conversation.
 */
import { AgentMessage } from '#core/agent/protocol';
import { check } from '#core/messages/custom-message';
import type { Channel } from '../connection/channel';
import { LineTooLong } from '../connection/lines';
import { RunFailure } from '../failure/failure';
import { cleanLine, cleanStrings } from '../text/clean';

/** Ends with the agent's exit code; undefined where the channel ended without one. `word` begins the script's own lines. */
export async function* agentMessages(
  channel: Channel,
  word: string,
): AsyncGenerator<AgentMessage, number | undefined> {
  for (;;) {
    const line = await nextLine(channel);
    if (line === undefined) return undefined;
    if (line.startsWith(word)) {
      const exit = / exit (\d+)$/.exec(line);
      if (exit) return Number(exit[1]);
      continue;
    }
    yield readMessage(line);
  }
}

async function nextLine(channel: Channel): Promise<string | undefined> {
  try {
    return await channel.lines.next();
  } catch (error) {
    if (error instanceof LineTooLong) throw notOurs(error.message);
    throw error;
  }
}

function readMessage(line: string): AgentMessage {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw notOurs(line);
  }
  const checked = check(AgentMessage, value);
  if (!checked.ok) throw notOurs(`${checked.message}: ${line}`);
  const message = checked.value;
  // Base64, and much of it.
  const bulk = message.type === 'records' || message.type === 'chunk' || message.type === 'map';
  return bulk ? message : cleanStrings(message);
}

function notOurs(words: string): RunFailure {
  return new RunFailure(
    'protocol-mismatch',
    'what the host sends is not what our agent says',
    'Another program may write into the connection: look at the host’s login files. If it happens again, please report it.',
    cleanLine(words, 300),
  );
}
