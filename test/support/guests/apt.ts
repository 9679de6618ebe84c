/**
 * Packages of any Debian release and architecture, without touching what the system's own apt knows: lists of its
 * own in a folder, nothing installed.
 */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun, runTool } from '#support/process';
import type { Architecture } from './catalog';

export const debianKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

export interface Archive {
  /** What a package depends on, by names; empty where the archive does not have it. */
  dependencies(name: string): Promise<readonly string[]>;
  /** Unpacks packages into one folder; to be called once. Rejects where the archive lacks one. */
  unpack(names: readonly string[], into: string): Promise<void>;
}

/** Fetches the list of packages. `archive` is `URI suite`, `folder` is empty and stays as long as the archive is used. */
export async function openArchive(archive: string, arch: Architecture, folder: string): Promise<Archive> {
  const [lists, debs, sources] = ['lists', 'debs', 'sources.list'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await mkdir(join(lists, 'partial'), { recursive: true });
  await mkdir(debs);
  await writeFile(sources, `deb [target=Packages signed-by=${debianKeyring}] ${archive} main\n`);
  const options = Object.entries({
    'APT::Architecture': arch,
    'APT::Architectures': arch,
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
  await mustRun('apt-get', [...options, '-qq', '--error-on=any', 'update']);

  return {
    async dependencies(name) {
      const { stdout } = await runTool('apt-cache', [...options, 'depends', name]);
      return [...stdout.matchAll(/^ *Depends: (\S+)$/gm)].map(([, dependency = '']) => dependency);
    },
    async unpack(names, into) {
      // apt-get downloads into the folder that it runs in; in one run, as it reads the whole list each time.
      await mustRun('env', ['-C', debs, 'apt-get', ...options, '-qq', 'download', ...names]);
      for (const deb of await readdir(debs)) await mustRun('dpkg-deb', ['-x', join(debs, deb), into]);
    },
  };
}
