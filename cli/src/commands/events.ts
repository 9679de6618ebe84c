/** `events`: the tracepoints of the target kernel, all or those that match, best first. */
import { createMatcher } from '#core/text/fuzzy';
import { readArguments } from '../arguments';
import { exitCode, UsageError } from '../command';
import type { Command } from '../command';
import { chooseKernel } from '../kernel';

export const events: Command = {
  name: 'events',
  usage: 'events [QUERY] [--kernel KERNEL] [--limit N]',
  summary: 'list tracepoints, the best match first',
  async run(args, io) {
    const { values, positionals } = readArguments(args, {
      kernel: { type: 'string' },
      limit: { type: 'string' },
    });
    if (positionals.length > 1) throw new UsageError('one query at the most: put it in quotes');
    const limit = values.limit === undefined ? Infinity : Number(values.limit);
    if (!(limit > 0)) throw new UsageError(`--limit takes a number above 0, not ${values.limit ?? ''}`);
    const { view, idle } = await chooseKernel(values.kernel, io);
    const names = view.index.events.map((event) => `${event.category}:${event.name}`);
    const query = positionals[0] ?? '';
    const found =
      query === '' ? names.slice(0, limit) : matching(names, query, Math.min(limit, names.length));
    io.out(found.map((name) => `${name}\n`).join(''));
    await idle;
    if (found.length > 0) return exitCode.fine;
    io.err(`no tracepoint matches ${query} on ${view.index.provenance.release}\n`);
    return exitCode.findings;
  },
};

function matching(names: readonly string[], query: string, limit: number): string[] {
  return createMatcher(names)
    .search(query, limit)
    .map(({ index }) => names[index] ?? '');
}
