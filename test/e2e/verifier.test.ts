/** What verifiers say, in the latest VS Code: costs, registers, logs beside their sources, pasted logs, checks of hosts. */
import type { Locator } from 'playwright-core';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { requireKernel } from '../support/bpf/requirements';
import { screenshotOnFailure } from '../support/code-server/failure';
import { codeServers } from '../support/code-server/install.mjs';
import { takePicture } from '../support/code-server/picture';
import { Session } from '../support/code-server/session';
import type { Workbench } from '../support/code-server/workbench';
import { describeUnless } from '../support/requirement';
import { ensureTracefs } from '../support/tracefs';

const tier = inject('e2e');
const folder = join(import.meta.dirname, 'fixtures', 'verifier');
/** Each look at an editor takes many questions to the page. */
const slow = { timeout: 60_000, interval: 200 };
const missing = 'skip' in tier ? tier.skip : requireKernel();

for (const { version, vscode } of codeServers.slice(-1)) {
  describeUnless(missing, `VS Code ${vscode}`, () => {
    let session: Session;
    let workbench: Workbench;

    beforeAll(async () => {
      await ensureTracefs();
      const vsix = 'vsix' in tier ? tier.vsix : '';
      const settings = {
        'ebpf.kernel': { kind: 'bundled', id: '6.1-debian-amd64' },
        'ebpf.verify.onSave': true,
        'files.autoSave': 'off',
      };
      session = await Session.open({ version, vsix, folder, settings });
      workbench = session.workbench;
    });
    afterAll(() => session.close());
    beforeEach(async (context) => {
      screenshotOnFailure(context, workbench, vscode);
      await workbench.dismiss();
    });

    const shot = (name: string) => takePicture(session, version, name);
    const lens = (text: string | RegExp) =>
      workbench.page.locator('.codelens-decoration a', { hasText: text });
    const inHover = (text: string) =>
      workbench.page.locator('.monaco-hover:not(.hidden) .hover-contents', { hasText: text }).first();

    it('says above each program what its verification took, and on a line what the registers held', async () => {
      await workbench.openFile('counts.bpf.c');
      await workbench.runCommand('eBPF: Verify on Host');
      await pickThisMachine(workbench, 'Run on which host?');
      await lens(
        /Verified on local: \d+ of 1,000,000 instructions · \d+ states? · 8 bytes of stack/,
      ).waitFor();
      await lens('Refused by local').waitFor();

      await workbench.goTo(31, '*va');
      await workbench.hover();
      await inHover('r0 = a pointer into a map value (may be NULL) of counts: value').waitFor();
      await shot('register-hover');
      await workbench.dismiss();

      // Behind the check it is one.
      await workbench.goTo(21, '*va');
      await workbench.hover();
      await inHover('r0 = a pointer into a map value of counts: value').waitFor();
    });

    it('shows the log beside the source; each follows the other', async () => {
      await workbench.goTo(18, '__u');
      await workbench.runCommand('eBPF: Show Verifier Log');
      await workbench.page.locator('.tab.active', { hasText: 'count on local.verifier.log' }).waitFor();
      const log = editor(workbench, '.verifier.log');
      // The cursor is at the first place of the line that it was on.
      await log.locator('.view-line', { hasText: 'call bpf_map_lookup_elem#1' }).first().waitFor();
      const source = editor(workbench, 'counts.bpf.c');
      await workbench.press('ArrowDown');
      await expect.poll(() => markedText(source), slow).toContain('bpf_map_lookup_elem(&counts, &pid)');
      await shot('verifier-log');

      await workbench.press('Control+1');
      await workbench.goTo(17, '__u');
      await expect.poll(() => markedText(log), slow).toContain('call bpf_get_current_pid_tgid#14');

      // The lens leads to the place of the refusal.
      await workbench.goTo(26);
      await lens('Refused by local').click();
      await workbench.page.locator('.tab.active', { hasText: 'moved on local.verifier.log' }).waitFor();
      await log.locator('.view-line', { hasText: "invalid mem access 'map_value_or_null'" }).waitFor();
    });

    it('verifies again when the file is saved, without a word', async () => {
      await workbench.runCommand('View: Close All Editors');
      await workbench.openFile('counts.bpf.c');
      await workbench.goTo(31);
      await workbench.squiggles('error').first().waitFor();
      await workbench.type('if (value) ');
      await workbench.save();
      await workbench.statusBarItem('2 programs pass the verifier of local').waitFor();
      await lens('Verified on local').first().waitFor();
      await lens('Refused by local').waitFor({ state: 'detached' });
      await workbench.squiggles('error').first().waitFor({ state: 'detached' });
      expect(await workbench.page.locator('.notification-toast').count()).toBe(0);
    });

    it('explains a failure to attach on the line that makes it', async () => {
      await workbench.runCommand('View: Close All Editors');
      await workbench.openFile('beyond.bpf.c');
      await lens('Run').first().click();
      const events = workbench.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
      await events.locator('.host.failed').waitFor();
      const problems = await workbench.problems();
      const refused = problems.filter({ hasText: 'ctx-record-range' }).filter({ hasText: 'kernel (local)' });
      await refused.first().waitFor();
      await workbench.press('Control+Shift+M');
      await workbench.statusBarItem('beyond.bpf.c').click();
      await workbench.statusBarItem('beyond.bpf.c').waitFor({ state: 'detached' });
    });

    it('explains a log that somebody pasted into a file, folds it and leads to the source', async () => {
      await workbench.runCommand('View: Close All Editors');
      await workbench.openFile('pasted.verifier.log');
      await workbench.squiggles('error').first().waitFor();
      const problems = await workbench.problems();
      await problems.filter({ hasText: 'null-check' }).filter({ hasText: 'verifier' }).first().waitFor();
      await problems.filter({ hasText: 'counts.bpf.c[Ln 31' }).first().waitFor();
      await shot('pasted-log');
      await workbench.press('Control+Shift+M');

      const text = await readFile(join(folder, 'pasted.verifier.log'), 'utf8');
      const at = text.split('\n').findIndex((line) => line.startsWith('; *value += 1;')) + 1;
      await workbench.goTo(at, '; *value += 1; @ cou');
      await workbench.runCommand('Open Link');
      await workbench.page.locator('.tab.active', { hasText: 'counts.bpf.c' }).waitFor();

      await workbench.runCommand('View: Close All Editors');
      await workbench.openFile('pasted.verifier.log');
      await workbench.line('bpf_get_current_pid_tgid#14').waitFor();
      await workbench.runCommand('Fold All');
      await workbench.line('bpf_get_current_pid_tgid#14').waitFor({ state: 'detached' });
    });

    it('says what is wrong with a host, and what to do', async () => {
      await workbench.runCommand('eBPF: Check Host');
      await pickThisMachine(workbench, 'Check which host?');
      const page = workbench.page
        .frameLocator('iframe.webview.ready')
        .frameLocator('#active-frame')
        .locator('body');
      await page.getByRole('heading', { name: 'Check of local' }).waitFor();
      await page.getByRole('row').filter({ hasText: 'kernel' }).filter({ hasText: 'ok' }).first().waitFor();
      await shot('check-host');
    });

    it('has no uncaught error', () => {
      expect(session.pageErrors).toEqual([]);
    });
  });
}

