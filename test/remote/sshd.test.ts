/** The harness itself: a real OpenSSH server, and the ways in which it refuses. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { requireSshd } from '#support/guests/requirements';
import { run } from '#support/guests/run';
import { startSshd } from '#support/guests/sshd';
import type { Sshd, SshdOptions } from '#support/guests/sshd';
import { runTool } from '#support/process';
import { describeUnless } from '#support/requirement';

async function sshd(options?: SshdOptions): Promise<Sshd> {
  const server = await startSshd(options);
  onTestFinished(() => server.stop());
  return server;
}

const user = { name: 'workbench-dev', password: 'correct horse' };

describeUnless(requireSshd(), 'startSshd', () => {
  test('lets root in by key, to this machine', async () => {
    const server = await sshd();
    const [name, boot] = (await server.mustExec('id -un; cat /proc/sys/kernel/random/boot_id'))
      .toString()
      .split('\n');
    expect(name).toBe('root');
    expect(boot).toBe(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  });

  test('refuses another key; the client refuses another host key', async () => {
    const server = await sshd();
    const options = ['-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=yes'];
    const refusal = async (alias: string) =>
      (await run('ssh', ['-F', server.config, ...options, alias, 'true'])).stderr;
    expect(await refusal(await server.route({ key: 'other' }))).toContain('Permission denied (publickey');
    expect(await refusal(await server.route({ hostKey: 'unknown' }))).toContain(
      'Host key verification failed',
    );
    expect(await refusal(await server.route({ hostKey: 'changed' }))).toContain('IDENTIFICATION HAS CHANGED');
  });

  test('takes further settings', async () => {
    const server = await sshd({ settings: { ForceCommand: 'echo forced' } });
    expect((await server.mustExec('echo asked')).toString()).toBe('forced\n');
  });

  test('has a user of its own, by password too, whom the system does not know', async () => {
    const server = await sshd({ settings: { PasswordAuthentication: 'yes' }, account: user });
    expect((await server.mustExec('id -un', { user: user.name })).toString()).toBe(`${user.name}\n`);
    const alias = await server.route({ user: user.name, key: 'none' });
    const withPassword = async (password: string) => {
      const askpass = join(dirname(server.config), 'askpass');
      await writeFile(askpass, `#!/bin/sh\necho '${password}'\n`, { mode: 0o755 });
      const options = ['-F', server.config, '-o', 'NumberOfPasswordPrompts=1', alias, 'id -un'];
      return runTool('env', [`SSH_ASKPASS=${askpass}`, 'SSH_ASKPASS_REQUIRE=force', 'ssh', ...options]);
    };
    expect(await withPassword(user.password)).toMatchObject({ code: 0, stdout: `${user.name}\n` });
    expect((await withPassword('wrong')).stderr).toContain('Permission denied');
    expect((await runTool('id', [user.name])).code).toBe(1);
  });

  test.each([
    [undefined, 1, 'password is required'],
    ['with password', 1, 'password is required'],
    ['without password', 0, ''],
  ] as const)('has a user who may use sudo: %s', async (sudo, code, message) => {
    const server = await sshd({ account: { ...user, ...(sudo !== undefined && { sudo }) } });
    const result = await server.exec('sudo -n true', { user: user.name });
    expect(result.code, result.stderr).toBe(code);
    expect(result.stderr).toContain(message);
  });

  test('leaves no process and no file', async () => {
    const server = await startSshd();
    onTestFinished(() => server.stop());
    const options = ['-F', server.config, '-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=yes'];
    const session = spawn('ssh', [...options, server.alias, 'echo here; cat']);
    onTestFinished(() => void session.kill());
    const ended = once(session, 'close');
    const early = ended.then(([code]) => {
      throw new Error(`ssh ended with ${String(code)} before it was there:\n${server.log()}`);
    });
    await Promise.race([once(session.stdout, 'data'), early]);
    early.catch(() => undefined);
    await server.stop();
    expect(await ended).toEqual([255, null]);
    expect(() => process.kill(server.pid, 0)).toThrow('ESRCH');
    expect(existsSync(dirname(server.config))).toBe(false);
  });
});
