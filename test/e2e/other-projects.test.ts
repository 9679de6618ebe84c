/** What the extension does in a project of plain C: nothing, until the first eBPF file, or until it is asked for. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { screenshotOnFailure } from '../support/code-server/failure';
import { codeServers } from '../support/code-server/install.mjs';
import { Session } from '../support/code-server/session';
import { describeUnless } from '../support/requirement';

const tier = inject('e2e');
const folder = join(import.meta.dirname, 'fixtures', 'plain-c');
const kernel = { kind: 'directory', path: '/nonexistent/kernel' };
const kernelItem = /· (live|bundled)|eBPF: no kernel/;

for (const { version, vscode } of codeServers.slice(-1)) {
  describeUnless('skip' in tier ? tier.skip : undefined, `A C project in VS Code ${vscode}`, () => {
    let session: Session;

    beforeAll(async () => {
      const vsix = 'vsix' in tier ? tier.vsix : '';
      session = await Session.open({ version, vsix, folder, settings: { 'ebpf.kernel': kernel } });
    });
    afterAll(() => session.close());
    beforeEach((context) => screenshotOnFailure(context, session.workbench, vscode));

    it('loads nothing but what looks at its files', async () => {
      const { workbench } = session;
      await workbench.openFile('main.c');
      const { page } = workbench;
      const size = page.viewportSize();
      // The list has only the rows that are in sight, and the slowest are the first.
      await page.setViewportSize({ width: 1366, height: 3000 });
      const running = await workbench.runningExtensions();
      await running.filter({ hasText: 'eBPF' }).first().waitFor();
      if (size !== null) await page.setViewportSize(size);
      await workbench.closeEverything();
      await workbench.openFile('main.c');
      await workbench.runCommand('Output: Show Output Channels');
      await workbench.quickPickRows().filter({ hasText: 'Git' }).first().waitFor();
      expect(await workbench.quickPickRows().filter({ hasText: 'eBPF' }).count()).toBe(0);
      expect(await workbench.statusBarItem('eBPF').count()).toBe(0);
    });

    it('has all of it with the first eBPF file, and is told that the chosen kernel cannot be read', async () => {
      const { workbench } = session;
      const file = join(session.folder, 'first.bpf.c');
      await writeFile(file, '');
      await workbench.dismiss();
      await workbench.openFile('first.bpf.c');
      const item = workbench.statusBarItem(kernelItem);
      await item.waitFor();
      expect(await item.getAttribute('class')).toContain('warning-kind');
      await workbench.type('SEC("tp/fchmodat');
      await workbench.suggestRows().filter({ hasText: 'syscalls/sys_enter_fchmodat' }).first().waitFor();
      await workbench.closeEverything();
      await rm(file);
    });

    it('has it with a command', async () => {
      const { workbench } = session;
      await openAnew('main.c');
      await workbench.runCommand('eBPF: Restart Language Server');
      await workbench.statusBarItem(kernelItem).waitFor();
    });

    it('has it with a view', async () => {
      const { workbench } = session;
      await openAnew('main.c');
      await workbench.openContainer('eBPF');
      await workbench.viewRows('Tracepoints').filter({ hasText: 'syscalls' }).first().waitFor();
    });

    /** A window in which nothing of the extension is loaded yet. */
    async function openAnew(name: string): Promise<void> {
      const { workbench } = session;
      await workbench.page.reload();
      await workbench.ready();
      await workbench.openFile(name);
    }
  });
}
