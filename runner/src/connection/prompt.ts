/** What ssh asks through SSH_ASKPASS, as a question to the user. The texts are OpenSSH's. */
import type { HostKeyRequest, SecretRequest } from '../model';
import { cleanText } from '../text/clean';

export type Prompt =
  | { readonly kind: 'host-key'; readonly request: HostKeyRequest }
  | { readonly kind: 'secret'; readonly request: Omit<SecretRequest, 'attempt'> }
  /** No answer is wanted: the user has to touch a security key. */
  | { readonly kind: 'notice'; readonly message: string }
  /** A question that we do not answer for the user. */
  | { readonly kind: 'decline' };

/** `hint` is SSH_ASKPASS_PROMPT: `none` for a notice, `confirm` for a yes or no about the user's agent. */
export function readPrompt(host: string, text: string, hint: string | undefined): Prompt {
  const prompt = cleanText(text).trim();
  if (hint === 'none') return { kind: 'notice', message: prompt };
  if (hint === 'confirm') return { kind: 'decline' };
  if (/\(yes\/no(?:\/\[fingerprint\])?\)|Please type 'yes'/.test(prompt)) {
    return { kind: 'host-key', request: { host, prompt, ...hostKey(prompt) } };
  }
  return { kind: 'secret', request: { host, prompt, ...secret(host, prompt) } };
}

function hostKey(prompt: string): { keyType: string; fingerprint: string } {
  const match = /(\S+) key fingerprint is (\S+?)\.?$/m.exec(prompt);
  return { keyType: match?.[1] ?? '', fingerprint: match?.[2] ?? '' };
}

function secret(host: string, prompt: string): Pick<SecretRequest, 'kind' | 'subject'> {
  const key = /^Enter passphrase for (?:key )?'?(.+?)'?:?$/.exec(prompt);
  if (key) return { kind: 'passphrase', subject: key[1] ?? host };
  const token = /^Enter PIN for (.+?):?$/.exec(prompt);
  if (token) return { kind: 'pin', subject: token[1] ?? host };
  const password = /^(\S+)'s password:?$/.exec(prompt) ?? /^\((\S+)\) Password(?: for \S+)?:?$/i.exec(prompt);
  if (password) return { kind: 'password', subject: password[1] ?? host };
  return { kind: 'answer', subject: /^\((\S+)\)/.exec(prompt)?.[1] ?? host };
}
