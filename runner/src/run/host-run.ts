/**
 * A host, from the connection to its end. One after another it runs the objects that it is given; the one before goes
 * on until the next one runs.
 */
import type { AgentMessage } from '#core/agent/protocol';
import type { AgentLink, LoadOptions } from '../agent/link';
import type { AgentStore } from '../agent/store';
import { buildFor } from '../build/build-for';
import type { Builder } from '../build/builder';
import type { BuildResult } from '../build/clang';
import type { HeaderCache } from '../build/header-cache';
import { buildOnHost } from '../build/on-host';
import { stripDebug } from '../build/strip';
import { targetName } from '../connection/connection';
import { failureOf, RunFailure } from '../failure/failure';
import type { Failure, HostOutcome, RunOptions, Target } from '../model';
import { deferred } from './deferred';
import { atShell, leave, putAgent, reach, startAgent } from './place';
import type { Place, ReadyAgent } from './place';
import { preflight } from './preflight';
import type { Rights } from './preflight';
import { ProgramRun } from './program-run';
import type { Emit } from './program-run';
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

interface Building {
  readonly job: Job;
  readonly built: Promise<Extract<BuildResult, { kind: 'built' }>>;
}

/** From `quit` to the end of the agent; it takes a second at most by itself. */
const quitMs = 2500;
/** Where the agent is not there to hear it: it then ends a second after its stdin. */
const deafMs = 500;

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
  await context.emit({ type: 'ended', ...(failure && { failure }) });
  return { host, ...(failure && { failure }), programs: life.programs };
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
    const { target, options, signal } = this.#context;
    signal.throwIfAborted();
    const { ui, places, ssh = {} } = options;
    const place = await this.#steps.run(
      'connect',
      () => reach(target, this.#host, { ui, places, ssh, signal }),
      ({ shell: { facts } }) => `${facts.machine}, Linux ${facts.release}`,
    );
    try {
      return await this.#atShell(place);
    } finally {
      place.shell.dispose();
      await leave(place.connection);
    }
  }

  async #atShell(place: Place): Promise<boolean> {
    const { options, signal } = this.#context;
    // Until the agent is there, everything that is waited for ends with the channel.
    const abandon = () => place.connection.close();
    if (signal.aborted) abandon();
    signal.addEventListener('abort', abandon);
    const ready = deferred<ReadyAgent>();
    let building: Building | undefined;
    try {
      const rights = await this.#steps.run(
        'preflight',
        () => atShell(place, preflight(this.#host, place.shell, options.ui, signal)),
        ({ privilege }) => (privilege === 'root' ? 'root' : 'sudo'),
      );
      if (options.mode !== 'inspect') building = await this.#beginBuild(place, ready.promise);
      const agent = await this.#upload(place, rights);
      ready.resolve(agent);
      signal.removeEventListener('abort', abandon);
      return await this.#withAgent(place, agent, building);
    } catch (error) {
      ready.reject(error instanceof Error ? error : new Error(String(error)));
      throw error;
    } finally {
      signal.removeEventListener('abort', abandon);
      await building?.built.catch(() => undefined);
    }
  }

  /** The build goes on beside the upload, where it needs nothing of the host. */
  async #beginBuild(place: Place, agent: Promise<ReadyAgent>): Promise<Building> {
    const { headers, agents } = this.#context;
    const { shell } = place;
    const job = await this.#context.nextJob(this.#handled);
    if (await canBuild(job)) {
      return this.#build(job, () => buildFor(job.builder, shell.facts, headers, agent));
    }
    const building = this.#build(job, () =>
      atShell(place, buildOnHost({ shell, builder: job.builder, headers, agents })),
    );
    // The host's shell does one thing at a time.
    await building.built;
    return building;
  }

  #build(job: Job, work: () => Promise<BuildResult>): Building {
    const built = this.#steps.run('build', async () => {
      const result = await work();
      if (result.kind === 'needs-header') throw new Error('no build ends so');
      await this.#context.emit({ type: 'diagnostics', run: job.number, diagnostics: result.diagnostics });
      if (result.kind === 'failed') throw RunFailure.of(result.failure);
      return result;
    });
    // Who waits for it hears of it, sooner or later.
    built.catch(() => undefined);
    return { job, built };
  }

  async #upload(place: Place, rights: Rights): Promise<ReadyAgent> {
    const agent = await this.#steps.run('upload', async () => {
      await atShell(place, putAgent(place, this.#context.agents));
      return startAgent(place, rights, (message) => this.#hear(message));
    });
    await this.#context.emit({ type: 'facts', facts: agent.facts });
    return agent;
  }

  async #withAgent(place: Place, agent: ReadyAgent, building: Building | undefined): Promise<boolean> {
    const { signal } = this.#context;
    const cancel = () => agent.lifeline.cut(new Error('cancelled'));
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel);
    try {
      return building ? await this.#serve(place, agent, building) : false;
    } finally {
      signal.removeEventListener('abort', cancel);
      await this.#quit(place, agent.link);
    }
  }

  /** Runs the jobs that come. True: the next one needs another connection. */
  async #serve({ shell }: Place, agent: ReadyAgent, first: Building): Promise<boolean> {
    const { options, headers } = this.#context;
    let next = first;
    try {
      for (;;) {
        this.#handled = next.job.number;
        this.failure = await this.#runJob(agent, next);
        if (!options.keepConnected && (this.#runs.size === 0 || options.mode === 'verify')) return false;
        const job = await agent.lifeline.hold(this.#context.nextJob(this.#handled));
        if (!(await canBuild(job))) return true;
        next = this.#build(job, () => buildFor(job.builder, shell.facts, headers, Promise.resolve(agent)));
      }
    } finally {
      // A step that began also ends before the host does.
      await next.built.catch(() => undefined);
    }
  }

  /** Until it runs, or is verified. Returns what is wrong with it; rejects where the host is lost. */
  async #runJob(agent: ReadyAgent, { job, built }: Building): Promise<Failure | undefined> {
    const { options, emit } = this.#context;
    const { link, facts, lifeline } = agent;
    const run = new ProgramRun(job.number, facts, emit);
    try {
      const { object } = await lifeline.hold(built);
      await emit({ type: 'built', run: job.number, object });
      this.#newest = run;
      this.#runs.set(job.number, run);
      await this.#steps.run('load', () => {
        link.load(job.number, stripDebug(object), loadOptions(options));
        return lifeline.hold(run.loaded.promise);
      });
      if (options.mode === 'verify') await lifeline.hold(run.stopped.promise);
      else await this.#attach(agent, run);
      return undefined;
    } catch (error) {
      if (lifeline.isCut) throw error;
      // Loaded, it may be; but it will say nothing.
      if (this.#runs.has(run.number) && !run.isOver) await stop(agent, run);
      return failureOf(error);
    }
  }

  async #attach(agent: ReadyAgent, run: ProgramRun): Promise<void> {
    await this.#steps.run('attach', () => agent.lifeline.hold(run.running.promise));
    const before = [...this.#runs.values()].filter(({ number }) => number < run.number);
    if (before.length === 0) this.#streaming = this.#steps.start('stream');
    for (const other of before) await stop(agent, other);
  }

  async #hear(message: AgentMessage): Promise<void> {
    if (message.type === 'notice') return this.#context.emit(message);
    if (!('session' in message)) return;
    await this.#runs.get(message.session)?.handle(message);
    if (message.type === 'state' && (message.state === 'stopped' || message.state === 'failed')) {
      this.#runs.delete(message.session);
    }
  }

  async #quit({ connection }: Place, link: AgentLink): Promise<void> {
    this.#streaming?.done();
    this.#streaming = undefined;
    const step = this.#steps.start('stop');
    const isDeaf = this.#newest?.isJudged === false;
    const timer = setTimeout(() => connection.close(), isDeaf ? deafMs : quitMs);
    link.quit();
    await link.ended.catch(() => undefined);
    clearTimeout(timer);
    step.done();
  }
}

function canBuild({ builder }: Job): Promise<boolean> {
  // What cannot even be read is for the build to say.
  return builder.canBuild().catch(() => true);
}

async function stop({ link, lifeline }: ReadyAgent, run: ProgramRun): Promise<void> {
  link.stop(run.number);
  await lifeline.hold(run.stopped.promise);
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
