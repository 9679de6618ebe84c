/**
 * A word for the shell of a host, whatever is in it. Line feeds become `$nl`, a variable of our script
 * (bootstrap.ts): a command is sent as one line. Throws on NUL, which no argument can hold.
 */
export function quote(word: string): string {
  if (word.includes('\0')) throw new RangeError('an argument cannot hold a NUL');
  if (/^[A-Za-z0-9_./:=@%+,-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", String.raw`'\''`).replaceAll('\n', `'"$nl"'`)}'`;
}

/** A command line of quoted words. */
export function quoteAll(words: readonly string[]): string {
  return words.map(quote).join(' ');
}
