/** The views "Tracepoints" and "Programs and Maps" in the latest VS Code. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, inject } from 'vitest';
import { screenshotOnFailure } from '../support/code-server/failure';
import { codeServers } from '../support/code-server/install.mjs';
import { takePicture } from '../support/code-server/picture';
import type { Session } from '../support/code-server/session';
import { it } from '../support/code-server/shared-window';
import type { Workbench } from '../support/code-server/workbench';
import { describeUnless } from '../support/requirement';

const tier = inject('e2e');
const folder = join(import.meta.dirname, 'fixtures', 'handlers');
const settings = { 'ebpf.kernel': { kind: 'bundled', id: '6.1-debian-amd64' }, 'files.autoSave': 'off' };

for (const { version, vscode } of codeServers.slice(-1)) {
  describeUnless('skip' in tier ? tier.skip : undefined, `VS Code ${vscode}`, () => {
    let session: Session;
    let workbench: Workbench;

    it.beforeAll(async ({ windows }) => {
      session = await windows.show({ version, folder, settings });
      workbench = session.workbench;
      await workbench.openFile('unfinished.bpf.c');
      await workbench.press('Control+End');
      await workbench.openContainer('eBPF');
    });
    beforeEach(({ task }) => screenshotOnFailure({ task }, workbench, vscode));

    const shot = (name: string) => takePicture(session, version, name);
    const events = (text: string | RegExp) => workbench.viewRows('Tracepoints').filter({ hasText: text });
    const programs = (text: string | RegExp) =>
      workbench.viewRows('Programs and Maps').filter({ hasText: text });

    describe('Tracepoints', () => {
      it('lists the categories of the target kernel and opens them', async () => {
        await events(/^syscalls/).waitFor();
        await events(/^sched/).click();
        await events('sched_kthread_stop').first().waitFor();
        await events(/^sched/)
          .first()
          .click();
      });

      it('finds events while a search is typed, and shows the format of one', async () => {
        await workbench.runCommand('eBPF: Search Tracepoints');
        await workbench.quickInput('Search Tracepoints');
        await workbench.type('fchmod');
        await events('sys_enter_fchmodat').waitFor();
        await workbench.press('Enter');
        await events(/^syscalls/).waitFor();
        const rows = () => workbench.viewRows('Tracepoints').count();
        await expect.poll(rows, { timeout: 30_000 }).toBe(5);
        await events('sys_enter_fchmodat').click();
        await workbench.line('name: sys_enter_fchmodat').waitFor();
        await workbench.line('field:const char * filename').waitFor();
        await shot('explorer');
      });

      it('inserts the SEC line into the program that was in front last', async () => {
        await events('sys_exit_fchmodat').click();
        await workbench.line('name: sys_exit_fchmodat').waitFor();
        await workbench.runInContextMenu(events('sys_exit_fchmodat'), 'Insert SEC Line');
        await workbench.page.locator('.tab.active', { hasText: 'unfinished.bpf.c' }).waitFor();
        await workbench.line('SEC("tp/syscalls/sys_exit_fchmodat")').waitFor();
        await workbench.press('Control+Z');
      });

      it('copies the ctx struct', async () => {
        await workbench.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
        await workbench.runInContextMenu(events('sys_enter_fchmodat'), 'Copy ctx Struct');
        await workbench.statusBarItem('ctx struct copied').waitFor();
        await workbench.openFile('unfinished.bpf.c');
        await workbench.press('Control+End', 'Control+V');
        await workbench.line('struct trace_event_raw_sys_enter {').waitFor();
        await workbench.press('Control+Z');
      });

      it('starts the wizard for an event', async () => {
        await workbench.openContainer('eBPF');
        await workbench.runInContextMenu(events('sys_enter_fchmodat'), 'Generate Tracepoint Handler');
        await workbench.quickInput('sys_enter_fchmodat (2/8)');
        await workbench.press('Escape');
      });

      it('compares an event across kernels', async () => {
        await workbench.runCommand('eBPF: Search Tracepoints');
        await workbench.quickInput('Search Tracepoints');
        await workbench.page.locator('.quick-input-widget input.input').fill('kfree_skb');
        await workbench.press('Enter');
        await workbench.runInContextMenu(events(/^kfree_skb/).first(), 'Compare Event Across Kernels');
        await workbench.line('kfree_skb').waitFor();
        // The reason came with 5.17.
        await workbench.line(/reason/).waitFor();
        await shot('compare-event');
      });

      it('says so where nothing is found, and shows everything again', async () => {
        await workbench.runCommand('eBPF: Search Tracepoints');
        await workbench.quickInput('Search Tracepoints');
        await workbench.page.locator('.quick-input-widget input.input').fill('qqqq');
        await workbench.press('Enter');
        await workbench.page.getByText('No tracepoint of the target kernel matches.').waitFor();
        await workbench.runCommand('eBPF: Clear Tracepoint Search');
        await events(/^syscalls/).waitFor();
      });
    });

    describe('Programs and Maps', () => {
      it('lists files with their programs and maps, and goes to them', async () => {
        await programs('drop.bpf.c').waitFor();
        await programs('drop_all').filter({ hasText: 'xdp' }).waitFor();
        await programs('dropped').filter({ hasText: 'hash' }).click();
        await workbench.page.locator('.tab.active', { hasText: 'drop.bpf.c' }).waitFor();
        await workbench.statusBarItem('Ln 7, Col 1').waitFor();
      });

      it('follows edits', async () => {
        await workbench.openFile('chmod.bpf.c');
        await workbench.press('Control+End');
        await workbench.type('SEC("xdp") int pass_all(void *ctx) { return 2; }');
        await workbench.openContainer('eBPF');
        await programs('pass_all').waitFor();
      });
    });

    it('writes the types of the target kernel beside the program', async () => {
      await workbench.openFile('drop.bpf.c');
      await workbench.runCommand('eBPF: Write vmlinux.h');
      await workbench.quickInput('Save the Types');
      await workbench.press('Enter');
      await workbench.page.locator('.notification-toast', { hasText: 'the types of Linux 6.1.0' }).waitFor();
      const text = await readFile(join(session.folder, 'network', 'vmlinux.h'), 'utf8');
      expect(text.match(/^struct trace_event_raw_sys_enter \{$/gm)).toHaveLength(1);
    });

    it('has caused no error in the page', () => {
      expect(session.pageErrors).toEqual([]);
    });
  });
}
