/** What `run` prints, in one format or the other. */
import type { Explanation } from '#core/verifier/model';
import type { Failure, RunEvent, RunEventOf } from '#runner/model';
import type { DecodersOf } from '../decoders';
import type { Drawing } from './excerpt';

export interface RunOutput {
  /** @param explanations what the failure of this event means */
  event(event: RunEvent, explanations: readonly Explanation[]): void;
}

export interface OutputContext {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly drawing: Drawing;
  readonly decoders: DecodersOf;
  /** Names of the maps to print; empty for all. */
  readonly maps: readonly string[];
  /** More than one host. */
  readonly several: boolean;
}

/** The object that a host runs, by host and number of the run. */
export class Objects {
  readonly #objects = new Map<string, Uint8Array>();

  keep({ host, run, object }: RunEventOf<'built'>): void {
    this.#objects.set(`${run} ${host}`, object);
  }

  of({ host, run }: { readonly host: string; readonly run: number }): Uint8Array {
    return this.#objects.get(`${run} ${host}`) ?? new Uint8Array(0);
  }
}

/** Each failure once: the one that ended a host was told before, as that of a program. */
export class Failures {
  readonly #told = new Set<string>();

  /** The failure to tell with this event, and the program that it is about. */
  of(event: RunEvent): { readonly failure: Failure; readonly program?: string } | undefined {
    const failure = 'failure' in event ? event.failure : undefined;
    if (!failure || failure.code === 'cancelled') return undefined;
    const key = `${event.host} ${failure.message}`;
    if (this.#told.has(key)) return undefined;
    this.#told.add(key);
    return event.type === 'program' || event.type === 'attach'
      ? { failure, program: event.name }
      : { failure };
  }
}
