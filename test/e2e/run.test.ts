/** "Run on Remote Host" and "Verify on Host" in both VS Codes, on a real sshd of this machine. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeEach, expect, inject, onTestFinished } from 'vitest';
import { requireKernel } from '../support/bpf/requirements';
import { screenshotOnFailure } from '../support/code-server/failure';
import { codeServers } from '../support/code-server/install.mjs';
import { takePicture } from '../support/code-server/picture';
import { settingsFor, startHost } from '../support/code-server/remote-session';
import type { Session } from '../support/code-server/session';
import { it } from '../support/code-server/shared-window';
import type { Workbench } from '../support/code-server/workbench';
import { requireSshd } from '../support/guests/requirements';
import type { Sshd } from '../support/guests/sshd';
import { describeUnless } from '../support/requirement';
import { gone, serverShell } from '../support/runner/leftovers';

const tier = inject('e2e');
const folder = join(import.meta.dirname, 'fixtures', 'run');
const missing = 'skip' in tier ? tier.skip : (requireSshd() ?? requireKernel());

for (const { version, vscode } of codeServers) {
  describeUnless(missing, `VS Code ${vscode}`, () => {
    let session: Session;
    let workbench: Workbench;
    let server: Sshd;

    it.beforeAll(async ({ windows }) => {
      server = await startHost();
      session = await windows.show({ version, folder, settings: settingsFor(server) });
      workbench = session.workbench;
    });
    afterAll(() => server.stop());
    beforeEach(async ({ task }) => {
      screenshotOnFailure({ task }, workbench, vscode);
      await workbench.dismiss();
    });

    const shot = (name: string) => takePicture(session, version, name);

    async function pickHost(): Promise<void> {
      await workbench.quickInput('Run on which host?');
      await workbench.type(server.alias);
      await workbench.quickPickRows().filter({ hasText: server.alias }).first().waitFor();
      await workbench.press('Enter');
    }

    it('shows the events of a host live and decoded, and leaves nothing there when it is stopped', async () => {
      await workbench.openFile('fchmodat.bpf.c');
      await workbench.page.locator('.codelens-decoration', { hasText: 'Run' }).first().waitFor();
      await workbench.runCommand('eBPF: Run on Remote Host');
      await pickHost();
      const status = workbench.statusBarItem(new RegExp(`fchmodat\\.bpf\\.c on ${server.alias}$`));
      await status.waitFor();

      const scratch = await mkdtemp(join(tmpdir(), 'ebpf-run-'));
      onTestFinished(() => rm(scratch, { recursive: true }));
      const file = join(scratch, 'a file');
      await writeFile(file, '');
      for (const mode of ['640', '600', '755']) await chmod(mode, file);
      const rows = events(workbench).getByRole('row');
      await rows.filter({ hasText: file }).filter({ hasText: '0755' }).first().waitFor();
      await shot('run');

      await status.click();
      await status.waitFor({ state: 'detached' });
      await gone(serverShell(server), 'fchmodat');
      // What came is still there.
      await rows.filter({ hasText: file }).first().waitFor();
    });

    it("puts the verifier's refusal on the line, with where the value came from", async () => {
      await workbench.openFile('count.bpf.c');
      await workbench.runCommand('eBPF: Verify on Host');
      await workbench.goTo(20);
      await workbench.squiggles('error').first().waitFor();
      const problems = await workbench.problems();
      await problems.filter({ hasText: 'null-check' }).first().waitFor();
      await problems.filter({ hasText: 'bpf_map_lookup_elem' }).first().waitFor();
      await shot('verify');
      await gone(serverShell(server), 'count');
    });

    it('fixes what was refused, and the verifier accepts it', async () => {
      await workbench.goTo(20);
      await workbench.applyQuickFix('Return early where `value` is NULL', () => shot('verdict-fix'));
      await workbench.page.locator('.view-line', { hasText: 'if (!value)' }).first().waitFor();
      await workbench.runCommand('eBPF: Verify on Host');
      const toast = workbench.page.locator('.notification-toast', {
        hasText: '1 program passes the verifier',
      });
      await toast.waitFor();
      await expect.poll(() => workbench.squiggles('error').count()).toBe(0);
    });

    it('has no uncaught error', () => {
      expect(session.pageErrors).toEqual([]);
    });
  });
}

/** The page inside the webview. */
function events({ page }: Workbench): Locator {
  return page.frameLocator('iframe.webview.ready').frameLocator('#active-frame').locator('body');
}

async function chmod(mode: string, file: string): Promise<void> {
  await once(spawn('chmod', [mode, file]), 'close');
}
