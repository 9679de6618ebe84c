/** A kernel of Debian with an initramfs of busybox and dropbear: what QEMU needs to boot a guest. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { openArchive } from './apt';
import { cachedFolder } from './cache';
import { guests, userland } from './catalog';
import type { GuestId, GuestSpec } from './catalog';
import { cpio, padded } from './cpio';
import type { Entry } from './cpio';
import { modulesOf } from './modules';
import { userlandEntries } from './userland';

export interface GuestImage {
  readonly vmlinuz: string;
  /** An initramfs without keys: a guest boots this one with its own keys behind it. */
  readonly initramfs: string;
}

/** For QEMU's network card; some kernels have them built in. */
const modules = ['virtio_pci', 'virtio_mmio', 'virtio_net'];

const folders = ['bin', 'dev', 'etc', 'lib', 'lib64', 'modules', 'proc', 'sys', 'tmp', 'usr', 'usr/sbin'];

/** Nobody has a password, so everybody logs in by key. */
const accounts: readonly Entry[] = [
  { path: 'etc/passwd', content: 'root:x:0:0:root:/root:/bin/sh\ndev:x:1000:1000:dev:/home/dev:/bin/sh\n' },
  { path: 'etc/group', content: 'root:x:0:\ndev:x:1000:\n' },
  { path: 'etc/shadow', mode: 0o600, content: 'root:*:0:0:99999:7:::\ndev:*:0:0:99999:7:::\n' },
  { path: 'etc/shells', content: '/bin/sh\n' },
];

const initScript = fileURLToPath(new URL('init.sh', import.meta.url));

/** Downloads 20 to 35 MB the first time. Rejects where no archive can be reached or none has the kernel. */
export async function guestImage(id: GuestId): Promise<GuestImage> {
  const spec = guests[id];
  const init: Entry = { path: 'init', mode: 0o755, content: await readFile(initScript, 'utf8') };
  const inputs = [JSON.stringify([spec.arch, spec.archives, userland, modules, folders, accounts, init])];
  const folder = await cachedFolder({ name: id, inputs }, async (path) => {
    const scratch = await mkdtemp(join(tmpdir(), 'ebpf-workbench-kernel-'));
    try {
      const kernel = await unpackKernel(spec, scratch);
      const entries = [
        ...folders.map((name) => ({ path: name })),
        ...accounts,
        ...(await userlandEntries(spec.arch)),
        ...(await moduleEntries(kernel)),
        init,
      ];
      await writeFile(join(path, 'initramfs'), padded(gzipSync(cpio(entries))));
      await writeFile(join(path, 'vmlinuz'), await readFile(await findVmlinuz(kernel)));
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  });
  return { vmlinuz: join(folder, 'vmlinuz'), initramfs: join(folder, 'initramfs') };
}

/** The kernel's package, unpacked. Its name has the version in it, so that only the archive knows it. */
async function unpackKernel({ arch, archives }: GuestSpec, scratch: string): Promise<string> {
  const tree = join(scratch, 'tree');
  const failures: string[] = [];
  for (const [i, uri] of archives.entries()) {
    try {
      const archive = await openArchive(uri, arch, join(scratch, `archive-${i}`));
      const names = await archive.dependencies(`linux-image-cloud-${arch}`);
      const name = names.find((one) => one.startsWith('linux-image-'));
      if (name === undefined) throw new Error(`${uri} has no linux-image-cloud-${arch}`);
      await archive.unpack([name], tree);
      return tree;
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(failures.join('\n'));
}

async function findVmlinuz(tree: string): Promise<string> {
  const boot = join(tree, 'boot');
  const name = (await readdir(boot)).find((one) => one.startsWith('vmlinuz-'));
  if (name === undefined) throw new Error('the kernel package has no vmlinuz');
  return join(boot, name);
}

/** Numbered, as `init.sh` inserts them by name. */
async function moduleEntries(tree: string): Promise<readonly Entry[]> {
  const ordered = await modulesOf(tree, modules);
  return ordered.map(({ name, content }, i) => ({ path: `modules/${i}-${name}.ko`, content }));
}
