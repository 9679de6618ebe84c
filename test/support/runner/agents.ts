/** Other agents than the built ones: what a broken installation or a hostile host would have. */
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Places } from '#runner/model';
import { mustRun } from '#support/process';
import { dist, temporaryFolder, usualPlaces } from './installation';

/** An installation whose agents are these files, by machine, with the right checksums. */
export async function placesWithAgents(agents: Readonly<Record<string, string>>): Promise<Places> {
  const folder = await temporaryFolder();
  const entries: Record<string, { file: string; sha256: string }> = {};
  for (const [machine, path] of Object.entries(agents)) {
    const sha256 = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
    await copyFile(path, join(folder, machine));
    entries[machine] = { file: machine, sha256 };
  }
  const sources = join(dist, 'agent', 'src');
  await mkdir(join(folder, 'src'));
  const names = await readdir(sources);
  for (const name of names) await copyFile(join(sources, name), join(folder, 'src', name));
  const manifest = { agents: entries, sources: names.map((name) => `src/${name}`) };
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
  return { ...usualPlaces, agents: folder };
}

/** An agent of this machine that does what the text of C functions says: `main` is theirs. */
export async function compiledAgent(text: string): Promise<string> {
  const folder = await temporaryFolder();
  const source = join(folder, 'agent.c');
  await writeFile(source, `#include <stdio.h>\n#include <string.h>\n#include <unistd.h>\n${text}`);
  await mustRun('cc', ['-O1', '-static', '-o', join(folder, 'agent'), source]);
  return join(folder, 'agent');
}
