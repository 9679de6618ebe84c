/** The way to a host: a channel to its shell, and why it ended if it did. */
import type { Failure, Places, RunnerUi, SshOptions, Target } from '../model';
import { localHost } from '../model';
import type { Channel } from './channel';
import { connectLocal } from './local';
import { connectSsh } from './ssh';

export interface Connection {
  readonly channel: Channel;
  /** For a channel that ended without our doing. `talked`: the host had answered before. */
  explain(talked: boolean): Promise<Failure>;
  /** Whether a question of ssh waits for the user. */
  isAsking(): boolean;
  /** Ends it. */
  close(): void;
}

export interface ConnectContext {
  readonly ui: RunnerUi;
  readonly places: Places;
  readonly ssh: SshOptions;
  readonly signal: AbortSignal;
}

export function connect(target: Target, context: ConnectContext): Promise<Connection> {
  return target.kind === 'local' ? connectLocal(context) : connectSsh(target.host, context);
}

/** How a target is called in events. */
export function targetName(target: Target): string {
  return target.kind === 'local' ? localHost : target.host;
}
