/** A run on all its hosts. */
import { createAgentStore } from '../agent/store';
import { createBuilder } from '../build/builder';
import { createHeaderCache } from '../build/header-cache';
import { createPrecompiledHeaders } from '../build/precompiled';
import { targetName } from '../connection/connection';
import type { HostOutcome, RunEvent, RunOptions, RunSession, Source } from '../model';
import { cleanLine } from '../text/clean';
import { deferred } from './deferred';
import { EventQueue } from './event-queue';
import { runHost } from './host-run';
import type { HostContext, Job } from './host-run';
import type { HostEvent } from './program-run';

export function startRun(options: RunOptions): RunSession {
  const abort = new AbortController();
  const { signal } = abort;
  /** What is made for the builds that come ends with the run. */
  const ended = new AbortController();
  const queue = new EventQueue<RunEvent>(() => void stop());
  const agents = createAgentStore(options.places.agents);
  const headers = createHeaderCache(options.places.cache);
  const precompiled = createPrecompiledHeaders(options.places.cache, ended.signal);
  const log = (line: string) => options.ui.log(cleanLine(line, 10_000));
  const outcomes = new Map<string, HostOutcome>();
  const running = new Set<string>();
  const finished = deferred<readonly HostOutcome[]>();
  const waiting: (() => void)[] = [];
  let source = options.source;
  let job = newJob(1);

  function newJob(number: number): Job {
    return {
      number,
      builder: createBuilder({ path: source.path, options: options.build ?? {}, precompiled, signal, log }),
    };
  }

  async function nextJob(number: number): Promise<Job> {
    while (job.number <= number) await new Promise<void>((resolve) => waiting.push(resolve));
    return job;
  }

  function start(host: string, context: HostContext): void {
    running.add(host);
    void runHost(context).then((outcome) => {
      running.delete(host);
      outcomes.set(host, outcome);
      if (running.size > 0) return;
      ended.abort();
      queue.close();
      finished.resolve(hosts.flatMap(([name]) => outcomes.get(name) ?? []));
    });
  }

  async function stop(): Promise<void> {
    queue.hurry();
    abort.abort();
    await finished.promise;
  }

  const hosts = [...new Map(options.targets.map((target) => [targetName(target), target]))].map(
    ([host, target]) => {
      const emit = (event: HostEvent, size?: number) =>
        queue.push({ ...event, host }, size, event.type === 'records');
      return [host, { target, options, agents, headers, emit, signal, nextJob }] as const;
    },
  );
  if (hosts.length === 0) {
    queue.close();
    finished.resolve([]);
  }
  for (const [host, context] of hosts) start(host, context);

  return {
    events: queue,
    reload(other: Source = source) {
      if (signal.aborted || running.size === 0) return;
      source = other;
      job = newJob(job.number + 1);
      for (const resume of waiting.splice(0)) resume();
      for (const [host, context] of hosts) {
        if (!running.has(host)) start(host, context);
      }
    },
    stop,
    done: finished.promise,
  };
}
