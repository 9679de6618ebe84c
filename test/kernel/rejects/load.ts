/** Loads the programs of a file as its first line says: with all capabilities, or with some. */
import { buildLoader, parseVerdicts } from '#support/bpf/loader';
import type { ProgramVerdict } from '#support/bpf/loader';
import { findOnPath, requireKernel } from '#support/bpf/requirements';
import { mustRun } from '#support/process';
import { ensureTracefs } from '#support/tracefs';
import type { RejectedFile } from './corpus';

/** Why that cannot be done here. */
export function whyNotLoaded(): string | undefined {
  return requireKernel() ?? (findOnPath('setpriv') === undefined ? 'setpriv on PATH' : undefined);
}

/** All programs of the object, or the one of this name. */
export async function loadRejected(
  object: string,
  { capabilities }: RejectedFile,
  program?: string,
): Promise<readonly ProgramVerdict[]> {
  const what = [...(program === undefined ? [] : ['--only', program]), object];
  const loader = [await buildLoader('cc', []), 'verify', ...what];
  const kept = capabilities?.split(',').map((name) => `+${name}`);
  const limited = kept ? ['setpriv', `--bounding-set=-all,${kept.join(',')}`, ...loader] : loader;
  await ensureTracefs();
  const [command = '', ...args] = limited;
  return parseVerdicts(await mustRun(command, args));
}
