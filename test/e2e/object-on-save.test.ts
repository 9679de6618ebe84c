/** What clang makes of a program that is saved, judged in a real VS Code. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, inject } from 'vitest';
import { findOnPath } from '../support/bpf/requirements';
import { screenshotOnFailure } from '../support/code-server/failure';
import { codeServers } from '../support/code-server/install.mjs';
import type { Session } from '../support/code-server/session';
import { it } from '../support/code-server/shared-window';
import type { Workbench } from '../support/code-server/workbench';
import { describeUnless } from '../support/requirement';

const tier = inject('e2e');
const header = '/usr/include/bpf/bpf_helpers.h';
const tools = findOnPath('clang') === undefined ? 'clang on PATH' : existsSync(header) ? undefined : header;
const missing = 'skip' in tier ? tier.skip : tools;

for (const { version, vscode } of codeServers.slice(-1)) {
  describeUnless(missing, `A program that is saved in VS Code ${vscode}`, () => {
    let session: Session;
    let workbench: Workbench;

    it.beforeAll(async ({ windows }) => {
      session = await windows.show({
        version,
        folder: join(import.meta.dirname, 'fixtures', 'objects'),
        settings: {
          'ebpf.kernel': { kind: 'bundled', id: '6.1-debian-amd64' },
          'ebpf.alsoCheck': [{ kind: 'bundled', id: '5.10-debian-amd64' }],
          'files.autoSave': 'off',
        },
      });
      workbench = session.workbench;
    });
    beforeEach(({ task }) => screenshotOnFailure({ task }, workbench, vscode));

    it('has what a kernel lacks on its line, until the text is another', async () => {
      await workbench.openFile('state.bpf.c');
      await workbench.statusBarItem(/6\.1\.0-\S+ · x86_64 · bundled/).waitFor();
      expect(await workbench.squiggles('warning').count()).toBe(0);
      await workbench.press('Control+End');
      await workbench.type('\n');
      await workbench.save();
      await workbench.squiggles('warning').first().waitFor();
      const problems = await workbench.problems();
      await problems
        .filter({ hasText: 'On 5.10-debian-amd64: struct task_struct has no member __state' })
        .waitFor();
      expect(await problems.filter({ hasText: 'core-relocation' }).count()).toBe(1);

      await workbench.goTo(24);
      await workbench.type(' ');
      await workbench.squiggles('warning').first().waitFor({ state: 'detached' });
    });
  });
}
