/** The built product, as the runner and the command line use it. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Places } from '#runner/model';
import type { Missing } from '#support/requirement';

export const dist = fileURLToPath(new URL('../../../dist', import.meta.url));

/** What of the build the runner cannot do without. */
export function requireAgents(...machines: readonly string[]): Missing {
  const files = ['cli.js', 'askpass.js', ...machines.map((machine) => join('agent', machine, 'ebpf-agent'))];
  const missing = files.find((file) => !existsSync(join(dist, file)));
  return missing && `dist/${missing} (npm run build)`;
}

/** With a cache that the tests share, and what earlier runs of them left there: vmlinux.h of hosts. */
export const usualPlaces = placesWith(fileURLToPath(new URL('../../../.cache/test/runner', import.meta.url)));

/** With a cache of the test's own: nothing is known of any host. */
export async function freshPlaces(): Promise<Places> {
  return placesWith(await temporaryFolder());
}

export function placesWith(cache: string): Places {
  return { agents: join(dist, 'agent'), askpass: join(dist, 'askpass.js'), cache };
}

/** Goes with the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ebpf-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
