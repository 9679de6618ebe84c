/**
 * How the runner asks the user: input boxes for secrets, a modal question for an unknown host key. A secret is kept in
 * the editor's SecretStorage only where the user says so, and forgotten when it is refused.
 */
import * as vscode from 'vscode';
import type { HostKeyRequest, RunnerUi, SecretRequest } from '#runner/model';
import { createInTurn } from '#runner/run/in-turn';

export function createRunUi(secrets: vscode.SecretStorage, log: vscode.LogOutputChannel): RunnerUi {
  const inTurn = createInTurn();
  return {
    secret: (request, signal) => inTurn(() => secret(request, signal, secrets)),
    confirmHostKey: (request, signal) => inTurn(() => confirmHostKey(request, signal)),
    notify: (message, host, signal) => notify(`${host}: ${message}`, signal),
    log: (line) => log.info(line),
  };
}

/** Asks nothing: what was kept is used, what is not known is declined. */
export function createQuietUi(secrets: vscode.SecretStorage, log: vscode.LogOutputChannel): RunnerUi {
  return {
    secret: async (request) => (request.attempt === 1 ? secrets.get(keyOf(request)) : undefined),
    confirmHostKey: () => Promise.resolve(false),
    notify: (message, host) => log.info(`${host}: ${message}`),
    log: (line) => log.info(line),
  };
}

const keyOf = ({ kind, subject }: SecretRequest): string => `${kind} ${subject}`;

async function secret(
  request: SecretRequest,
  signal: AbortSignal,
  secrets: vscode.SecretStorage,
): Promise<string | undefined> {
  if (signal.aborted) return undefined;
  const { kind, host, prompt, subject, attempt } = request;
  const key = keyOf(request);
  if (attempt === 1) {
    const kept = await secrets.get(key);
    if (kept !== undefined) return kept;
  } else {
    await secrets.delete(key);
  }
  const value = await ask(
    {
      title: `${titles[kind]} · ${host}`,
      prompt: attempt > 1 ? `That was refused. ${prompt}` : prompt,
      password: kind !== 'answer',
      ignoreFocusOut: true,
    },
    signal,
  );
  if (value !== undefined && kind !== 'answer') void offerToKeep(secrets, key, value, subject);
  return value;
}

const titles: Record<SecretRequest['kind'], string> = {
  password: 'Password',
  passphrase: 'Passphrase of a key',
  pin: 'PIN of a security key',
  sudo: 'Password for sudo',
  answer: 'The server asks',
};

async function ask(options: vscode.InputBoxOptions, signal: AbortSignal): Promise<string | undefined> {
  const source = new vscode.CancellationTokenSource();
  const cancel = () => source.cancel();
  signal.addEventListener('abort', cancel);
  try {
    return await vscode.window.showInputBox(options, source.token);
  } finally {
    signal.removeEventListener('abort', cancel);
    source.dispose();
  }
}

async function offerToKeep(
  secrets: vscode.SecretStorage,
  key: string,
  value: string,
  subject: string,
): Promise<void> {
  const keep = 'Keep It';
  const answer = await vscode.window.showInformationMessage(
    `Keep the secret for ${subject} in this editor's secret storage?`,
    keep,
    'Not Now',
  );
  if (answer === keep) await secrets.store(key, value);
}

async function confirmHostKey(
  { host, keyType, fingerprint }: HostKeyRequest,
  signal: AbortSignal,
): Promise<boolean> {
  if (signal.aborted) return false;
  const accept = 'This Is the Right Key';
  const answer = await vscode.window.showWarningMessage(
    `${host} is not known yet.`,
    {
      modal: true,
      detail: `Its ${keyType} key has the fingerprint\n${fingerprint}\n\nCompare it with what the host's administrator tells you. If you accept it, ssh adds it to your known_hosts.`,
    },
    accept,
  );
  return answer === accept;
}

/** Shown until the user has done it, or nobody waits for it any more. */
function notify(message: string, signal: AbortSignal): void {
  void vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: message },
    () =>
      new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        signal.addEventListener('abort', () => resolve(), { once: true });
      }),
  );
}
