/** "Capture Kernel from Host" in the latest VS Code, from a real sshd of this machine: a file, then the target kernel. */
import { readdir, readFile } from 'node:fs/promises';
import { machine, release } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, inject } from 'vitest';
import { openSnapshot } from '#core/snapshot/codec';
import { requireKernel } from '../support/bpf/requirements';
import { screenshotOnFailure } from '../support/code-server/failure';
import { codeServers } from '../support/code-server/install.mjs';
import { settingsFor, startHost } from '../support/code-server/remote-session';
import type { Session } from '../support/code-server/session';
import { it } from '../support/code-server/shared-window';
import { requireSshd } from '../support/guests/requirements';
import type { Sshd } from '../support/guests/sshd';
import { describeUnless } from '../support/requirement';

const tier = inject('e2e');
const folder = join(import.meta.dirname, 'fixtures', 'run');
const missing = 'skip' in tier ? tier.skip : (requireSshd() ?? requireKernel());

for (const { version, vscode } of codeServers.slice(-1)) {
  describeUnless(missing, `VS Code ${vscode}`, () => {
    let session: Session;
    let server: Sshd;

    it.beforeAll(async ({ windows }) => {
      server = await startHost();
      session = await windows.show({ version, folder, settings: settingsFor(server) });
    });
    afterAll(() => server.stop());

    it('captures the kernel of a host into the folder, and works with it', async ({ task }) => {
      const { workbench } = session;
      screenshotOnFailure({ task }, workbench, vscode);
      await workbench.openFile('fchmodat.bpf.c');
      await workbench.statusBarItem(/6\.1\.0-.*bundled/).waitFor();

      await workbench.runCommand('eBPF: Capture Kernel from Host');
      await workbench.quickInput('Capture the kernel of which host?');
      await workbench.type(server.alias);
      await workbench.quickPickRows().filter({ hasText: server.alias }).first().waitFor();
      await workbench.press('Enter');
      await workbench.quickInput('Save the Kernel');
      await workbench.press('Enter');

      const toast = workbench.page.locator('.notification-toast', { hasText: `Linux ${release()}` });
      await toast.getByRole('button', { name: 'Use as Target Kernel' }).click();
      await workbench.statusBarItem(`${release()} · ${machine()} · snapshot`).waitFor();
      const files = (await readdir(session.folder)).filter((name) => name.includes('.ebpfkernel'));
      expect(files).toEqual([expect.stringMatching(/^[\w.+-]+\.ebpfkernel$/)]);
      const { value } = openSnapshot(await readFile(join(session.folder, files[0] ?? '')));
      expect(value?.meta.release).toBe(release());
      expect(session.pageErrors).toEqual([]);

      await workbench.statusBarItem('snapshot').click();
      await workbench.quickPickRows().filter({ hasText: '6.1-debian-amd64' }).click();
      await workbench.statusBarItem(/6\.1\.0-.*bundled/).waitFor();
    });
  });
}
