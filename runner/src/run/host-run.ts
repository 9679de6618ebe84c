/**
 * A host, from the connection to its end. One after another it runs the objects that it is given; the one before goes
 * on until the next one runs.
 */
import type { AgentMessage } from '#core/agent/protocol';
import type { AgentLink, LoadOptions } from '../agent/link';
import type { AgentStore } from '../agent/store';
import { buildFor } from '../build/build-for';
import type { TypesOfHost } from '../build/build-for';
import type { Builder } from '../build/builder';
import type { BuildResult } from '../build/clang';
import type { HeaderCache } from '../build/header-cache';
import { buildOnHost } from '../build/on-host';
import { stripDebug } from '../build/strip';
import { connect, targetName } from '../connection/connection';
import type { Connection } from '../connection/connection';
import { failureOf, RunFailure } from '../failure/failure';
import type { Failure, HostOutcome, RunOptions, Target } from '../model';
import { ChannelEnded, openShell } from '../shell/remote-shell';
import type { RemoteShell } from '../shell/remote-shell';
import { deferred } from './deferred';
import type { Deferred } from './deferred';
import { Lifeline } from './lifeline';
import { agentEnded, preflight } from './preflight';
import { ProgramRun } from './program-run';
import type { Emit } from './program-run';
import { putAgent, startAgent } from './start-agent';
import { Steps } from './steps';
import type { StepEnd } from './steps';

/** What is to be run now; `number` counts from 1. */
export interface Job {
  readonly number: number;
  readonly builder: Builder;
}

export interface HostContext {
  readonly target: Target;
  readonly options: RunOptions;
  readonly agents: AgentStore;
  readonly headers: HeaderCache;
  readonly emit: Emit;
  /** Aborts when everything is to end. */
  readonly signal: AbortSignal;
  /** The newest job above `number`, once there is one. */
  nextJob(number: number): Promise<Job>;
}

type Built = Extract<BuildResult, { kind: 'built' }>;

interface Building {
  readonly job: Job;
  readonly built: Promise<Built>;
}

interface ReadyAgent extends TypesOfHost {
  readonly link: AgentLink;
}

/** From `quit` to the end of the agent; it takes a second at most by itself. */
const quitMs = 3500;

/** Never rejects. */
export async function runHost(context: HostContext): Promise<HostOutcome> {
  const host = targetName(context.target);
  const life = new HostLife(context, host);
  let failure: Failure | undefined;
  try {
    while (await life.live());
    failure = life.failure;
  } catch (error) {
    if (!context.signal.aborted) failure = failureOf(error);
  }
  const outcome = { host, ...(failure && { failure }), programs: life.programs };
  await context.emit({ type: 'ended', ...(failure && { failure }) });
  return outcome;
}

class HostLife {
  /** Of the newest job. */
  failure: Failure | undefined;
  readonly #context: HostContext;
  readonly #host: string;
  readonly #steps: Steps;
  readonly #runs = new Map<number, ProgramRun>();
  #handled = 0;
  #newest: ProgramRun | undefined;
  #streaming: StepEnd | undefined;

  constructor(context: HostContext, host: string) {
    this.#context = context;
    this.#host = host;
    this.#steps = new Steps((event) => void context.emit(event), context.signal);
  }

  get programs(): HostOutcome['programs'] {
    return this.#newest?.programs ?? { good: [], bad: [] };
  }

