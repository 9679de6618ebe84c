/** What runs in every guest, whatever its kernel: packages of one Debian release, unpacked. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { openArchive } from './apt';
import { cachedFolder } from './cache';
import { userland } from './catalog';
import type { Architecture } from './catalog';
import type { Entry } from './cpio';

/** The name of an architecture's library folder. */
const triplets: Readonly<Record<Architecture, string>> = {
  amd64: 'x86_64-linux-gnu',
  arm64: 'aarch64-linux-gnu',
};

const shells = ['busybox-static', 'dropbear-bin'];
const sharedLibraries = ['libc6', 'libcrypt1', 'libgmp10', 'libtomcrypt1', 'libtommath1', 'zlib1g'];

/** Where the kernel looks for the dynamic linker. */
const linkers: Readonly<Record<Architecture, string>> = {
  amd64: 'lib64/ld-linux-x86-64.so.2',
  arm64: 'lib/ld-linux-aarch64.so.1',
};
const loadedByDropbear = [
  'libc.so.6',
  'libcrypt.so.1',
  'libgmp.so.10',
  'libtomcrypt.so.1',
  'libtommath.so.1',
  'libz.so.1',
];

/** The folder into which they are unpacked. Downloads 14 MB the first time. */
export async function userlandTree(arch: Architecture): Promise<string> {
  const packages = [...shells, ...sharedLibraries];
  return cachedFolder({ name: `userland-${arch}`, inputs: [userland, ...packages] }, async (path) => {
    const scratch = await mkdtemp(join(tmpdir(), 'ebpf-workbench-apt-'));
    try {
      const archive = await openArchive(userland, arch, scratch);
      await archive.unpack(packages, path);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  });
}

/** busybox, and dropbear with its libraries, where a guest wants them. */
export async function userlandEntries(arch: Architecture): Promise<readonly Entry[]> {
  const tree = await userlandTree(arch);
  const program = async (path: string): Promise<Entry> => ({
    path,
    mode: 0o755,
    content: await readFile(join(tree, path)),
  });
  const library = async (path: string): Promise<Entry> => ({
    path,
    mode: 0o755,
    content: await readFile(findLibrary(tree, arch, basename(path))),
  });
  return Promise.all([
    program('bin/busybox'),
    program('usr/sbin/dropbear'),
    library(linkers[arch]),
    ...loadedByDropbear.map((name) => library(`lib/${name}`)),
  ]);
}

/** Older packages have their libraries in /lib, newer ones in /usr/lib. */
function findLibrary(tree: string, arch: Architecture, name: string): string {
  const places = ['lib', 'usr/lib'].map((folder) => join(tree, folder, triplets[arch], name));
  const place = places.find((path) => existsSync(path));
  if (place === undefined) throw new Error(`no package has ${name} for ${arch}`);
  return place;
}
