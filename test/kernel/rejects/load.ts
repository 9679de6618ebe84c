/** Loads the programs of a file as its first line says: with all capabilities, or with some. */
import { buildLoader, loadPrograms, parseVerdicts } from '#support/bpf/loader';
import type { ProgramVerdict } from '#support/bpf/loader';
import { findOnPath, requireKernel } from '#support/bpf/requirements';
import { mustRun } from '#support/process';
import type { RejectedFile } from './corpus';

/** Why that cannot be done here. */
export function whyNotLoaded(): string | undefined {
  return requireKernel() ?? (findOnPath('setpriv') === undefined ? 'setpriv on PATH' : undefined);
}

export async function loadRejected(
  object: string,
  { capabilities }: RejectedFile,
): Promise<readonly ProgramVerdict[]> {
  if (capabilities === undefined) return loadPrograms(object, { attach: false });
  const kept = capabilities.split(',').map((name) => `+${name}`);
  const loader = await buildLoader('cc', []);
  return parseVerdicts(
    await mustRun('setpriv', [`--bounding-set=-all,${kept.join(',')}`, loader, 'verify', object]),
  );
}
