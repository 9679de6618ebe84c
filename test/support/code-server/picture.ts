/** Pictures of the window for the README. */
import { join } from 'node:path';
import { codeServers } from './install.mjs';
import type { Session } from './session';

/** Of the latest VS Code to docs/images with UPDATE_SCREENSHOTS=1, else to where nobody keeps them. */
export function takePicture(
  session: Pick<Session, 'workbench' | 'scratch'>,
  version: string,
  name: string,
): Promise<void> {
  const kept = process.env['UPDATE_SCREENSHOTS'] === '1' && version === codeServers.at(-1)?.version;
  const dir = kept ? join('docs', 'images') : session.scratch;
  return session.workbench.screenshot(join(dir, `${name}.png`));
}
