/** A host that can be reached by ssh, with a client configuration of its own: what guests and the loopback server have in common. */
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createKeyFile } from './keys';
import type { KeyFile } from './keys';
import { run, succeeded } from './run';
import type { Executed } from './run';

/** A way to reach the host; what is not given is right. */
export interface Route {
  readonly user?: string;
  /** `other`: a key that the host does not know; `none`: no key at all. */
  readonly key?: 'right' | 'other' | 'none';
  /** What `known_hosts` says: nothing of the host, or another key than it has. */
  readonly hostKey?: 'known' | 'unknown' | 'changed';
}

export interface ExecOptions {
  /** `root` unless given. */
  readonly user?: string;
  readonly input?: Uint8Array | string;
}

export interface SshHost {
  /** The path of the client configuration, for `ssh -F`. */
  readonly config: string;
  /** A name in it: everything is right, and the user is root. */
  readonly alias: string;
  readonly port: number;
  /** Adds another name to the configuration, and returns it. */
  route(route: Route): Promise<string>;
  /** One command line for the remote shell, or words that are quoted for it. An exit code is a result; 255 may be ssh's own. */
  exec(command: string | readonly string[], options?: ExecOptions): Promise<Executed>;
  /** The stdout of a command that has to succeed. */
  mustExec(command: string | readonly string[], options?: ExecOptions): Promise<Buffer>;
  /** Through `cat`: the hosts have no sftp. The file gets mode 0755. */
  upload(content: Uint8Array, path: string): Promise<void>;
}

export interface SshHostFacts {
  /** Where the configuration, `known_hosts` and keys are written. */
  readonly folder: string;
  readonly port: number;
  /** The host's public key. */
  readonly hostKey: string;
  /** The key that it lets in. */
  readonly key: KeyFile;
}

export async function createSshHost({ folder, port, hostKey, key }: SshHostFacts): Promise<SshHost> {
  const config = join(folder, 'config');
  const [other, wrong] = [await createKeyFile(folder, 'other'), await createKeyFile(folder, 'wrong')];
  const name = `[127.0.0.1]:${port}`;
  const known = {
    known: `${name} ${hostKey}\n`,
    unknown: '',
    changed: `${name} ${wrong.line}\n`,
  };
  for (const [state, text] of Object.entries(known)) await writeFile(join(folder, `${state}_hosts`), text);
  let routes = 0;

  const route: SshHost['route'] = async ({
    user = 'root',
    key: which = 'right',
    hostKey: state = 'known',
  }) => {
    // Unlike that of any other host, so that several configurations can be read as one.
    const alias = `host-${port}-${routes++}`;
    const identity = { right: key.file, other: other.file, none: 'none' }[which];
    const lines = [
      `Host ${alias}`,
      'HostName 127.0.0.1',
      `Port ${port}`,
      `User ${user}`,
      `IdentityFile ${identity}`,
      'IdentitiesOnly yes',
      'IdentityAgent none',
      `UserKnownHostsFile ${join(folder, `${state}_hosts`)}`,
      'GlobalKnownHostsFile none',
    ];
    await appendFile(config, `${lines.join('\n')}\n`);
    return alias;
  };
  const alias = await route({});
  const aliases = new Map([['root', Promise.resolve(alias)]]);

  const exec: SshHost['exec'] = async (command, { user = 'root', input } = {}) => {
    const known = aliases.get(user) ?? route({ user });
    aliases.set(user, known);
    const words = typeof command === 'string' ? command : command.map(quoted).join(' ');
    const own = ['-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=yes', '-o', 'ConnectTimeout=30'];
    return run('ssh', ['-F', config, ...own, '--', await known, words], input);
  };
  const mustExec: SshHost['mustExec'] = async (command, options) =>
    succeeded(await exec(command, options), typeof command === 'string' ? command : command.join(' '));
  return {
    config,
    alias,
    port,
    route,
    exec,
    mustExec,
    async upload(content, path) {
      await mustExec(`cat > ${quoted(path)} && chmod 755 ${quoted(path)}`, { input: content });
    },
  };
}

/** For a POSIX shell: whatever it is, it stays one word. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
