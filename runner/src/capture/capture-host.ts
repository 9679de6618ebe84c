/** The kernel of a host as a snapshot, over one connection. Nothing stays there. */
import type { Problem } from '#core/result';
import type { SnapshotMeta } from '#core/snapshot/codec';
import { connect, targetName } from '../connection/connection';
import type { ConnectContext } from '../connection/connection';
import type { Target } from '../model';

export interface HostCapture {
  readonly bytes: Uint8Array;
  readonly meta: SnapshotMeta;
  /** How many there are in `available_events`. */
  readonly events: number;
  /** What is not in the snapshot because it could not be read. */
  readonly problems: readonly Problem[];
}

export interface HostCaptureOptions {
  /** Where the kernel comes from, in words; kept in the snapshot. Nothing else in it names the host. */
  readonly origin?: string;
  /** Of brotli: 1 unless given; 3 takes four times as long and makes it a twelfth smaller, 11 half a minute and a quarter. */
  readonly quality?: number;
}

/** Rejects with a `RunFailure`, or with what the signal was aborted for. */
export async function captureHost(
  target: Target,
  context: ConnectContext,
  options: HostCaptureOptions = {},
): Promise<HostCapture> {
  context.signal.throwIfAborted();
  const connection = await connect(target, context);
  // While ssh connects there is time to load the rest.
  const { visitHost } = await import('./visit-host');
  return visitHost(connection, targetName(target), context, options);
}
