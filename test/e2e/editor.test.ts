/** What a user sees and does, in both VS Codes: the oldest that we test, and the latest. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, inject } from 'vitest';
import { screenshotOnFailure } from '../support/code-server/failure';
import { codeServers } from '../support/code-server/install.mjs';
import { takePicture } from '../support/code-server/picture';
import type { Session } from '../support/code-server/session';
import { it } from '../support/code-server/shared-window';
import type { Workbench } from '../support/code-server/workbench';
import { describeUnless } from '../support/requirement';

const tier = inject('e2e');
const fixtures = join(import.meta.dirname, 'fixtures', 'workspace');
const kernel = { kind: 'bundled', id: '6.1-debian-amd64' };

/** Where a fixture first has this text: the line, from 1, and what is before it in the line. */
function placeOf(file: string, text: string): [line: number, before: string] {
  const [before = ''] = readFileSync(join(fixtures, file), 'utf8').split(text, 1);
  const lines = before.split('\n');
  return [lines.length, lines.at(-1) ?? ''];
}

for (const { version, vscode } of codeServers) {
  describeUnless('skip' in tier ? tier.skip : undefined, `VS Code ${vscode}`, () => {
    let session: Session;
    let workbench: Workbench;

    it.beforeAll(async ({ windows }) => {
      session = await windows.show({ version, folder: fixtures, settings: { 'ebpf.kernel': kernel } });
      workbench = session.workbench;
    });
    beforeEach(async ({ task }) => {
      screenshotOnFailure({ task }, workbench, vscode);
      await workbench.dismiss();
    });

    const shot = (name: string) => takePicture(session, version, name);

    it('starts with the first eBPF document and says which kernel it knows', async () => {
      await workbench.openFile('fchmodat.bpf.c');
      await workbench.statusBarItem(/6\.1\.0-\S+ · x86_64 · bundled/).waitFor();
    });

    it('colours the parts of a SEC string', async () => {
      const line = workbench.line('SEC("tp/syscalls/sys_enter_fchmodat")');
      for (const part of ['tp', 'syscalls', 'sys_enter_fchmodat']) {
        await line.locator('span > span', { hasText: new RegExp(`^${part}$`) }).waitFor();
      }
    });

    it('completes a SEC string from a word of the event, and replaces the whole string', async () => {
      await workbench.openFile('empty.bpf.c');
      await workbench.press('Control+End');
      await workbench.type('SEC("tp/fchmodat');
      const first = workbench.suggestRows().first();
      await first.filter({ hasText: 'sys_enter_fchmodat' }).waitFor();
      const details = await workbench.suggestDetails();
      await details.filter({ hasText: 'filename' }).waitFor();
      await shot('completion');
      await workbench.press('Enter');
      await workbench.line(/^SEC\("tp\/syscalls\/sys_enter_fchmodat"\)$/).waitFor();
    });

    it('says on hover which argument ctx->args[1] is', async () => {
      await workbench.openFile('fchmodat.bpf.c');
      await workbench.goTo(...placeOf('fchmodat.bpf.c', 'args[1]'));
      const hover = await workbench.hover();
      expect(await hover.textContent()).toMatch(/filename/);
      await shot('hover');
      await workbench.press('Escape');
    });

    it('names the arguments in the line', async () => {
      await workbench.openFile('fchmodat.bpf.c');
      await workbench.line(/args\[1\]\s*filename/).waitFor();
      await workbench.line(/args\[2\]\s*mode/).waitFor();
      await shot('inlay-hints');
    });

    it('lists what the kernel will refuse in the Problems view', async () => {
      await workbench.openFile('wrong.bpf.c');
      const problems = await workbench.problems();
      await problems.filter({ hasText: 'sched_swtich' }).waitFor();
      await problems.filter({ hasText: 'ctx-args-range' }).waitFor();
      await shot('diagnostic');
      await workbench.press('Control+Shift+M');
    });

    it('underlines the wrong ctx struct, and the fix changes it', async () => {
      await workbench.openFile('wrong.bpf.c');
      await workbench.squiggles('warning').first().waitFor();
      await workbench.goTo(...placeOf('wrong.bpf.c', 'trace_event_raw_sys_exit'));
      await workbench.applyQuickFix('Change to struct trace_event_raw_sys_enter', () => shot('quick-fix'));
      await workbench.line('int handle_fchmodat(struct trace_event_raw_sys_enter *ctx)').waitFor();
    });

    it('completes members of kernel structs where C has none, and says where they are', async () => {
      await workbench.openFile('parent.bpf.c');
      await workbench.goTo(...placeOf('parent.bpf.c', ', gro'));
      await workbench.press('ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight');
      await workbench.type('up');
      await workbench.suggestRows().first().filter({ hasText: 'group_leader' }).waitFor();
      await shot('members');
      await workbench.press('Enter');
      await workbench.line(/BPF_CORE_READ\(task,\sgroup_leader\)/).waitFor();
      await workbench.goTo(...placeOf('parent.bpf.c', 'real_parent'));
      expect(await (await workbench.hover()).textContent()).toMatch(
        /struct task_struct \*real_parent.*offset/is,
      );
      await workbench.press('Escape');
    });

    it('underlines a read that the verifier refuses, and the fix reads it by CO-RE', async () => {
      await workbench.openFile('parent.bpf.c');
      await workbench.goTo(...placeOf('parent.bpf.c', 'task->real_parent->'));
      await workbench.applyQuickFix('BPF_CORE_READ(task, real_parent, tgid)', () =>
        shot('untrusted-pointer'),
      );
      await workbench.line(/BPF_CORE_READ\(task,\sreal_parent,\stgid\)/).waitFor();
    });

    it('goes from the SEC string to the format of the event', async () => {
      await workbench.openFile('fchmodat.bpf.c');
      await workbench.goTo(...placeOf('fchmodat.bpf.c', 'sys_enter_fchmodat'));
      await workbench.press('F12');
      await workbench.line('name: sys_enter_fchmodat').waitFor();
    });

    it('takes another kernel from the picker, without a restart', async () => {
      await workbench.openFile('fchmodat.bpf.c');
      await workbench.statusBarItem('bundled').click();
      await workbench.quickPickRows().filter({ hasText: '6.12-debian-amd64' }).click();
      await workbench.statusBarItem(/6\.12\.\S+ · x86_64 · bundled/).waitFor();
      await workbench.statusBarItem('bundled').click();
      await workbench.quickPickRows().filter({ hasText: '6.1-debian-amd64' }).click();
      await workbench.statusBarItem(/6\.1\.0-\S+ · x86_64 · bundled/).waitFor();
    });

    it('serves a plain C file from the moment that it is eBPF', async () => {
      await workbench.openFile('plain.c');
      await workbench.press('Control+Home');
      await workbench.type('SEC("tp/sched_switch');
      await workbench.suggestRows().first().filter({ hasText: 'sched_switch' }).waitFor();
      await workbench.press('Escape');
    });

    it('has caused no error in the page', () => {
      expect(session.pageErrors).toEqual([]);
    });
  });
}
