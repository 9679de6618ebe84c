/** A host by OpenSSH's own client, with everything in the user's configuration. */
import { makeFailure, RunFailure } from '../failure/failure';
import { sshFailure } from '../failure/ssh';
import type { Failure, SecretRequest } from '../model';
import { startAskpassServer } from './askpass-server';
import type { Answer } from './askpass-server';
import { openChannel } from './channel';
import type { Channel, Exit } from './channel';
import type { ConnectContext, Connection } from './connection';
import { logWords } from './log-words';
import { readPrompt } from './prompt';
import { isHostName, sshArguments } from './ssh-command';

/** ssh's exit code for its own failures; any other is that of what ran on the host. */
const sshError = 255;

export async function connectSsh(host: string, context: ConnectContext): Promise<Connection> {
  const { ui, places, ssh, signal } = context;
  if (!isHostName(host)) {
    throw new RunFailure(
      'host-unknown',
      `${JSON.stringify(host)} is no host name`,
      'Give a name of ~/.ssh/config, a host name, or user@host.',
    );
  }
  const questions = askUser(host, context, () => channel?.close());
  const askpass = await startAskpassServer(places.askpass, questions.answer);
  const program = ssh.program ?? 'ssh';
  const args = sshArguments(host, ssh);
  ui.log(`[${host}] ${[program, ...args].join(' ')}`);
  const channel: Channel | undefined = openChannel({
    program,
    args,
    env: { ...process.env, ...askpass.env },
  });
  logWords(channel, (line) => ui.log(`[${host}] ${line}`));
  void channel.exited.then(() => askpass.close());
  if (signal.aborted) channel.close();
  return {
    channel,
    async explain(talked) {
      const exit = await channel.exited;
      return explainExit(host, program, {
        exit,
        talked,
        words: channel.words(),
        refused: questions.refused(),
      });
    },
    isAsking: () => questions.pending() > 0,
    close: () => channel.close(),
  };
}

interface Ending {
  readonly exit: Exit;
  readonly talked: boolean;
  readonly words: string;
  /** What the user was asked for and did not give. */
  readonly refused: SecretRequest['kind'] | undefined;
}

function explainExit(host: string, program: string, { exit, talked, words, refused }: Ending): Failure {
  if (exit.startError !== undefined) {
    return makeFailure(
      'ssh-missing',
      `${program} cannot be run (${exit.startError})`,
      'Install OpenSSH’s client (Debian: apt install openssh-client), or name it in the settings.',
    );
  }
  if (!talked && refused !== undefined) {
    return makeFailure(
      'password-needed',
      `${host} needs a ${refused === 'answer' ? 'password' : refused}, and none was given`,
      `Give it when you are asked, or use a key: ssh-copy-id ${host}, and ssh-add for one with a passphrase.`,
      words,
    );
  }
  if (talked) {
    return makeFailure(
      'connection-lost',
      `the connection to ${host} is lost`,
      'Everything that was loaded there ends by itself within seconds. Run again when the host can be reached.',
      words,
    );
  }
  if (exit.code === sshError || exit.code === null) return sshFailure(host, words);
  return makeFailure(
    'host-unsupported',
    `${host} does not let us run sh (exit code ${exit.code})`,
    'The account needs a POSIX shell on Linux: a restricted or disabled account, or another system, cannot run programs.',
    words,
  );
}

interface Questions {
  readonly answer: Answer;
  /** How many wait for the user. */
  pending(): number;
  refused(): SecretRequest['kind'] | undefined;
}

/** Passes ssh's questions to the user. `giveUp` ends ssh: without it, it would ask twice more. */
function askUser(host: string, { ui, signal }: ConnectContext, giveUp: () => void): Questions {
  const attempts = new Map<string, number>();
  let refused: SecretRequest['kind'] | undefined;
  let pending = 0;

  const ask: Answer = async ({ prompt: text, hint }, gone) => {
    const either = AbortSignal.any([signal, gone]);
    const prompt = readPrompt(host, text, hint);
    if (prompt.kind === 'decline') return undefined;
    if (prompt.kind === 'notice') {
      ui.notify(prompt.message, host, either);
      // ssh ends the program that shows the notice when it is not needed any more.
      return new Promise((resolve) => either.addEventListener('abort', () => resolve(undefined)));
    }
    if (prompt.kind === 'host-key') {
      return (await ui.confirmHostKey(prompt.request, either)) ? 'yes' : 'no';
    }
    const { kind, subject } = prompt.request;
    const attempt = (attempts.get(`${kind} ${subject}`) ?? 0) + 1;
    attempts.set(`${kind} ${subject}`, attempt);
    const secret = await ui.secret({ ...prompt.request, attempt }, either);
    if (secret !== undefined) return secret;
    refused = kind;
    // Without its passphrase ssh goes on to the next key; without a password there is nothing left.
    if (kind === 'password' || kind === 'answer') giveUp();
    return undefined;
  };
  return {
    refused: () => refused,
    pending: () => pending,
    async answer(question, gone) {
      pending += 1;
      try {
        return await ask(question, gone);
      } finally {
        pending -= 1;
      }
    },
  };
}
