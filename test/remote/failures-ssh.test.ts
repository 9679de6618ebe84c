/** What stands between us and a host, each with a real ssh and a real sshd: the failure, and what the user is asked. */
import { execFileSync } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { requireKernel } from '#support/bpf/requirements';
import { requireSshd } from '#support/guests/requirements';
import { startSshd } from '#support/guests/sshd';
import type { Sshd, SshdOptions } from '#support/guests/sshd';
import { describeUnless } from '#support/requirement';
import { requireAgents, temporaryFolder } from '#support/runner/installation';
import { endingOf } from '#support/runner/outcome';
import { fchmodat } from '#support/runner/programs';
import { recordedUi } from '#support/runner/ui';
import type { Answers } from '#support/runner/ui';

async function sshd(options?: SshdOptions): Promise<Sshd> {
  const server = await startSshd(options);
  onTestFinished(() => server.stop());
  return server;
}

/** Connects and looks at the host, without running anything. */
async function reach(server: Sshd, host: string, answers: Answers = {}, args: readonly string[] = []) {
  const ui = recordedUi(answers);
  const { failure, events } = await endingOf({
    targets: [{ kind: 'ssh', host }],
    source: { path: fchmodat },
    mode: 'inspect',
    ui,
    ssh: { args: ['-F', server.config, ...args], connectTimeout: 5 },
  });
  return { code: failure?.code, failure, ui, facts: events.some(({ type }) => type === 'facts') };
}

const missing = requireSshd() ?? requireKernel() ?? requireAgents('x86_64');

describeUnless(missing, 'reaching a host', () => {
  let server: Sshd;
  beforeAll(async () => {
    server = await startSshd();
  });
  afterAll(() => server.stop());

  test('by key asks nothing', async () => {
    const { code, facts, ui } = await reach(server, server.alias);
    expect({ code, facts, secrets: ui.secrets, keys: ui.hostKeys }).toEqual({
      code: undefined,
      facts: true,
      secrets: [],
      keys: [],
    });
  });

  test('whose name nobody knows', async () => {
    const { failure } = await reach(server, 'no-such-host.invalid');
    expect(failure).toMatchObject({
      code: 'host-unknown',
      message: 'no host is called no-such-host.invalid',
    });
  });

  test('whose name would be an option to ssh', async () => {
    for (const host of ['-oProxyCommand=touch /tmp/pwned', '', 'a b', 'a\nb']) {
      expect((await reach(server, host)).code, host).toBe('host-unknown');
    }
  });

  test('where nobody listens', async () => {
    const closed = await startSshd();
    await closed.stop();
    const { failure } = await reach(server, server.alias, {}, ['-p', String(closed.port)]);
    expect(failure?.code).toBe('connection-refused');
    expect(failure?.message).toContain(String(closed.port));
  });

  test('whose key is not known, and is not accepted', async () => {
    const { code, ui, facts } = await reach(server, await server.route({ hostKey: 'unknown' }));
    expect({ code, facts }).toEqual({ code: 'host-key-unknown', facts: false });
    const [asked, ...more] = ui.hostKeys;
    expect(more).toEqual([]);
    expect(asked).toMatchObject({ keyType: 'ED25519', fingerprint: fingerprint(server) });
  });

  test('whose key is not known, and is accepted', async () => {
    const host = await server.route({ hostKey: 'unknown' });
    const { code, ui, facts } = await reach(server, host, { hostKey: () => true });
    expect({ code, facts, asked: ui.hostKeys.length }).toEqual({ code: undefined, facts: true, asked: 1 });
    const again = await reach(server, host);
    expect({ code: again.code, asked: again.ui.hostKeys.length }).toEqual({ code: undefined, asked: 0 });
  });

  test('whose key has changed: nobody is even asked', async () => {
    const { code, failure, ui } = await reach(server, await server.route({ hostKey: 'changed' }), {
      hostKey: () => true,
    });
    expect({ code, asked: ui.hostKeys }).toEqual({ code: 'host-key-changed', asked: [] });
    expect(failure?.help).toContain('ssh-keygen -R');
  });

  test('that does not take our key', async () => {
    const { failure } = await reach(server, await server.route({ key: 'other' }));
    expect(failure?.code).toBe('authentication-failed');
    expect(failure?.message).toContain('publickey');
    expect(failure?.help).toContain('ssh-copy-id');
  });

  test('with a key that has a passphrase', async () => {
    const key = join(await temporaryFolder(), 'locked');
    await copyFile(join(dirname(server.config), 'key'), key);
    execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'open sesame', '-f', key]);
    const host = await server.route({ key: 'none' });
    const opened = await reach(
      server,
      host,
      { secret: ({ attempt }) => (attempt === 1 ? 'wrong' : 'open sesame') },
      ['-i', key],
    );
    expect(opened.code).toBeUndefined();
    expect(opened.ui.secrets).toMatchObject([
      { kind: 'passphrase', subject: key, attempt: 1 },
      { kind: 'passphrase', subject: key, attempt: 2 },
    ]);
    expect((await reach(server, host, {}, ['-i', key])).code).toBe('password-needed');
  });

  test('without an ssh', async () => {
    const { failure } = await endingOf({
      targets: [{ kind: 'ssh', host: server.alias }],
      source: { path: fchmodat },
      mode: 'inspect',
      ssh: { program: '/nonexistent/ssh' },
    });
    expect(failure?.code).toBe('ssh-missing');
  });

  test('with a configuration that ssh does not take', async () => {
    const { code } = await reach(server, server.alias, {}, ['-o', 'NoSuchOption=1']);
    expect(code).toBe('ssh-failed');
  });

  test('whose account runs no commands', async () => {
    const locked = await sshd({ settings: { ForceCommand: '/usr/sbin/nologin' } });
    expect((await reach(locked, locked.alias)).code).toBe('host-unsupported');
  });
});

