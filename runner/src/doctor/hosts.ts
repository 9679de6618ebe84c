/** What hosts are, and whether programs can run there. */
import type { HostFacts } from '#core/agent/protocol';
import type { Failure, HostFinding, RunOptions } from '../model';
import { startRun } from '../run/start-run';
import { hostFindings } from './findings';

export interface HostExamination {
  readonly host: string;
  readonly findings: readonly HostFinding[];
  readonly facts?: HostFacts;
  /** Why nothing was found out. */
  readonly failure?: Failure;
}

/** In the order of the targets. */
export async function examineHosts(
  options: Omit<RunOptions, 'source'>,
  signal: AbortSignal,
): Promise<readonly HostExamination[]> {
  const session = startRun({ ...options, source: { path: '' }, mode: 'inspect' });
  const stop = () => void session.stop();
  signal.addEventListener('abort', stop);
  const found = new Map<string, HostFacts>();
  for await (const event of session.events) {
    if (event.type === 'facts') found.set(event.host, event.facts);
  }
  signal.removeEventListener('abort', stop);
  return (await session.done).map(({ host, failure }) => {
    const facts = found.get(host);
    return {
      host,
      findings: facts ? hostFindings(facts) : [],
      ...(facts && { facts }),
      ...(failure && { failure }),
    };
  });
}
