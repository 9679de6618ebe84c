/** The product's main path: a program from its source to decoded events of another host, by `ebpf-workbench run`. */
import { spawn } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { requireKernel } from '#support/bpf/requirements';
import { requireSshd } from '#support/guests/requirements';
import { startSshd } from '#support/guests/sshd';
import { describeUnless } from '#support/requirement';
import { requireAgents, temporaryFolder } from '#support/runner/installation';
import { gone, serverShell } from '#support/runner/leftovers';
import { ownFchmodat } from '#support/runner/programs';
import { openRun } from '#support/runner/session';

const missing = requireSshd() ?? requireKernel() ?? requireAgents('x86_64');

describeUnless(missing, 'run, on loopback', () => {
  test('brings the file name, mode, pid and ppid of a chmod there', async () => {
    const server = await startSshd();
    onTestFinished(() => server.stop());
    const { path, name } = await ownFchmodat();
    const run = openRun({
      targets: [{ kind: 'ssh', host: server.alias }],
      source: { path },
      ssh: { args: ['-F', server.config] },
    });
    await run.running();
    const file = join(await temporaryFolder(), 'a file');
    await writeFile(file, '');
    await chmod(file, 0o644);
    const child = spawn('chmod', ['600', file]);
    const record = await run.record(({ filename }) => filename === file);
    expect(record).toMatchObject({ mode: 0o600, host_pid: child.pid, host_ppid: process.pid, comm: 'chmod' });
    await run.session.stop();
    expect(await run.outcomes()).toEqual([{ host: server.alias, programs: { good: [name], bad: [] } }]);
    await gone(serverShell(server), name);
  });
});