async function pickThisMachine(workbench: Workbench, title: string): Promise<void> {
  await workbench.quickInput(title);
  await workbench.quickPickRows().filter({ hasText: 'This machine' }).first().waitFor();
  await workbench.type('This machine');
  await workbench.press('Enter');
}

/** One of the editors side by side, by the name of its file. */
function editor({ page }: Workbench, name: string): Locator {
  return page.locator(`.editor-instance[data-uri*="${name}"], .monaco-editor[data-uri*="${name}"]`).first();
}

/** The text of the lines that our decoration marks: those at the height of it. */
async function markedText(editor: Locator): Promise<string> {
  const marks = await editor.locator('.view-overlays [class*="TextEditorDecorationType"]').all();
  const heights = await Promise.all(marks.map(heightOf));
  const lines = await editor.locator('.view-lines .view-line').all();
  const marked = await Promise.all(
    lines.map(async (line) => (heights.includes(await heightOf(line)) ? await line.innerText() : '')),
  );
  return marked.join('\n').replaceAll('\u00a0', ' ');
}

/** Where on the page it begins; NaN where it is gone, which is equal to nothing. */
async function heightOf(part: Locator): Promise<number> {
  const box = await part.boundingBox({ timeout: 1000 }).catch(() => null);
  return box === null ? NaN : Math.round(box.y);
}
