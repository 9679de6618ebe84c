/** What a `uname` file says. */
export interface Uname {
  readonly release: string;
  readonly machine: string;
}

const UNKNOWN = 'unknown';

/**
 * The first line is `uname -srm` or `uname -a`: coreutils ends the latter with `… x86_64 GNU/Linux`, with
 * up to three times the machine; busybox with `… x86_64 Linux`. Never throws; says `unknown` where in doubt.
 */
export function parseUname(text: string): Uname {
  const words = (text.split('\n', 1)[0] ?? '').trim().split(/\s+/);
  if (words[0] !== 'Linux' || words.length < 3) return { release: UNKNOWN, machine: UNKNOWN };
  if (words[1] === 'version') return { release: words[2] ?? UNKNOWN, machine: UNKNOWN };
  if (words.length === 3) return { release: words[1] ?? UNKNOWN, machine: words[2] ?? UNKNOWN };
  const tail = words.slice(3).filter((word) => !['GNU/Linux', 'Linux', UNKNOWN].includes(word));
  return { release: words[2] ?? UNKNOWN, machine: tail.at(-1) ?? UNKNOWN };
}