  /** One connection, to its end. True: another one is needed. */
  async live(): Promise<boolean> {
    const { signal } = this.#context;
    let connection: Connection | undefined;
    let building: Building | undefined;
    // Until the agent is there, everything that is waited for ends with the channel.
    const abandon = () => connection?.close();
    signal.addEventListener('abort', abandon);
    try {
      const shell = await this.#steps.run(
        'connect',
        async () => {
          connection = await this.#connect();
          return this.#explained(connection, false, openShell(connection.channel));
        },
        ({ facts }) => `${facts.machine}, Linux ${facts.release}`,
      );
      if (!connection) return false;
      const ready = deferred<ReadyAgent>();
      const agent = await this.#startAgent(connection, shell, ready, (begun) => (building = begun));
      signal.removeEventListener('abort', abandon);
      return building ? await this.#serve(agent, connection, shell, building) : false;
    } finally {
      signal.removeEventListener('abort', abandon);
      connection?.close();
      await connection?.channel.exited;
      // A step that began also ends before the host does.
      await building?.built.catch(() => undefined);
    }
  }

  #connect(): Promise<Connection> {
    const { target, options, signal } = this.#context;
    signal.throwIfAborted();
    return connect(target, { ui: options.ui, places: options.places, ssh: options.ssh ?? {}, signal });
  }

  /** Of a channel that ended, the connection knows why. */
  async #explained<T>(connection: Connection, talked: boolean, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw error instanceof ChannelEnded ? RunFailure.of(await connection.explain(talked)) : error;
    }
  }

  /** The build begins as soon as it can, and goes on beside the upload. */
  async #startAgent(
    connection: Connection,
    shell: RemoteShell,
    ready: Deferred<ReadyAgent>,
    onBuilding: (building: Building) => void,
  ): Promise<ReadyAgent> {
    const { options, agents, signal } = this.#context;
    const place = { host: this.#host, connection, shell };
    try {
      const rights = await this.#steps.run(
        'preflight',
        () => this.#explained(connection, true, preflight(this.#host, shell, options.ui, signal)),
        ({ privilege }) => (privilege === 'root' ? 'root' : 'sudo'),
      );
      const job = await this.#context.nextJob(this.#handled);
      const isLocal = await this.#canBuild(job);
      const build = isLocal
        ? () => buildFor(job.builder, shell.facts, this.#context.headers, ready.promise)
        : () =>
            this.#explained(connection, true, buildOnHost({ ...this.#context, shell, builder: job.builder }));
      const built = this.#build(job, build);
      built.catch(() => undefined);
      onBuilding({ job, built });
      // The host's shell does one thing at a time.
      if (!isLocal) await built;
      const link = await this.#steps.run(
        'upload',
        async () => {
          await this.#explained(connection, true, putAgent(place, agents));
          return startAgent(place, rights, (message) => this.#hear(message));
        },
        () => shell.facts.machine,
      );
      const facts = await link.facts();
      await this.#context.emit({ type: 'facts', facts });
      const agent = { link, facts, vmlinux: () => link.vmlinux() };
      ready.resolve(agent);
      return agent;
    } catch (error) {
      ready.reject(error instanceof Error ? error : new Error(String(error)));
      throw error;
    } finally {
      shell.dispose();
    }
  }

  #canBuild({ builder }: Job): Promise<boolean> {
    // What cannot even be read is for the build to say.
    return builder.canBuild().catch(() => true);
  }

  #build({ number }: Job, work: () => Promise<BuildResult>): Promise<Built> {
    const { emit } = this.#context;
    return this.#steps.run('build', async () => {
      const result = await work();
      if (result.kind === 'needs-header') throw new Error('a build that needs a header is none');
      await emit({ type: 'diagnostics', run: number, diagnostics: result.diagnostics });
      if (result.kind === 'failed') throw RunFailure.of(result.failure);
      return result;
    });
  }

  /** Runs the jobs that come. True: the next one needs another connection. */
  async #serve(
    agent: ReadyAgent,
    connection: Connection,
    shell: RemoteShell,
    first: Building,
  ): Promise<boolean> {
    const { options, headers } = this.#context;
    const lifeline = this.#lifeline(agent.link, connection);
    let next = first;
    try {
      for (;;) {
        this.#handled = next.job.number;
        this.failure = await this.#runJob(agent, next, lifeline);
        if (!options.keepConnected && (this.#runs.size === 0 || options.mode === 'verify')) return false;
        const job = await lifeline.hold(this.#context.nextJob(this.#handled));
        if (!(await this.#canBuild(job))) return true;
        const built = this.#build(job, () =>
          buildFor(job.builder, shell.facts, headers, Promise.resolve(agent)),
        );
        built.catch(() => undefined);
        next = { job, built };
      }
    } finally {
      await this.#quit(agent.link, connection);
      // A step that began also ends before the host does.
      await next.built.catch(() => undefined);
    }
  }

  #lifeline(link: AgentLink, connection: Connection): Lifeline {
    const lifeline = new Lifeline();
    const { signal } = this.#context;
    const cancel = () => lifeline.cut(new Error('cancelled'));
    if (signal.aborted) cancel();
    else signal.addEventListener('abort', cancel, { once: true });
    link.ended.then(
      async (code) =>
        lifeline.cut(
          RunFailure.of(code === undefined ? await connection.explain(true) : agentEnded(this.#host, code)),
        ),
      (error: unknown) => lifeline.cut(error),
    );
    return lifeline;
  }

  /** Until it runs, or is verified. Returns what is wrong with it; rejects where the host is lost. */
  async #runJob(
    { link, facts }: ReadyAgent,
    { job, built }: Building,
    lifeline: Lifeline,
  ): Promise<Failure | undefined> {
    const { options, emit } = this.#context;
    try {
      const { object } = await lifeline.hold(built);
      await emit({ type: 'built', run: job.number, object });
      const run = new ProgramRun(job.number, facts, emit);
      this.#newest = run;
      this.#runs.set(job.number, run);
      await this.#steps.run('load', () => {
        link.load(job.number, stripDebug(object), loadOptions(options));
        return lifeline.hold(run.loaded.promise);
      });
      if (options.mode === 'verify') await lifeline.hold(run.stopped.promise);
      else await this.#attach(link, run, lifeline);
      return undefined;
    } catch (error) {
      if (lifeline.isCut) throw error;
      return failureOf(error);
    }
  }

  async #attach(link: AgentLink, run: ProgramRun, lifeline: Lifeline): Promise<void> {
    try {
      await this.#steps.run('attach', () => lifeline.hold(run.running.promise));
    } catch (error) {
      // It is loaded and will say nothing.
      if (!lifeline.isCut) await this.#stop(link, run, lifeline);
      throw error;
    }
    const before = [...this.#runs.values()].filter(({ number }) => number < run.number);
    if (before.length === 0) this.#streaming = this.#steps.start('stream');
    for (const other of before) await this.#stop(link, other, lifeline);
  }

  async #stop(link: AgentLink, run: ProgramRun, lifeline: Lifeline): Promise<void> {
    link.stop(run.number);
    await lifeline.hold(run.stopped.promise);
  }

  async #hear(message: AgentMessage): Promise<void> {
    if (message.type === 'notice') return this.#context.emit(message);
    if (!('session' in message)) return;
    await this.#runs.get(message.session)?.handle(message);
    if (message.type === 'state' && (message.state === 'stopped' || message.state === 'failed')) {
      this.#runs.delete(message.session);
    }
  }

  async #quit(link: AgentLink, connection: Connection): Promise<void> {
    this.#streaming?.done();
    this.#streaming = undefined;
    const step = this.#steps.start('stop');
    const timer = setTimeout(() => connection.close(), quitMs);
    link.quit();
    await link.ended.catch(() => undefined);
    clearTimeout(timer);
    step.done();
  }
}

function loadOptions(options: RunOptions): LoadOptions {
  return {
    verify: options.mode === 'verify',
    programs: options.programs ?? [],
    logLevel: options.logLevel,
    dumpInterval: options.dumpInterval,
    stats: options.stats ?? false,
  };
}
