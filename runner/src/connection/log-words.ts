/** What a tool or a host says on stderr, for the log: in lines, without control characters, and not without end. */
import { cleanLine } from '../text/clean';
import type { Channel } from './channel';

const maxLogged = 65_536;

export function logWords(channel: Channel, log: (line: string) => void): void {
  let rest = '';
  let logged = 0;
  channel.onWords((text) => {
    if (logged > maxLogged) return;
    logged += text.length;
    const lines = (rest + text).split('\n');
    rest = (lines.pop() ?? '').slice(-1000);
    for (const line of lines) {
      if (line.trim() !== '') log(cleanLine(line));
    }
    if (logged > maxLogged) log('… (no more of this is logged)');
  });
}
