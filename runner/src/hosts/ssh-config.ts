/**
 * The hosts that a user's ssh configuration names, to choose from. Only names are read: what they mean is ssh's
 * business. Source: ssh_config(5), `Host` and `Include`.
 */
import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';

/** As deep as OpenSSH follows `Include` (READCONF_MAX_DEPTH). */
const maxDepth = 16;

/** In the order of the files, each once; without patterns. What cannot be read names no hosts. */
export async function sshConfigHosts(path = join(homedir(), '.ssh', 'config')): Promise<readonly string[]> {
  const hosts = new Set<string>();
  await readHosts(path, dirname(path), hosts, 0);
  return [...hosts];
}

async function readHosts(path: string, folder: string, hosts: Set<string>, depth: number): Promise<void> {
  if (depth > maxDepth) return;
  const text = await readFile(path, 'utf8').catch(() => '');
  for (const line of text.split('\n')) {
    const [, keyword = '', rest = ''] = /^\s*(\w+)\s*(?:=\s*|\s)(.*?)\s*$/.exec(line) ?? [];
    const words = wordsOf(rest);
    if (keyword.toLowerCase() === 'host') {
      for (const word of words) if (!/[*?!]/.test(word)) hosts.add(word);
    } else if (keyword.toLowerCase() === 'include') {
      for (const word of words)
        for (const file of await expand(word, folder)) await readHosts(file, folder, hosts, depth + 1);
    }
  }
}

function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const [, quoted, plain] of text.matchAll(/"([^"]*)"|(\S+)/g)) {
    if (plain?.startsWith('#') === true) break;
    words.push(quoted ?? plain ?? '');
  }
  return words;
}

/** Files that an `Include` means: relative to the user's ssh folder, `*` and `?` in the last part of the path. */
async function expand(pattern: string, folder: string): Promise<readonly string[]> {
  const home = pattern.replace(/^~(?=\/)/, homedir());
  const path = isAbsolute(home) ? home : join(folder, home);
  const last = basename(path);
  if (!/[*?]/.test(last)) return [path];
  const escaped = last.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  const matches = new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
  const names = await readdir(dirname(path)).catch(() => []);
  return names
    .filter((name) => matches.test(name) && !name.startsWith('.'))
    .sort()
    .map((name) => join(dirname(path), name));
}