const account = { name: 'workbench-run', password: 'correct horse' };

describeUnless(missing, 'a user of the host', () => {
  const byPassword = async () => {
    const server = await sshd({ settings: { PasswordAuthentication: 'yes' }, account });
    return { server, host: await server.route({ user: account.name, key: 'none' }) };
  };

  test('whose password is not given', async () => {
    const { server, host } = await byPassword();
    const { code, ui } = await reach(server, host);
    expect(code).toBe('password-needed');
    expect(ui.secrets).toMatchObject([{ kind: 'password', attempt: 1 }]);
    expect(ui.secrets[0]?.subject).toContain(account.name);
  });

  test('whose password is wrong at first', async () => {
    const { server, host } = await byPassword();
    const { code, ui } = await reach(server, host, {
      secret: ({ attempt }) => (attempt === 1 ? 'wrong' : account.password),
    });
    // Let in, and no root: sudo is the next question.
    expect(code).not.toBe('authentication-failed');
    const passwords = ui.secrets.filter(({ kind }) => kind === 'password');
    expect(passwords.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  test('whose password stays wrong', async () => {
    const { server, host } = await byPassword();
    const { code, ui } = await reach(server, host, { secret: () => 'wrong' });
    expect(code).toBe('authentication-failed');
    expect(ui.secrets).toHaveLength(3);
  });

  describe('with sudo', () => {
    const withSudo = async (sudo: 'with password' | 'without password' | undefined) => {
      const server = await sshd({ account: { ...account, ...(sudo && { sudo }) } });
      return { server, host: await server.route({ user: account.name }) };
    };

    test('needs no password where sudo does not', async () => {
      const { server, host } = await withSudo('without password');
      const { code, facts, ui } = await reach(server, host);
      expect({ code, facts, secrets: ui.secrets }).toEqual({ code: undefined, facts: true, secrets: [] });
    });

    test('is asked for the password, again where it is wrong', async () => {
      const { server, host } = await withSudo('with password');
      const { code, facts, ui } = await reach(server, host, {
        secret: ({ attempt }) => (attempt === 1 ? "wrong $(id) '" : account.password),
      });
      expect({ code, facts }).toEqual({ code: undefined, facts: true });
      expect(ui.secrets).toMatchObject([
        { kind: 'sudo', subject: host, attempt: 1 },
        { kind: 'sudo', subject: host, attempt: 2 },
      ]);
      expect(ui.lines.join('\n')).not.toContain(account.password);
    });

    test('does not give it', async () => {
      const { server, host } = await withSudo('with password');
      expect((await reach(server, host)).code).toBe('sudo-password-needed');
    });

    test('never gets it right', async () => {
      const { server, host } = await withSudo('with password');
      const { code, ui } = await reach(server, host, { secret: () => 'wrong' });
      expect({ code, asked: ui.secrets.length }).toEqual({ code: 'sudo-refused', asked: 3 });
    });

    test('has nothing to do with it', async () => {
      const { server, host } = await withSudo(undefined);
      const { failure } = await reach(server, host, { secret: () => account.password });
      expect(failure).toMatchObject({
        code: 'sudo-refused',
        message: `sudo on ${host} does not let this user run commands`,
      });
    });
  });
});

function fingerprint(server: Sshd): string {
  const key = join(dirname(server.config), 'host_key.pub');
  return execFileSync('ssh-keygen', ['-lf', key], { encoding: 'utf8' }).split(' ')[1] ?? '';
}
