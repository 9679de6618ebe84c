/**
 * `vmlinux.h` of targets, kept from run to run. A kernel build is known by `uname`, before the agent runs there; that
 * it is the same one still is known by the hash of its BTF, when it does.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';

const Meta = v.object({
  /** `HostFacts.btf.hash`. */
  btf: v.string(),
  /** Some members have a type's tag and no name, which clang takes with -fms-extensions only (kernels from 6.19). */
  taggedMembers: v.boolean(),
});

export interface KernelHeader extends Readonly<v.InferOutput<typeof Meta>> {
  /** The folder that `vmlinux.h` is in. */
  readonly folder: string;
}

/** A vmlinux.h, and what clang must be told about it. */
export type HeaderFolder = Pick<KernelHeader, 'folder' | 'taggedMembers'>;

/** What `uname` says of a kernel. */
export interface KernelBuild {
  readonly machine: string;
  readonly release: string;
  readonly build: string;
}

/** 3 MB each. */
const kept = 16;

export interface HeaderCache {
  find(kernel: KernelBuild): Promise<KernelHeader | undefined>;
  keep(kernel: KernelBuild, btf: string, text: Uint8Array): Promise<KernelHeader>;
  /** The newest one of any kernel of this machine: better than none for a target without BTF. */
  any(machine: string): Promise<KernelHeader | undefined>;
}

export function createHeaderCache(cache: string): HeaderCache {
  const root = join(cache, 'vmlinux');
  return {
    async find(kernel) {
      const folder = join(root, folderName(kernel));
      const header = await readHeader(folder);
      // Used now, so that it is not the next one to go.
      if (header) await utimes(folder, new Date(), new Date()).catch(() => undefined);
      return header;
    },
    async keep(kernel, btf, text) {
      const folder = join(root, folderName(kernel));
      const header = { btf, taggedMembers: hasTaggedMembers(text) };
      const fresh = `${folder}.${randomBytes(4).toString('hex')}`;
      await mkdir(fresh, { recursive: true });
      await writeFile(join(fresh, 'vmlinux.h'), text);
      await writeFile(join(fresh, 'meta.json'), JSON.stringify(header));
      await rm(folder, { recursive: true, force: true });
      // Another run may have put the same there meanwhile.
      await rename(fresh, folder).catch(() => rm(fresh, { recursive: true, force: true }));
      await prune(root);
      return { ...header, folder };
    },
    async any(machine) {
      const names = await byAge(root);
      const name = names.find((candidate) => candidate.startsWith(`${safe(machine)}-`));
      return name === undefined ? undefined : readHeader(join(root, name));
    },
  };
}

function folderName({ machine, release, build }: KernelBuild): string {
  const hash = createHash('sha256').update(`${machine}\n${release}\n${build}`).digest('hex').slice(0, 16);
  return `${safe(machine)}-${hash}`;
}

/** A host says what its machine is called: it must not name a folder elsewhere. */
function safe(machine: string): string {
  return machine.replace(/[^A-Za-z0-9_]/g, '_').slice(0, 32);
}

async function readHeader(folder: string): Promise<KernelHeader | undefined> {
  try {
    const meta = v.parse(Meta, JSON.parse(await readFile(join(folder, 'meta.json'), 'utf8')));
    await stat(join(folder, 'vmlinux.h'));
    return { ...meta, folder };
  } catch {
    return undefined;
  }
}

/** Whether clang takes it with -fms-extensions only. */
export function hasTaggedMembers(text: Uint8Array): boolean {
  return /^\t+(?:struct|union) \w+;$/m.test(Buffer.from(text).toString('latin1'));
}

/** Newest first. */
async function byAge(root: string): Promise<readonly string[]> {
  const names = await readdir(root).catch(() => []);
  const dated = await Promise.all(
    names.map(async (name) => {
      const facts = await stat(join(root, name)).catch(() => undefined);
      return { name, time: facts?.mtimeMs ?? 0 };
    }),
  );
  return dated.sort((a, b) => b.time - a.time).map(({ name }) => name);
}

async function prune(root: string): Promise<void> {
  const old = (await byAge(root)).slice(kept);
  await Promise.all(old.map((name) => rm(join(root, name), { recursive: true, force: true })));
}
