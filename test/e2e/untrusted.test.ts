/** A repository that nobody has trusted, whose settings name hosts and commands: it is read, and nothing is run. */
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { requireKernel } from '../support/bpf/requirements';
import { screenshotOnFailure } from '../support/code-server/failure';
import { codeServers } from '../support/code-server/install.mjs';
import { openRemoteSession, type RemoteSession } from '../support/code-server/remote-session';
import type { Workbench } from '../support/code-server/workbench';
import { requireSshd } from '../support/guests/requirements';
import { describeUnless } from '../support/requirement';

const tier = inject('e2e');
const programs = join(import.meta.dirname, 'fixtures', 'run');
const missing = 'skip' in tier ? tier.skip : (requireSshd() ?? requireKernel());

for (const { version, vscode } of codeServers.slice(-1)) {
  describeUnless(missing, `A hostile repository in VS Code ${vscode}`, () => {
    let dir: string;
    /** Where what the repository wants to run would write. */
    let traces: string;
    let remote: RemoteSession;
    let workbench: Workbench;

    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'ebpf-hostile-'));
      traces = join(dir, 'traces');
      const folder = join(dir, 'repository');
      await mkdir(traces);
      await cp(programs, folder, { recursive: true, dereference: true });
      await mkdir(join(folder, '.vscode'));
      await writeFile(join(folder, '.vscode', 'settings.json'), JSON.stringify(await settings(dir, traces)));
      const vsix = 'vsix' in tier ? tier.vsix : '';
      remote = await openRemoteSession({ version, vsix, folder, workspaceTrust: true });
      ({ workbench } = remote.session);
    });
    afterAll(async () => {
      await remote.close();
      await rm(dir, { recursive: true });
    });
    beforeEach((context) => screenshotOnFailure(context, workbench, vscode));

    const refusal = (text: string) => workbench.page.locator('.notification-toast', { hasText: text });

    it('is analysed, with the kernel of the user', async () => {
      await workbench.openFile('fchmodat.bpf.c');
      await workbench.statusBarItem(/6\.1\.0-\S+ · x86_64 · bundled/).waitFor();
      await workbench.statusBarItem('Restricted Mode').waitFor();
    });

    it.each([
      ['eBPF: Run on Remote Host', 'Programs are run in trusted workspaces only'],
      ['eBPF: Capture Kernel from Host', 'captured in trusted workspaces only'],
      ['eBPF: Check Host', 'checked in trusted workspaces only'],
    ])('does not %s', async (command, message) => {
      await workbench.openFile('fchmodat.bpf.c');
      await workbench.runCommand(command);
      await refusal(message).filter({ hasText: 'Manage Workspace Trust' }).waitFor();
      expect(remote.server.log()).not.toContain('Accepted');
    });

    it('does not build when a program is saved', async () => {
      await workbench.openFile('count.bpf.c');
      await workbench.press('Control+End');
      await workbench.type('// saved');
      await workbench.save();
      expect(await readdir(traces)).toEqual([]);
    });

    it('runs its programs once it is trusted, by the commands of the user', async () => {
      const manage = workbench.page.getByRole('button', { name: 'Manage Workspace Trust' });
      await manage.first().click();
      await workbench.page
        .locator('.workspace-trust-editor .monaco-button', { hasText: 'Trust' })
        .first()
        .click();
      await workbench.statusBarItem('Restricted Mode').waitFor({ state: 'detached' });
      // The page of trust is in front of everything.
      const page = workbench.page.locator('.monaco-modal-editor-block');
      await page.locator('.codicon-close, [aria-label^="Close"]').first().click();
      await page.waitFor({ state: 'hidden' });
      await workbench.openFile('fchmodat.bpf.c');
      await workbench.runCommand('eBPF: Verify on Host');
      const host = workbench.quickPickRows().filter({ hasText: remote.server.alias }).first();
      await host.waitFor();
      // The host of the repository is not offered.
      expect(await workbench.quickPickRows().filter({ hasText: 'hostile.example' }).count()).toBe(0);
      await host.click();
      await refusal('1 program passes the verifier').waitFor();
      expect(await readdir(traces)).toEqual([]);
    });
  });
}

/** Whatever of ours names a program, a host or a file. */
async function settings(dir: string, traces: string): Promise<Record<string, unknown>> {
  const script = join(dir, 'clang');
  const leave = (name: string) => ['touch', join(traces, name)];
  await writeFile(script, `#!/bin/sh\n${leave('clang').join(' ')}\nexec clang "$@"\n`, { mode: 0o755 });
  const config = join(dir, 'ssh_config');
  const proxy = leave('ssh').join(' ');
  await writeFile(config, `Host *\n  ProxyCommand ${proxy}\n`);
  return {
    'ebpf.build.clang': script,
    'ebpf.build.command': leave('build'),
    'ebpf.build.flags': [`-fplugin=${join(dir, 'plugin.so')}`],
    'ebpf.ssh.configFile': config,
    'ebpf.hosts': { all: ['hostile.example'] },
    'ebpf.kernel': { kind: 'ssh', host: 'hostile.example' },
    'ebpf.alsoCheck': [{ kind: 'ssh', host: 'hostile.example' }],
    'ebpf.cacheDir': traces,
    'ebpf.verify.onSave': true,
    'files.autoSave': 'off',
  };
}
