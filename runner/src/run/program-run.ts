/** One object on one host, from `load` to `stopped`: the agent's lines become events, and its verdicts failures. */
import type { AgentMap, AgentMessage, AgentMessageOf, HostFacts } from '#core/agent/protocol';
import { recordBatch } from '../agent/records';
import { RunFailure } from '../failure/failure';
import { attachFailure, loadFailure, noPrograms, nothingAttached, objectFailure } from '../failure/program';
import type { Failure, HostOutcome, RunEvent } from '../model';
import { deferred } from './deferred';

type WithoutHost<E> = E extends unknown ? Omit<E, 'host'> : never;
export type HostEvent = WithoutHost<RunEvent>;

/** Adds an event; `size` in bytes where it carries much. Settles when there is room for more. */
export type Emit = (event: HostEvent, size?: number) => Promise<void>;

/** Kept of the parts of one program's log. */
const maxLog = 64 * 1024 * 1024;

export class ProgramRun {
  readonly number: number;
  /** Settle in this order; reject where it came to nothing. */
  readonly loaded = deferred<true>();
  readonly running = deferred<true>();
  readonly stopped = deferred<true>();
  readonly #facts: HostFacts;
  readonly #emit: Emit;
  readonly #sections = new Map<string, string>();
  readonly #failures: { readonly name: string; readonly failure: Failure }[] = [];
  readonly #attached: string[] = [];
  #maps: readonly AgentMap[] = [];
  #logParts: string[] = [];
  #judged = false;
  #over = false;

  constructor(number: number, facts: HostFacts, emit: Emit) {
    this.number = number;
    this.#facts = facts;
    this.#emit = emit;
  }

  /** Programs that loaded and, once it runs, attached; and the others. */
  get programs(): HostOutcome['programs'] {
    const bad = new Set(this.#failures.map(({ name }) => name));
    return { good: [...this.#sections.keys()].filter((name) => !bad.has(name)), bad: [...bad] };
  }

  async handle(message: AgentMessage): Promise<void> {
    switch (message.type) {
      case 'maps':
        this.#maps = message.maps;
        return this.#emit(this.#ours(message));
      case 'log':
        this.#keepLog(message.text);
        return;
      case 'program':
        return this.#program(message);
      case 'attach':
        return this.#attach(message);
      case 'state':
        await this.#emit(this.#ours(message));
        this.#state(message);
        return;
      case 'records':
        return this.#emit(
          {
            type: 'records',
            run: this.number,
            map: this.#map(message.map),
            records: recordBatch(message.data, message.count),
          },
          message.data.length,
        );
      case 'map':
        return this.#emit(
          {
            type: 'map',
            run: this.number,
            map: this.#map(message.map),
            entries: message.entries.map(([key, value]) => [bytes(key), bytes(value)] as const),
            truncated: message.truncated,
          },
          message.entries.reduce((size, [key, value]) => size + key.length + value.length, 0),
        );
      case 'lost':
        return this.#emit(this.#ours(message));
      case 'stats':
        return this.#emit(this.#ours(message));
      case 'printk':
        return this.#emit(this.#ours(message));
      default:
        // Answers to commands, and what belongs to no session.
        return;
    }
  }

  #ours<T extends { readonly session: number }>(message: T): Omit<T, 'session'> & { run: number } {
    const { session, ...rest } = message;
    return { ...rest, run: session };
  }

  #keepLog(text: string): void {
    this.#logParts.push(text);
    let size = this.#logParts.reduce((sum, part) => sum + part.length, 0);
    while (size > maxLog) size -= this.#logParts.shift()?.length ?? size;
  }

  async #program(last: AgentMessageOf<'program'>): Promise<void> {
    const message = { ...last, log: [...this.#logParts, last.log].join('') };
    this.#logParts = [];
    const failure = loadFailure(message, this.#facts);
    this.#sections.set(message.name, message.section);
    if (failure) this.#failures.push({ name: message.name, failure });
    await this.#emit({ ...this.#ours(message), ...(failure && { failure }) }, message.log.length);
  }

  async #attach(message: AgentMessageOf<'attach'>): Promise<void> {
    const failure = attachFailure(message, this.#sections.get(message.name) ?? '', this.#facts);
    if (failure) this.#failures.push({ name: message.name, failure });
    else if (message.state === 'attached') this.#attached.push(message.name);
    await this.#emit({ ...this.#ours(message), ...(failure && { failure }) });
  }

  /** The kernel has said what it says: until then the agent waits for it, and hears nothing. */
  get isJudged(): boolean {
    return this.#judged;
  }

  /** Nothing of it is loaded any more. */
  get isOver(): boolean {
    return this.#over;
  }

  #state(message: AgentMessageOf<'state'>): void {
    this.#judged = true;
    this.#over = message.state === 'failed' || message.state === 'stopped';
    if (message.state === 'loaded') {
      if (this.#sections.size > 0) this.loaded.resolve(true);
      else this.#fail(noPrograms());
    }
    if (message.state === 'running') this.#isRunning();
    if (message.state === 'failed') {
      this.#fail(this.#failures[0]?.failure ?? objectFailure(message, this.#facts));
    }
    if (this.#over) this.stopped.resolve(true);
  }

  #isRunning(): void {
    const { good } = this.programs;
    if (this.#attached.length > 0) this.running.resolve(true);
    else this.#fail(this.#failures[0]?.failure ?? nothingAttached(good));
  }

  #fail(failure: Failure): void {
    const error = RunFailure.of(failure);
    this.loaded.reject(error);
    this.running.reject(error);
  }

  #map(index: number): AgentMap {
    const map = this.#maps.find((candidate) => candidate.index === index);
    if (map) return map;
    throw new RunFailure(
      'protocol-mismatch',
      `the agent speaks of map ${index}, which the program does not have`,
      'If it happens again, please report it.',
    );
  }
}

function bytes(text: string): Uint8Array {
  return Buffer.from(text, 'base64');
}
