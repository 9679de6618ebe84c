/** A user that exists for one server alone: copies of the system's account files with some lines of their own. */
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun } from '#support/process';

export interface Account {
  readonly name: string;
  /** Without one, nobody logs in by password. */
  readonly password?: string;
  /** What it may do by sudo, which needs Debian's sudo; nothing unless given. */
  readonly sudo?: 'with password' | 'without password';
}

/** Nobody's on a usual system: users begin at 1000, and those of containers at 100000. */
const id = 60_500;

/**
 * Writes to `etc` the account files of a system in which root's shell is /bin/sh, which reads no start-up file of whoever runs
 * the tests, and which has the account too.
 */
export async function writeAccounts(etc: string, folder: string, account?: Account): Promise<void> {
  const passwd = (await readFile('/etc/passwd', 'utf8')).replace(/^(root:.*:)[^:\n]*$/m, '$1/bin/sh');
  await writeFile(join(etc, 'passwd'), passwd);
  if (account !== undefined) await addAccount(etc, folder, account);
}

async function addAccount(etc: string, folder: string, { name, password, sudo }: Account): Promise<void> {
  const home = join(folder, 'home');
  const hash = password === undefined ? '*' : await hashed(password);
  await mkdir(home);
  await mustRun('chown', [`${id}:${id}`, home]);
  await appendFile(join(etc, 'passwd'), `${name}:x:${id}:${id}::${home}:/bin/sh\n`);
  const added = [
    { file: 'group', mode: 0o644, line: `${name}:x:${id}:\n` },
    { file: 'shadow', mode: 0o600, line: `${name}:${hash}:20000:0:99999:7:::\n` },
  ];
  for (const { file, mode, line } of added)
    await writeFile(join(etc, file), (await readFile(join('/etc', file), 'utf8')) + line, { mode });
  if (existsSync('/etc/sudoers')) await writeFile(join(etc, 'sudoers'), sudoers(name, sudo), { mode: 0o440 });
}

function sudoers(name: string, sudo: Account['sudo']): string {
  if (sudo === undefined) return 'root ALL=(ALL) ALL\n';
  return `${name} ALL=(ALL) ${sudo === 'without password' ? 'NOPASSWD: ' : ''}ALL\n`;
}

/** By perl, which every Debian has: Node knows no crypt(3). */
async function hashed(password: string): Promise<string> {
  return mustRun('perl', ['-e', 'print crypt($ARGV[0], q($6$salt$))', '--', password]);
}
