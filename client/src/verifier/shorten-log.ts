/** Logs of millions of lines do not fit into an editor; the end of a log is what says why a program was refused. */

const limit = 16 * 1024 * 1024;

/** The last whole lines, below the words that kernels have for what is missing. */
export function shortenLog(log: string, length = limit): string {
  if (log.length <= length) return log;
  const start = log.indexOf('\n', log.length - length) + 1;
  let omitted = 0;
  for (let at = log.indexOf('\n'); at >= 0 && at < start; at = log.indexOf('\n', at + 1)) omitted++;
  return `(${omitted} line(s) omitted)\n${log.slice(start)}`;
}
