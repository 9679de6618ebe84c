/** What the remote tests need of the machine. `scripts/setup-test-tools.mjs` installs the tools. */
import { existsSync } from 'node:fs';
import { findOnPath } from '#support/bpf/requirements';
import type { Missing } from '#support/requirement';
import { debianKeyring } from './apt';
import { guests } from './catalog';
import type { GuestId } from './catalog';
import { guestImage } from './image';
import { emulators } from './machine';

/** The first thing that is missing for booting these guests. Where they have never been, they are downloaded now. */
export async function requireGuests(...ids: readonly GuestId[]): Promise<Missing> {
  if (process.platform !== 'linux') return 'Linux';
  const emulator = ids.map((id) => emulators[guests[id].arch]);
  const missing = missingTool([...emulator, 'setpriv', 'ssh', 'ssh-keygen', 'apt-get', 'dpkg-deb', 'xz']);
  if (missing !== undefined) return missing;
  if (!existsSync(debianKeyring)) return `${debianKeyring} (Debian's debian-archive-keyring)`;
  for (const id of ids) {
    try {
      await guestImage(id);
    } catch (error) {
      return `the kernel ${id}, which cannot be had: ${reasonOf(error)}`;
    }
  }
  return undefined;
}

/** The first thing that is missing for an OpenSSH server on loopback. */
export function requireSshd(): Missing {
  if (process.platform !== 'linux') return 'Linux';
  if (process.getuid?.() !== 0) return 'root';
  return missingTool(['sshd', 'ssh', 'ssh-keygen', 'setpriv', 'unshare', 'perl']);
}

function missingTool(names: readonly string[]): Missing {
  const name = names.find((one) => findOnPath(one) === undefined);
  return name && `${name} on PATH`;
}

/** Of all that apt says, its first error. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /^E: (.*)$/m.exec(text)?.[1] ?? text;
}
