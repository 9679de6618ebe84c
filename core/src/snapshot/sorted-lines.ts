/** Sorted, each once: smaller in the file, and nearly free to sort when it is read. */
export function sortedLines(text: string): string {
  const lines = text.split('\n').filter((line) => line !== '');
  return [...new Set(lines)]
    .sort()
    .map((line) => `${line}\n`)
    .join('');
}
