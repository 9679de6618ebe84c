/** What ssh said before it gave up, as a failure. Its words are those of OpenSSH, which are not translated. */
import type { Failure, FailureCode } from '../model';
import { makeFailure } from './failure';

interface Known {
  readonly pattern: RegExp;
  readonly code: FailureCode;
  readonly message: (host: string, match: RegExpExecArray) => string;
  readonly help: (host: string) => string;
}

/** The first that matches is it. */
const known: readonly Known[] = [
  {
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED|POSSIBLE DNS SPOOFING|REVOKED HOST KEY DETECTED/,
    code: 'host-key-changed',
    message: (host) => `the host key of ${host} is not the one that is known`,
    help: (host) =>
      `Somebody may be listening, or the host was installed anew. Ask its administrator; if the new key is right, remove the old one with ssh-keygen -R ${host} and connect again.`,
  },
  {
    pattern: /Host key verification failed/,
    code: 'host-key-unknown',
    message: (host) => `the host key of ${host} is not known and was not accepted`,
    help: (host) =>
      `Compare the fingerprint with the host's administrator and accept it, or connect once with ssh ${host} in a terminal.`,
  },
  {
    pattern: /Could not resolve hostname (\S+?):/,
    code: 'host-unknown',
    message: (_host, match) => `no host is called ${match[1] ?? ''}`,
    help: () => 'Check the name, its entry in ~/.ssh/config, and DNS.',
  },
  {
    pattern: /connect to (?:address \S+|host \S+) port (\d+): Connection refused/,
    code: 'connection-refused',
    message: (host, match) => `${host} refuses connections on port ${match[1] ?? ''}`,
    help: () =>
      'Is an SSH server running there, and is this its port? Set Port in ~/.ssh/config if it is another.',
  },
  {
    pattern:
      /(?:Connection|Operation) timed out|No route to host|Network is unreachable|Host is down|Connection timed out during banner exchange/,
    code: 'host-unreachable',
    message: (host) => `${host} does not answer`,
    help: () => 'Is it up, and reachable from here? A VPN, a firewall or a ProxyJump may be missing.',
  },
  {
    pattern: /Permission denied \(([^)]*)\)|Too many authentication failures|No more authentication methods/,
    code: 'authentication-failed',
    message: (host, match) =>
      `${host} did not let us in${match[1] === undefined ? '' : ` (it takes ${match[1].replaceAll(',', ', ')})`}`,
    help: (host) =>
      `Check user and key (User and IdentityFile in ~/.ssh/config), bring the key to the host with ssh-copy-id ${host}, or see what is tried with ssh -v ${host}.`,
  },
  {
    pattern: /Bad configuration option|Bad owner or permissions on|terminating, \d+ bad configuration/,
    code: 'ssh-failed',
    message: () => 'ssh does not accept its configuration',
    help: (host) => `Repair what it names; ssh -G ${host} shows whether it is right.`,
  },
  {
    pattern:
      /Timeout, server \S+ not responding|Broken pipe|Connection reset|closed by remote host|Connection to \S+ closed/,
    code: 'connection-lost',
    message: (host) => `the connection to ${host} is lost`,
    help: () =>
      'Everything that was loaded there ends by itself within seconds. Run again when the host can be reached.',
  },
];

/** `words` is ssh's stderr. */
export function sshFailure(host: string, words: string): Failure {
  for (const { pattern, code, message, help } of known) {
    const match = pattern.exec(words);
    if (match) return makeFailure(code, message(host, match), help(host), words);
  }
  return makeFailure(
    'ssh-failed',
    `ssh could not connect to ${host}`,
    `Its words are below; ssh -v ${host} in a terminal says more.`,
    words,
  );
}
