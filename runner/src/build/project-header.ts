/** The vmlinux.h of a project, or one for it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '../capture/write-whole';
import { targetArchitecture } from './architecture';
import { hasTaggedMembers } from './header-cache';
import type { HeaderFolder } from './header-cache';

/** Of several in a project the one for the machine: `vmlinux/x86/vmlinux.h`; else the first. */
export function headerFor(machine: string, paths: readonly string[]): string | undefined {
  const words = [machine, targetArchitecture(machine)];
  return paths.find((path) => path.split(/[/\\]/).some((word) => words.includes(word))) ?? paths[0];
}

/** Writes a kernel's vmlinux.h below `cache`, where no build of another kernel looks. */
export async function keepHeader(
  cache: string,
  { release, machine }: { readonly release: string; readonly machine: string },
  text: string,
): Promise<HeaderFolder> {
  // A host says what its release is.
  const name = `${release}-${machine}`.replace(/[^\w.+-]/g, '_').slice(0, 100);
  const folder = join(cache, 'headers', name);
  await mkdir(folder, { recursive: true });
  const bytes = Buffer.from(text);
  await writeWhole(join(folder, 'vmlinux.h'), bytes);
  return { folder, taggedMembers: hasTaggedMembers(bytes) };
}
