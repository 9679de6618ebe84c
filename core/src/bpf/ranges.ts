/** Sets of numbers as the generated tables have them: `1-8,11`. */

export function rangesOf(numbers: Iterable<number>): string {
  const ranges: [number, number][] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}

/** Whether `1-8,11` has the number. */
export function inRanges(ranges: string, number: number): boolean {
  if (ranges === '') return false;
  for (const range of ranges.split(',')) {
    const dash = range.indexOf('-');
    const first = Number(dash < 0 ? range : range.slice(0, dash));
    // They are sorted.
    if (number < first) return false;
    if (number <= (dash < 0 ? first : Number(range.slice(dash + 1)))) return true;
  }
  return false;
}
