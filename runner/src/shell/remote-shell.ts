/** Our end of the script in bootstrap.ts. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Channel } from '../connection/channel';
import { RunFailure } from '../failure/failure';
import { mayLoad } from '../text/capabilities';
import { cleanLine } from '../text/clean';
import { newWord, nextAnswer } from './answers';
import { bootstrapScript } from './bootstrap';
import { quote } from './quote';

/** What the script found out about the host. */
export interface ShellFacts {
  /** `uname -s`, `-m`, `-r` and `-v`. */
  readonly system: string;
  readonly machine: string;
  readonly release: string;
  readonly build: string;
  readonly uid: number;
  readonly sudo: 'none' | 'free' | 'password';
  /** What we run there may load programs without being root. */
  readonly capable: boolean;
  readonly has: ReadonlySet<string>;
}

export type Privilege = 'root' | 'sudo' | 'password';

export interface Work {
  readonly code: number;
  readonly out: Buffer;
  readonly err: string;
}

const aliveMs = 1000;

export interface RemoteShell {
  readonly facts: ShellFacts;
  /** The first word of the script's own lines. */
  readonly word: string;
  /** Whether sudo takes this password; with sudo's words where it does not. */
  unlock(password: string): Promise<{ readonly ok: boolean; readonly words: string }>;
  /**
   * Writes a file into our folder of the host: `agent`, or `work/…`. Tries the next folder where one is full. `packed` is
   * the same by gzip, where that is at hand.
   */
  put(name: string, bytes: Uint8Array, packed?: Uint8Array): Promise<void>;
  /**
   * Runs a command line of quoted words in our folder `work`, without input. For hosts with a compiler: they have
   * `base64` too.
   */
  work(command: string): Promise<Work>;
  /** Starts the agent that was put there; from now on the channel is the agent's. */
  run(privilege: Privilege, password?: string): void;
  /** Stops keeping the script alive. */
  dispose(): void;
}

export async function openShell(channel: Channel): Promise<RemoteShell> {
  const word = newWord();
  channel.write(bootstrapScript(word));
  const folders: Folder = { refused: [], chosen: '' };
  const facts = await readFacts();
  // An empty command: the script knows that somebody is there.
  let alive = setInterval(ping, aliveMs);

  function ping(): void {
    channel.write(':\n');
  }

  function answer(): Promise<readonly [key: string, rest: string]> {
    return nextAnswer(channel, word);
  }

  async function readFacts(): Promise<ShellFacts> {
    const found = new Map<string, string>();
    const has = new Set<string>();
    for (;;) {
      const [key, rest] = await answer();
      if (key === 'ready') break;
      if (key === 'has') has.add(rest);
      else if (!folderLine(folders, key, rest)) found.set(key, cleanLine(rest, 200));
    }
    const sudo = found.get('sudo');
    return {
      system: found.get('system') ?? '',
      machine: found.get('machine') ?? '',
      release: found.get('release') ?? '',
      build: found.get('build') ?? '',
      uid: Number(found.get('uid') ?? -1),
      sudo: sudo === 'free' || sudo === 'password' ? sudo : 'none',
      capable: mayLoad(found.get('capabilities') ?? ''),
      has,
    };
  }

  async function nextFolder(): Promise<void> {
    channel.write('pick $left\n');
    for (;;) {
      const [key, rest] = await answer();
      folderLine(folders, key, rest);
      if (key === 'folder') return;
    }
  }

  async function send(name: string, bytes: Uint8Array, packed: Uint8Array | undefined): Promise<string> {
    const { words, content } = packFile(bytes, facts.has.has('gzip'), packed);
    // Nothing may follow the bytes until they are there: `head` reads in blocks.
    clearInterval(alive);
    channel.write(`put ${quote(name)} ${words}\n`);
    channel.write(content);
    const [, result] = await answer();
    alive = setInterval(ping, aliveMs);
    return result;
  }

  return {
    facts,
    word,
    async unlock(password) {
      channel.write(`unlock\n${password.replaceAll('\n', '')}\n`);
      const [, result] = await answer();
      return { ok: result === 'ok', words: cleanLine(result.replace(/^no /, '')) };
    },
    async put(name, bytes, packed) {
      while (folders.chosen !== '') {
        const result = await send(name, bytes, packed);
        if (result === 'ok') return;
        if (result.startsWith('damaged')) throw damaged(result);
        folders.refused.push(`${folders.chosen}: ${cleanLine(result)}`);
        await nextFolder();
      }
      throw noFolder(folders.refused);
    },
    async work(command) {
      channel.write(`work ${quote(command)}\n`);
      const [, out] = await answer();
      const [, err] = await answer();
      const [, code] = await answer();
      return {
        code: Number(code),
        out: Buffer.from(out, 'base64'),
        err: Buffer.from(err, 'base64').toString(),
      };
    },
    run(privilege, password) {
      clearInterval(alive);
      channel.write(`run ${privilege}\n`);
      if (password !== undefined) channel.write(`${password}\n`);
    },
    dispose: () => clearInterval(alive),
  };
}

/** A file as the function `put` of our scripts takes it: its words behind the name, and what follows them. */
export function packFile(
  bytes: Uint8Array,
  hasGzip: boolean,
  packed?: Uint8Array,
): { readonly words: string; readonly content: Uint8Array } {
  const content = hasGzip ? (packed ?? gzipSync(bytes, { level: 6 })) : bytes;
  const sum = createHash('sha256').update(bytes).digest('hex');
  return { words: `${content.length} ${hasGzip ? 'gzip' : 'plain'} ${bytes.length} ${sum}`, content };
}

interface Folder {
  /** With the reason, one a line. */
  readonly refused: string[];
  /** Empty: none. */
  chosen: string;
}

function folderLine(folders: Folder, key: string, rest: string): boolean {
  if (key === 'refused') folders.refused.push(cleanLine(rest.replace(' ', ': ')));
  else if (key === 'folder') folders.chosen = rest;
  else return false;
  return true;
}

function damaged(result: string): RunFailure {
  return new RunFailure(
    'agent-damaged',
    'what arrived on the host is not what was sent',
    'Something on the way changes the data. Run again; if it happens again, look at what the host’s login files do with stdin.',
    result,
  );
}

function noFolder(refused: readonly string[]): RunFailure {
  const words = refused.join('\n');
  if (/No space left|quota/i.test(words)) {
    return new RunFailure(
      'disk-full',
      'there is no room on the host for the agent (about 2 MB for a moment)',
      'Make room in one of the folders below.',
      words,
    );
  }
  return new RunFailure(
    'no-writable-directory',
    'no folder of the host lets us write and run a file',
    'Make one of them writable and executable (mount -o remount,rw,exec …): /dev/shm, /tmp, /var/tmp, the home directory, /run.',
    words,
  );
}
