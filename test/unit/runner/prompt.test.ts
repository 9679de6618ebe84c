/** OpenSSH's questions (sshconnect.c, sshconnect2.c, ssh-sk) as questions to the user. */
import { expect, test } from 'vitest';
import { readPrompt } from '#runner/connection/prompt';

const host = 'pi';

test.each([
  ["dev@10.0.0.1's password: ", 'password', 'dev@10.0.0.1'],
  ['(dev@10.0.0.1) Password: ', 'password', 'dev@10.0.0.1'],
  ['(dev@10.0.0.1) Password for dev@pi: ', 'password', 'dev@10.0.0.1'],
  ["Enter passphrase for key '/home/dev/.ssh/id_ed25519': ", 'passphrase', '/home/dev/.ssh/id_ed25519'],
  ["Enter passphrase for key '/home/it's/key': ", 'passphrase', "/home/it's/key"],
  ['Enter PIN for ED25519-SK key /home/dev/.ssh/id_sk: ', 'pin', 'ED25519-SK key /home/dev/.ssh/id_sk'],
  ['(dev@10.0.0.1) Verification code: ', 'answer', 'dev@10.0.0.1'],
  ['What is your favourite colour? ', 'answer', host],
])('%s', (prompt, kind, subject) => {
  expect(readPrompt(host, prompt, undefined)).toEqual({
    kind: 'secret',
    request: { host, prompt: prompt.trim(), kind, subject },
  });
});

test('a host key is told with its kind and fingerprint', () => {
  const prompt = `The authenticity of host '[127.0.0.1]:2222 ([127.0.0.1]:2222)' can't be established.
ED25519 key fingerprint is SHA256:0Lm2+K/9xwFDjYmCq3bS5XgP1t0rV8nU4eJkAzBhQyc.
This key is not known by any other names.
Are you sure you want to continue connecting (yes/no/[fingerprint])? `;
  expect(readPrompt(host, prompt, undefined)).toMatchObject({
    kind: 'host-key',
    request: {
      host,
      keyType: 'ED25519',
      fingerprint: 'SHA256:0Lm2+K/9xwFDjYmCq3bS5XgP1t0rV8nU4eJkAzBhQyc',
    },
  });
});

test('hints: a notice wants no answer, and a confirmation is not given for the user', () => {
  const touch = 'Confirm user presence for key ED25519-SK SHA256:abc';
  expect(readPrompt(host, touch, 'none')).toEqual({ kind: 'notice', message: touch });
  expect(readPrompt(host, 'Allow use of key x?', 'confirm')).toEqual({ kind: 'decline' });
});

test('what a host puts into its question does not reach a terminal', () => {
  const prompt = readPrompt(host, '(dev@pi) \u001b]0;owned\u0007Code\u001b[8m: ', undefined);
  expect(prompt).toMatchObject({ request: { prompt: '(dev@pi) Code:' } });
});
