/** "Generate Tracepoint Handler" in the latest VS Code. */
import { readdirSync, readFileSync } from 'node:fs';
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
const fixtures = join(import.meta.dirname, 'fixtures', 'handlers');
const settings = { 'ebpf.kernel': { kind: 'bundled', id: '6.1-debian-amd64' }, 'files.autoSave': 'off' };
/** workbench.action.quickInputBack, on Linux. */
const back = 'Control+Alt+Minus';
const wizard = 'Generate Tracepoint Handler';

for (const { version, vscode } of codeServers.slice(-1)) {
  describeUnless('skip' in tier ? tier.skip : undefined, `VS Code ${vscode}`, () => {
    let session: Session;
    let workbench: Workbench;

    it.beforeAll(async ({ windows }) => {
      session = await windows.show({ version, folder: fixtures, settings });
      workbench = session.workbench;
    });
    beforeEach(async ({ task }) => {
      screenshotOnFailure({ task }, workbench, vscode);
      await workbench.dismiss();
    });

    const shot = (name: string) => takePicture(session, version, name);
    const saved = (name: string) => readFile(join(session.folder, name), 'utf8');
    const original = (name: string) => readFileSync(join(fixtures, name), 'utf8');
    const count = (text: string, part: string) => text.split(part).length - 1;

    /** Presses Enter until the step with this number is asked; what is preselected is taken. */
    async function acceptUntil(from: number, to: number): Promise<void> {
      for (let step = from; step < to; step++) {
        await workbench.quickInput(`(${step}/`);
        await workbench.press('Enter');
      }
      await workbench.quickInput(`(${to}/`);
    }

    describe('the wizard', () => {
      it('is driven by the keyboard, previews, inserts what is missing, and one undo takes it back', async () => {
        await workbench.openFile('chmod.bpf.c');
        await workbench.runCommand(`eBPF: ${wizard}`);
        await workbench.quickInput(`${wizard} (1/`);
        await workbench.type('fchmodat');
        const found = workbench.quickPickRows().filter({ hasText: 'sys_enter_fchmodat' });
        await found.filter({ hasText: 'dfd, filename, mode' }).waitFor();
        await workbench.press('Enter');

        const fields = await workbench.quickInput('sys_enter_fchmodat (2/8)');
        await fields.getByText('3 Selected').waitFor();
        await acceptUntil(2, 8);

        const { modified } = workbench.diff();
        await modified
          .locator('.view-line', { hasText: /^SEC\("tp\/syscalls\/sys_enter_fchmodat"\)$/ })
          .waitFor();
        await shot('preview');
        await workbench.press('Enter');

        await modified.waitFor({ state: 'detached' });
        await workbench.line(/^SEC\("tp\/syscalls\/sys_enter_fchmodat"\)$/).waitFor();
        await workbench.save();
        const text = await saved('chmod.bpf.c');
        expect(text.startsWith('// SPDX')).toBe(true);
        for (const once of ['#include "vmlinux.h"', '"license"', 'BPF_MAP_TYPE_RINGBUF', 'handle_fchmod('])
          expect(count(text, once), once).toBe(1);
        expect(count(text, 'SEC("tp/syscalls/sys_enter_fchmodat")')).toBe(1);

        await workbench.press('Control+Z');
        await workbench.save();
        expect(await saved('chmod.bpf.c')).toBe(original('chmod.bpf.c'));
      });

      it('keeps what is ticked from one search to the next, and the answers on the way back', async () => {
        await workbench.openFile('chmod.bpf.c');
        await workbench.press('Control+Home');
        await workbench.runCommand(`eBPF: ${wizard}`);
        const events = await workbench.quickInput('(1/');
        const rows = workbench.quickPickRows();
        await events.locator('input.input').fill('sched_switch');
        await rows.filter({ hasText: 'prev_comm' }).first().waitFor();
        await workbench.press('ArrowDown', 'Space');
        await events.getByText('1 Selected').waitFor();
        await events.locator('input.input').fill('openat');
        await rows.filter({ hasText: 'sys_enter_openat2' }).first().waitFor();
        await rows.filter({ hasText: 'sched_switch' }).filter({ hasText: 'chosen' }).waitFor();
        await workbench.press('ArrowDown', 'ArrowDown', 'Space');
        await events.getByText('2 Selected').waitFor();
        await shot('wizard');
        await workbench.press('Enter');

        // A pair is for syscalls alone: one step less.
        const fields = await workbench.quickInput('(2/7)');
        await rows.filter({ hasText: 'prev_comm' }).waitFor();
        await fields.getByText('11 Selected').waitFor();
        await workbench.press('ArrowDown', 'Space');
        await fields.getByText('10 Selected').waitFor();
        await workbench.press('Enter');
        await workbench.quickInput('(3/7)');
        await workbench.press(back);
        await (await workbench.quickInput('(2/7)')).getByText('10 Selected').waitFor();
        await workbench.press(back);
        await (await workbench.quickInput('(1/')).getByText('2 Selected').waitFor();
        await workbench.press('Escape');
      });

      it('creates a file and its loader under a name that is free, never over one that is there', async () => {
        await workbench.runCommand(`eBPF: ${wizard}`);
        await workbench.quickInput('(1/');
        await workbench.type('sched_process_exec');
        await workbench.quickPickRows().filter({ hasText: 'filename' }).first().waitFor();
        await workbench.press('Enter');
        await acceptUntil(2, 6);
        await workbench.press('ArrowDown', 'Enter');
        await workbench.quickInput('(7/7)');
        await workbench.page.getByRole('option', { name: 'Makefile' }).waitFor();
        await workbench.press('ArrowDown');
        await workbench.page.locator('.tab.active', { hasText: 'process_exec.bpf.c' }).waitFor();
        await workbench.press('Enter');

        await workbench.page.getByText('Name of the new file in workspace').waitFor();
        const name = workbench.page.locator('.quick-input-widget input.input');
        await name.fill('chmod');
        await workbench.page.getByText('chmod.bpf.c is there already').waitFor();
        await workbench.press('Enter');
        await name.fill('exec');
        await workbench.press('Enter');
        await workbench.page.locator('.tab.active', { hasText: /^exec\.bpf\.c/ }).waitFor();
        await workbench.line(/^SEC\("tp\/sched\/sched_process_exec"\)$/).waitFor();
        expect(await saved('exec.bpf.c')).toContain('SEC("tp/sched/sched_process_exec")');
        expect(await saved('exec.c')).toContain('exec.skel.h');
        expect(await saved('Makefile')).toContain('exec');
        expect(await saved('chmod.bpf.c')).toBe(original('chmod.bpf.c'));

        await workbench.press('Control+Z');
        await workbench.page.locator('.tab', { hasText: /^exec\.bpf\.c/ }).waitFor({ state: 'detached' });
        const left = () => readdirSync(session.folder).filter((name) => /exec|Make/.test(name));
        await expect.poll(left, { timeout: 30_000 }).toEqual([]);
      });

      it('completes a SEC line that has no function, accepted by the button above the preview', async () => {
        await workbench.openFile('unfinished.bpf.c');
        await workbench.goTo(6, 'SEC("tp/sched');
        await workbench.applyQuickFix('Generate the handler of sched:sched_wakeup', () => Promise.resolve());
        await acceptUntil(2, 7);
        await workbench.page.locator('.editor-actions a[aria-label^="Accept Preview"]').click();
        await workbench.diff().modified.waitFor({ state: 'detached' });
        await workbench.save();
        const text = await saved('unfinished.bpf.c');
        expect(text).toMatch(/^SEC\("tp\/sched\/sched_wakeup"\)\nint \w+\(struct \w+ \*ctx\)\n\{/m);
        expect(count(text, 'sched/sched_wakeup')).toBe(1);
      });

      it('is in the context menu of an eBPF program', async () => {
        await workbench.press('Control+Home');
        await workbench.runInContextMenu(workbench.line('SPDX'), wizard);
        await workbench.quickInput('(1/');
        await workbench.press('Escape');
      });
    });
  });
}
