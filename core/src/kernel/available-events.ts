/**
 * The tracefs file `available_events`: one `category:name` a line. Source: kernel/trace/trace_events.c, t_show().
 */
import type { Parsed, Problem } from '../result';
import type { EventName } from './model';

/** A file that is something else altogether is reported by its first lines, not by all of them. */
const maxProblems = 20;

/** Sorted by category, then name (by code unit), without repetition: two modules may list the same event. */
export function parseAvailableEvents(text: string): Parsed<readonly EventName[]> {
  const events: EventName[] = [];
  const problems: Problem[] = [];
  let unreadable = 0;
  let inOrder = true;
  let lineNumber = 0;
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(start, text.charCodeAt(end - 1) === 13 && end > start ? end - 1 : end);
    start = end + 1;
    lineNumber++;
    if (line === '') continue;
    const event = eventOf(line);
    if (event !== undefined) {
      const before = events.at(-1);
      inOrder &&= before === undefined || compareEvents(before, event) < 0;
      events.push(event);
    } else if (++unreadable <= maxProblems)
      problems.push({ message: `not category:name: ${line.slice(0, 80)}`, where: `line ${lineNumber}` });
  }
  if (unreadable > maxProblems)
    problems.push({ message: `${unreadable - maxProblems} more lines that are not category:name` });
  return { value: inOrder ? events : sortedOnce(events), problems };
}

function sortedOnce(events: readonly EventName[]): readonly EventName[] {
  const sorted = [...events].sort(compareEvents);
  return sorted.filter((event, i) => i === 0 || compareEvents(event, sorted[i - 1] ?? event) !== 0);
}

/** The order of `KernelIndex.events`. */
export function compareEvents(a: EventName, b: EventName): number {
  if (a.category !== b.category) return a.category < b.category ? -1 : 1;
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return 0;
}

/** Both parts are names of directories in tracefs, and neither may hold what would end such a name. */
const wellFormed = /^[^\0- /:\x7f]+:[^\0- /:\x7f]+$/;

function eventOf(line: string): EventName | undefined {
  if (!wellFormed.test(line)) return undefined;
  const colon = line.indexOf(':');
  return { category: line.slice(0, colon), name: line.slice(colon + 1) };
}
