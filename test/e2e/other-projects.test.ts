/** What the extension does where nobody asked for it: nothing. And what it says when its kernel cannot be read. */
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { screenshotOnFailure } from '../support/code-server/failure';
import { codeServers } from '../support/code-server/install.mjs';
import { Session } from '../support/code-server/session';
import { describeUnless } from '../support/requirement';

const tier = inject('e2e');
const folder = join(import.meta.dirname, 'fixtures', 'plain-c');
const kernel = { kind: 'directory', path: '/nonexistent/kernel' };

for (const { version, vscode } of codeServers.slice(-1)) {
  describeUnless('skip' in tier ? tier.skip : undefined, `A C project in VS Code ${vscode}`, () => {
    let session: Session;

    beforeAll(async () => {
      const vsix = 'vsix' in tier ? tier.vsix : '';
      session = await Session.open({ version, vsix, folder, settings: { 'ebpf.kernel': kernel } });
    });
    afterAll(() => session.close());
    beforeEach((context) => screenshotOnFailure(context, session.workbench, vscode));

    it('does not activate the extension', async () => {
      const { workbench } = session;
      await workbench.openFile('main.c');
      const running = await workbench.runningExtensions();
      await running.filter({ hasText: 'Git' }).first().waitFor();
      expect(await running.filter({ hasText: 'eBPF' }).count()).toBe(0);
    });

    it('gets it on a command, and is told that the chosen kernel cannot be read', async () => {
      const { workbench } = session;
      await workbench.dismiss();
      await workbench.runCommand('eBPF: Restart Language Server');
      const item = workbench.statusBarItem(/· (live|bundled)|eBPF: no kernel/);
      await item.waitFor();
      expect(await item.getAttribute('class')).toContain('warning-kind');
    });
  });
}
