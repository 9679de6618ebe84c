// The static libraries that a libbpf program for arm64 needs, from Debian, in a folder of .cache: nothing is installed,
// and the system's own apt is not touched. The compiler is the system's: Debian's gcc-aarch64-linux-gnu.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const cache = join(dirname(dirname(fileURLToPath(import.meta.url))), '.cache');
const archive = 'http://deb.debian.org/debian';
const suite = 'bookworm';
const packages = ['libbpf-dev', 'libelf-dev', 'zlib1g-dev'];
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

export const arm64Compiler = 'aarch64-linux-gnu-gcc';

/**
 * Arguments for `arm64Compiler`: where it finds libbpf's, libelf's and zlib's headers and static libraries. The first
 * call fetches the packages (1 MB). Rejects with a sentence where that is not possible.
 */
export async function arm64Sysroot() {
  const path = join(cache, `arm64-sysroot-${suite}`);
  if (!existsSync(path)) await make(path);
  const usr = join(path, 'usr');
  const machine = 'aarch64-linux-gnu';
  return [
    ...['-isystem', join(usr, 'include'), '-isystem', join(usr, 'include', machine)],
    ...['-L', join(usr, 'lib', machine)],
  ];
}

/** It appears by a rename, whole or not at all; where two processes make it at once, the first one's stays. */
async function make(path) {
  if (!existsSync(keyring)) throw new Error(`the arm64 libraries need Debian's apt and ${keyring}`);
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, '.arm64-sysroot-'));
  try {
    const unpacked = join(folder, 'root');
    await fetchPackages(folder);
    for (const name of await readdir(folder))
      if (name.endsWith('.deb')) await run('dpkg-deb', ['-x', join(folder, name), unpacked]);
    await rename(unpacked, path).catch((error) => {
      if (!existsSync(path)) throw error;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fetchPackages(folder) {
  const lists = join(folder, 'lists');
  const sources = join(folder, 'sources.list');
  await mkdir(join(lists, 'partial'), { recursive: true });
  await writeFile(sources, `deb [target=Packages signed-by=${keyring}] ${archive} ${suite} main\n`);
  const options = Object.entries({
    'APT::Architecture': 'arm64',
    'APT::Architectures': 'arm64',
    'APT::Sandbox::User': 'root',
    'Acquire::Retries': '3',
    'Acquire::http::Timeout': '30',
    'Dir::Cache::pkgcache': '',
    'Dir::Cache::srcpkgcache': '',
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': '-',
    'Dir::State::lists': lists,
    'Dir::State::status': '/dev/null',
  }).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  try {
    await run('apt-get', [...options, '-qq', '--error-on=any', 'update'], { cwd: folder });
    await run('apt-get', [...options, '-qq', 'download', ...packages], { cwd: folder });
  } catch (error) {
    const words = error.stderr ?? error.message;
    throw new Error(`the arm64 libraries cannot be fetched from ${archive}: ${words}`, { cause: error });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) console.log((await arm64Sysroot()).join(' '));
