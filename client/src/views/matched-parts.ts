/** Where the words of a search stand in a name, to be highlighted: `[start, end]`, in order, apart from each other. */
export function matchedParts(name: string, query: string): [number, number][] {
  const lower = name.toLowerCase();
  const found: [number, number][] = [];
  for (const word of query.toLowerCase().split(/[\s/:]+/)) {
    const start = word === '' ? -1 : lower.indexOf(word);
    if (start >= 0) found.push([start, start + word.length]);
  }
  found.sort(([a], [b]) => a - b);
  return found.filter(([start], index) => index === 0 || start >= (found[index - 1]?.[1] ?? 0));
}
