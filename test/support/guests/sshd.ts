/** A real OpenSSH server on loopback: its own configuration and keys, no port that needs privileges. Root logs in by key. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findOnPath } from '#support/bpf/requirements';
import { writeAccounts } from './accounts';
import type { Account } from './accounts';
import { createKeyFile } from './keys';
import { createSshHost } from './ssh';
import type { SshHost } from './ssh';

/**
 * For sh, whose arguments are a folder and a program: runs that as a host of its own. Its /dev/shm is empty, and the files
 * of the folder take the place of those in /etc; the system's stay as they are.
 */
const ownMounts = `set -e
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
for file in "$1"/*; do
  if [ -f "$file" ]; then mount --bind "$file" "/etc/\${file##*/}"; fi
done
shift
exec "$@"`;

/** In the environment of all that the server starts: its port. */
export const hostVariable = 'EBPF_TEST_HOST';

export interface SshdOptions {
  /** Lines of sshd_config, which win over the usual ones: `{ ForceCommand: 'internal-sftp' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** A user that is there for this server only; it logs in by the same key as root, or by its password. */
  readonly account?: Account;
}

export interface Sshd extends SshHost {
  /** The process that listens. */
  readonly pid: number;
  /** What the server has logged: who came, what was refused. */
  log(): string;
  /** Ends the server and its connections. To be called when a test ends, whatever happened. */
  stop(): Promise<void>;
}

/** Resolves when it listens. Needs root. */
export async function startSshd({ settings = {}, account }: SshdOptions = {}): Promise<Sshd> {
  const folder = await mkdtemp(join(tmpdir(), 'ebpf-sshd-'));
  try {
    // The server reads authorized_keys as the user who logs in.
    await chmod(folder, 0o711);
    const [key, hostKey] = [await createKeyFile(folder, 'key'), await createKeyFile(folder, 'host_key')];
    await writeFile(join(folder, 'authorized_keys'), `${key.line}\n`);
    const etc = join(folder, 'etc');
    await mkdir(etc);
    await writeAccounts(etc, folder, account);
    const asHost = ['unshare', '--mount', '--', 'sh', '-c', ownMounts, 'sh', etc];
    const server = await listen(folder, settings, asHost);
    return {
      ...(await createSshHost({ folder, port: server.port, hostKey: hostKey.line, key })),
      pid: server.pid,
      log: () => server.log(),
      async stop() {
        await server.end();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

interface Server {
  readonly port: number;
  readonly pid: number;
  log(): string;
  end(): Promise<void>;
}

/** Tries ports that are free until the server has one: another process may be quicker. */
async function listen(
  folder: string,
  settings: NonNullable<SshdOptions['settings']>,
  prefix: readonly string[],
): Promise<Server> {
  // Where Debian's service would have it.
  await mkdir('/run/sshd', { recursive: true });
  for (;;) {
    const port = await freePort();
    const config = join(folder, 'sshd_config');
    await writeFile(config, configuration(folder, port, settings));
    const server = await start([...prefix, findOnPath('sshd') ?? 'sshd', '-D', '-e', '-f', config], port);
    if (server !== undefined) return server;
  }
}

/** The first line for a keyword is the one that counts. */
function configuration(folder: string, port: number, settings: NonNullable<SshdOptions['settings']>): string {
  const usual = {
    Port: port,
    ListenAddress: '127.0.0.1',
    HostKey: join(folder, 'host_key'),
    AuthorizedKeysFile: join(folder, 'authorized_keys'),
    PidFile: 'none',
    StrictModes: 'no',
    UsePAM: 'no',
    PermitRootLogin: 'yes',
    PasswordAuthentication: 'no',
    LogLevel: 'VERBOSE',
    SetEnv: `${hostVariable}=${port}`,
  };
  return [...Object.entries(settings), ...Object.entries(usual)]
    .map(([keyword, value]) => `${keyword} ${value}\n`)
    .join('');
}

/** Undefined where the port is taken; rejects where the server ends for another reason. */
async function start(command: readonly string[], port: number): Promise<Server | undefined> {
  // It is killed with the process of the tests, whatever ends that.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...command], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  child.stderr.on('data', (data: Buffer) => (text += data.toString()));
  const ended: Promise<unknown> = once(child, 'close');
  const { pid } = child;
  while (!text.includes('Server listening on')) {
    const more = once(child.stderr, 'data').then(() => true);
    if (await Promise.race([more, ended.then(() => false)])) continue;
    if (text.includes('Address already in use')) return undefined;
    throw new Error(`sshd has ended:\n${text}`);
  }
  if (pid === undefined) throw new Error('sshd has no process');
  return {
    port,
    pid,
    log: () => text,
    async end() {
      const sessions = await childrenOf(pid);
      child.kill();
      for (const session of sessions) endProcess(session);
      await ended;
    },
  };
}

/** OpenSSH 9.2 looks for a SIGTERM and then waits: one that comes between the two, a session does not see. */
function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** The processes that serve a connection each; they outlive the one that listens. */
async function childrenOf(pid: number): Promise<readonly number[]> {
  const list = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return list
    .split(' ')
    .filter((word) => word !== '')
    .map(Number);
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  return address.port;
}
