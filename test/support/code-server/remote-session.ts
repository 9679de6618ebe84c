/** A VS Code whose ssh knows one host: a real sshd of this machine. */
import { startSshd, type Sshd } from '../guests/sshd';
import { ensureTracefs } from '../tracefs';
import { Session, type SessionOptions } from './session';

/** A host on which programs can be run. */
export async function startHost(): Promise<Sshd> {
  await ensureTracefs();
  return startSshd();
}

export function settingsFor(server: Sshd): NonNullable<SessionOptions['settings']> {
  return {
    'ebpf.kernel': { kind: 'bundled', id: '6.1-debian-amd64' },
    'ebpf.ssh.configFile': server.config,
  };
}

export interface RemoteSession {
  readonly session: Session;
  readonly server: Sshd;
  close(): Promise<void>;
}

export async function openRemoteSession(options: Omit<SessionOptions, 'settings'>): Promise<RemoteSession> {
  const server = await startHost();
  try {
    const session = await Session.open({ ...options, settings: settingsFor(server) });
    return {
      session,
      server,
      async close() {
        await session.close();
        await server.stop();
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
