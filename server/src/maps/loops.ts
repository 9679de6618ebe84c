/** Loops of which the verifier certainly sees a round. */
import { spelled } from '../fixes/calls';
import type { Statement } from '../fixes/statements';

/** `do`, `for (int i = 0; i < 4; i++)`, `while (1)`. */
export function certainlyRuns({ tokens, head }: Statement): boolean {
  const word = tokens[0]?.text ?? '';
  const spelt = spelled(head);
  switch (word) {
    case 'do':
      return true;
    case 'while':
      return spelt === '1' || spelt === 'true';
    case 'for': {
      if (spelt.startsWith('; ;')) return true;
      const bounds = /^(?:\w+ ){0,2}(\w+) = (\d+) ; \1 < (\d+) ;/.exec(spelt);
      return bounds !== null && Number(bounds[2]) < Number(bounds[3]);
    }
    default:
      return false;
  }
}
