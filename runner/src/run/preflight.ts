/** What must be so on a host before the agent can run there, and how it gets the rights that it needs. */
import { makeFailure, RunFailure } from '../failure/failure';
import type { RunnerUi } from '../model';
import type { Privilege, RemoteShell } from '../shell/remote-shell';

export interface Rights {
  readonly privilege: Privilege;
  readonly password?: string;
}

const attempts = 3;

export async function preflight(
  host: string,
  shell: RemoteShell,
  ui: RunnerUi,
  signal: AbortSignal,
): Promise<Rights> {
  const { system, uid, sudo, capable } = shell.facts;
  if (system !== 'Linux') {
    throw new RunFailure(
      'host-unsupported',
      `${host} runs ${system || 'an unknown system'}, not Linux`,
      'eBPF programs run on Linux: choose another host.',
    );
  }
  if (uid === 0 || capable) return { privilege: 'root' };
  if (sudo === 'free') return { privilege: 'sudo' };
  if (sudo === 'password')
    return { privilege: 'password', password: await askPassword(host, shell, ui, signal) };
  throw new RunFailure(
    'not-root',
    `we are user ${uid} on ${host}, not root, and there is no sudo`,
    'Connect as root (User root in ~/.ssh/config, or root@host), or install sudo there and allow it.',
  );
}

/** A password that sudo on the host takes. */
export async function askPassword(
  host: string,
  shell: Pick<RemoteShell, 'unlock'>,
  ui: RunnerUi,
  signal: AbortSignal,
): Promise<string> {
  const request = { kind: 'sudo', host, prompt: `sudo password on ${host}`, subject: host } as const;
  let words = '';
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const password = await ui.secret({ ...request, attempt }, signal);
    signal.throwIfAborted();
    if (password === undefined) {
      throw new RunFailure(
        'sudo-password-needed',
        `sudo on ${host} needs a password, and none was given`,
        'Give it when you are asked, connect as root, or allow sudo without a password (NOPASSWD).',
      );
    }
    const answer = await shell.unlock(password);
    if (answer.ok) return password;
    words = answer.words;
    if (/not in the sudoers|not allowed|must have a tty|unknown user/i.test(words)) break;
  }
  throw new RunFailure(
    'sudo-refused',
    words.includes('must have a tty')
      ? `sudo on ${host} wants a terminal (requiretty)`
      : /not in the sudoers|not allowed/.test(words)
        ? `sudo on ${host} does not let this user run commands`
        : `sudo on ${host} did not take the password`,
    'Connect as root, or let an administrator of the host allow this user in sudoers.',
    words,
  );
}

/** The agent's process ended before it said anything. */
export function agentDidNotStart(host: string, code: number, words: string): RunFailure {
  if (/^sudo: /m.test(words)) {
    return new RunFailure(
      'sudo-refused',
      `sudo on ${host} did not start the agent`,
      'Connect as root, or let an administrator of the host allow this user in sudoers.',
      words,
    );
  }
  return new RunFailure(
    'agent-ended',
    `the agent on ${host} ended at its start (exit code ${code})`,
    code === 126
      ? 'The host forbids to run it: a security module such as SELinux or AppArmor may be the cause.'
      : 'The words of the host are below. If it happens again, please report it.',
    words,
  );
}

/** The agent ended while it was needed. */
export function agentEnded(host: string, code: number) {
  const killed = code > 128 ? ` by signal ${code - 128}` : '';
  return makeFailure(
    'agent-ended',
    `the agent on ${host} ended${killed}`,
    killed
      ? 'Somebody or the kernel (out of memory?) ended it: see dmesg on the host. Nothing of it is left there. Run again.'
      : 'It heard nothing from us for four seconds. Nothing of it is left there. Run again.',
  );
}
