/** Where this machine keeps the facts of its kernel, and what to tell users who cannot read them. */
import { machine, platform, release } from 'node:os';
import type { SnapshotMeta } from '#core/snapshot/codec';
import { errnoOf, KernelError, messageOf } from './errors';
import type { HostPaths } from './load';
import { readEvents } from './tree';
import type { KernelTree } from './tree';

export const HOST: HostPaths = {
  tracing: ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'],
  btf: '/sys/kernel/btf',
  modules: '/proc/modules',
  notes: '/sys/kernel/notes',
};

const ELSE_BUNDLED = 'or choose a bundled kernel or a snapshot';

/** The live kernel's files and the text of `available_events`. Throws a `KernelError`; mounts nothing. */
export function findHost(host: HostPaths): { readonly tree: KernelTree; readonly events: string } {
  if (platform() !== 'linux') {
    throw new KernelError(
      'not-linux',
      'only Linux has a kernel to read: choose a bundled kernel or a snapshot',
    );
  }
  let refused: unknown;
  for (const tracing of host.tracing) {
    const tree = { tracing, btf: `${host.btf}/vmlinux`, modules: { path: host.btf, suffix: '' } };
    try {
      const events = readEvents(tree);
      if (events.trim() !== '') return { tree, events };
      refused ??= new KernelError(
        'no-events',
        `${tracing} has no events (CONFIG_EVENT_TRACING): ${ELSE_BUNDLED}`,
      );
    } catch (error) {
      const errno = errnoOf(error);
      if (errno !== 'ENOENT' && errno !== 'ENOTDIR') refused ??= error;
    }
  }
  throw refusal(refused);
}

/** `uname` of this machine, now. */
export function hostMeta(): SnapshotMeta {
  return { release: release(), machine: machine(), capturedAt: new Date().toISOString() };
}

function refusal(error: unknown): KernelError {
  if (error instanceof KernelError) return error;
  if (error === undefined) {
    const mount = 'mount -t tracefs tracefs /sys/kernel/tracing';
    return new KernelError(
      'tracefs-not-mounted',
      `tracefs is not mounted: run \`${mount}\` as root, ${ELSE_BUNDLED}`,
    );
  }
  const errno = errnoOf(error);
  if (errno !== 'EACCES' && errno !== 'EPERM') {
    return new KernelError(
      'unreadable',
      `tracefs cannot be read (${messageOf(error)}): ${ELSE_BUNDLED}`,
      error,
    );
  }
  const capture = 'sudo ebpf-workbench capture --kernel local -o host.ebpfkernel';
  return new KernelError(
    'permission-denied',
    `tracefs may not be read by this user: run \`${capture}\` once and choose that snapshot, ${ELSE_BUNDLED}`,
    error,
  );
}
