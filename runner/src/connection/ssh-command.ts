/**
 * How OpenSSH's client is called. Host, user, port, keys, jumps and known hosts are the user's configuration; what is
 * set here is what a program needs that talks to a program, and an option given here wins over the configuration.
 */
import type { SshOptions } from '../model';

const options: Readonly<Record<string, string>> = {
  // Questions come to us through SSH_ASKPASS.
  BatchMode: 'no',
  // The connection is ours, and ends with us: a shared one would live on, or hide that the network is gone.
  ControlMaster: 'no',
  ControlPath: 'none',
  // Noticed within four to six seconds.
  ServerAliveInterval: '2',
  ServerAliveCountMax: '2',
  // What an interactive session may want, and this one must not have.
  ClearAllForwardings: 'yes',
  ForwardAgent: 'no',
  ForwardX11: 'no',
  PermitLocalCommand: 'no',
  RemoteCommand: 'none',
  RequestTTY: 'no',
  Tunnel: 'no',
  VisualHostKey: 'no',
  // Failures are told apart by what ssh says.
  LogLevel: 'INFO',
};

/** The host's login shell may be fish or csh: this means the same to all of them. */
const remoteCommand = 'exec sh';

/** Seconds. */
export const defaultConnectTimeout = 15;

export function sshArguments(
  host: string,
  { args = [], connectTimeout = defaultConnectTimeout }: SshOptions,
): string[] {
  const settings = { ...options, ConnectTimeout: String(connectTimeout) };
  return [
    ...args,
    ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
    '--',
    host,
    remoteCommand,
  ];
}

/** Whether ssh takes it as a host: nothing that looks like an option, and no blanks or control characters. */
export function isHostName(host: string): boolean {
  return /^[^-\s\p{Cc}][^\s\p{Cc}]*$/u.test(host);
}
