/** Programs and libraries of this machine, for uprobes: folders, and what their files can be probed at. Reads files. */
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readElf } from '#core/elf/reader';
import { userProbes } from '#core/elf/user-probes';
import { createMatcher } from '#core/text/fuzzy';
import type { Matcher } from '#core/text/fuzzy';

export interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
}

/** Names with the search over them. */
export interface Names {
  readonly names: readonly string[];
  readonly matcher: Matcher;
}

export interface Binary {
  readonly functions: Names;
  readonly usdt: Names;
}

export interface BinaryStore {
  /** Empty where it cannot be read. */
  entries(folder: string): Promise<readonly Entry[]>;
  /** By its path, or by its name where libbpf finds it by that; undefined where it cannot be read or is no ELF file. */
  binary(path: string): Promise<Binary | undefined>;
}

const maxBytes = 512 << 20;
/** Kept at a time: a program rarely probes more than a few. */
const kept = 4;

interface Cached {
  readonly version: string;
  readonly binary: Binary | undefined;
}

export function createBinaryStore(): BinaryStore {
  const cache = new Map<string, Cached>();

  async function read(path: string): Promise<Binary | undefined> {
    const facts = await stat(path);
    if (!facts.isFile() || facts.size > maxBytes) return undefined;
    const version = `${facts.mtimeMs}:${facts.size}`;
    const known = cache.get(path);
    if (known?.version === version) return known.binary;
    const { value, problems } = readElf(await readFile(path));
    const probes = value.sections.length > 0 && problems.length === 0 ? userProbes(value) : undefined;
    const binary = probes && { functions: named(probes.functions), usdt: named(probes.usdt) };
    cache.delete(path);
    for (const [oldest] of [...cache].slice(0, Math.max(0, cache.size - kept + 1))) cache.delete(oldest);
    cache.set(path, { version, binary });
    return binary;
  }

  return {
    async entries(folder) {
      const found = await readdir(folder, { withFileTypes: true }).catch(() => []);
      return Promise.all(
        found.map(async (entry) => ({
          name: entry.name,
          isFolder:
            entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(join(folder, entry.name)))),
        })),
      );
    },
    async binary(path) {
      for (const candidate of candidates(path)) {
        try {
          return await read(await realpath(candidate));
        } catch {
          // The next one may be there.
        }
      }
      return undefined;
    },
  };
}

const named = (names: readonly string[]): Names => ({ names, matcher: createMatcher(names) });

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  );

/** As libbpf looks for it (resolve_full_path): a library by its name, a program on the PATH. */
function candidates(path: string): readonly string[] {
  if (path.includes('/')) return [path];
  const folders = path.includes('.so')
    ? ['/usr/lib64', '/usr/lib', ...['x86_64', 'aarch64'].map((machine) => `/lib/${machine}-linux-gnu`)]
    : [...(process.env['PATH'] ?? '').split(':'), '/usr/bin', '/usr/sbin'];
  return folders.filter((folder) => folder !== '').map((folder) => join(folder, path));
}
