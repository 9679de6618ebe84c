/** The events panel in a real VS Code, with events that no kernel made: what is seen, and what keys and a screen reader get. */
import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { screenshotOnFailure } from '../support/code-server/failure';
import { codeServers } from '../support/code-server/install.mjs';
import { takePicture } from '../support/code-server/picture';
import { describeUnless } from '../support/requirement';
import { measureContrast } from './events-panel/contrast';
import { themes } from './events-panel/themes';
import { openPanelWindow, type PanelWindow } from './events-panel/window';

const tier = inject('e2e');

/** What of a browser is used inside the webview; the tests have no DOM of their own. */
interface Browser {
  readonly MutationObserver: new (call: () => void) => { observe(target: unknown, options: object): void };
}

/** The milliseconds in which the text of an element changes thirty times. */
const timeThirtyChanges = (element: unknown) =>
  new Promise<number>((resolve) => {
    const { MutationObserver } = globalThis as unknown as Browser;
    const what = { childList: true, characterData: true, subtree: true };
    const times: number[] = [];
    const note = () => {
      times.push(performance.now());
      if (times.length === 31) resolve(performance.now() - (times[0] ?? 0));
    };
    new MutationObserver(note).observe(element, what);
  });

/** For the documentation. */
const pictures: Readonly<Partial<Record<(typeof themes)[number], string>>> = {
  'Dark 2026': 'events-dark',
  'Default High Contrast': 'events-high-contrast',
};

// The panel is the same page in all of them: the latest is enough.
for (const { version, vscode } of codeServers.slice(-1)) {
  describeUnless('skip' in tier ? tier.skip : undefined, `the events panel of VS Code ${vscode}`, () => {
    let opened: PanelWindow;
    const locate = (selector: string, options?: { readonly hasText: string | RegExp }) =>
      opened.panel.locator(selector, options);
    const run = (title: string) => opened.workbench.runCommand(`Demo: ${title}`);
    const press = (...keys: readonly string[]) => opened.workbench.press(...keys);
    /** Rows of the grid, its head included. */
    const rowCount = async () => Number(await locate('.grid').getAttribute('aria-rowcount'));
    const eventually = <T>(value: () => Promise<T>) => expect.poll(value, { timeout: 30_000 });
    const activeRow = () => locate('.row.active');

    beforeAll(async () => {
      opened = await openPanelWindow(version);
      await run('Begin on Two Hosts');
      await locate('.row').first().waitFor();
    });
    afterAll(() => opened.close());
    beforeEach((context) => screenshotOnFailure(context, opened.workbench, vscode));

    it('shows the columns of the records, and the host where there are several', async () => {
      const heads = await locate('[role=columnheader]').allTextContents();
      expect(heads).toEqual(['Time', 'Host', 'Type', 'pid', 'comm', 'path', 'ret']);
      const row = locate('.row', { hasText: /db2struct opened1037systemd-journal/ });
      const [time, ...cells] = await row.locator('[role=gridcell]').allTextContents();
      expect(time).toMatch(/^\d\d:\d\d:\d\d\.\d{6}$/);
      expect(cells).toEqual([
        ...['db2', 'struct opened', '1037', 'systemd-journal', '/var/log/journal/system.journal', ''],
      ]);
    });

    it('has as many rows as there are events, of which only those in sight are made', async () => {
      await run('Many Events');
      await locate('.counts', { hasText: '200,040 events' }).waitFor();
      await eventually(rowCount).toBe(200_041);
      expect(await locate('.row').count()).toBeLessThan(100);
      const [last] = await locate('.row:not([hidden])').last().all();
      expect(await last?.getAttribute('aria-rowindex')).toBe('200041');
    });

    it('is walked through with keys', async () => {
      await locate('.grid').focus();
      await press('Home');
      await eventually(() => activeRow().getAttribute('aria-rowindex')).toBe('2');
      await press('ArrowDown', 'ArrowDown', 'ArrowUp');
      expect(await activeRow().getAttribute('aria-rowindex')).toBe('3');
      expect(await locate('.grid').getAttribute('aria-activedescendant')).toBe(
        await activeRow().getAttribute('id'),
      );
      await press('PageDown');
      expect(Number(await activeRow().getAttribute('aria-rowindex'))).toBeGreaterThan(5);
      await press('End');
      await eventually(() => activeRow().getAttribute('aria-rowindex')).toBe('200041');
      expect(await activeRow().getAttribute('aria-selected')).toBe('true');
    });

    it('opens all of an event with Enter, and closes it with Escape', async () => {
      await locate('.grid').focus();
      await press('End', 'Enter');
      await locate('.details h2', { hasText: 'struct' }).waitFor();
      expect(await locate('.details th').allTextContents()).toContain('pid');
      expect(await locate('.details pre').first().textContent()).toContain('"pid": 1039');
      await press('Escape');
      await locate('.details').waitFor({ state: 'hidden' });
    });

    it('filters with Control+F, and says how many match', async () => {
      await locate('.grid').focus();
      await press('Control+f');
      await opened.workbench.type('comm:bash -path:passwd');
      const matching = locate('.counts', { hasText: /^[\d,]+ of 200,040/ });
      await matching.waitFor();
      await locate('[role=status]', { hasText: 'events match' }).waitFor();
      const count = await rowCount();
      expect(count).toBeGreaterThan(1000);
      expect(count).toBeLessThan(50_000);
      expect(await matching.textContent()).toContain(`${(count - 1).toLocaleString('en')} of`);
      const cells = await locate('.row:not([hidden])').allTextContents();
      for (const text of cells) expect(text).toMatch(/bash(?!.*passwd)/);
      await press('Escape');
      await eventually(rowCount).toBe(200_041);
    });

    it('pauses: the view stays, and what came meanwhile is shown afterwards', async () => {
      await locate('button[aria-label="Pause"]').click();
      await run('Few Events');
      await locate('.counts', { hasText: 'paused, 30 waiting' }).waitFor();
      expect(await rowCount()).toBe(200_041);
      await locate('button[aria-label="Resume"]').click();
      await eventually(rowCount).toBe(200_071);
    });

    it('says what was lost, and how', async () => {
      await run('Lose Events');
      const lost = locate('.lost', { hasText: '1,234 lost' });
      await lost.waitFor();
      expect(await lost.getAttribute('title')).toContain('as the program counts in dropped');
    });

    it('shows maps and programs', async () => {
      await locate('#tab-maps').click();
      const flows = locate('section', { hasText: 'flows' }).first();
      expect(await flows.locator('tbody tr').first().locator('td').first().textContent()).toBe('10.0.0.0');
      await locate('section', { hasText: '.data (global variables)' }).first().waitFor();
      await press('ArrowRight');
      await locate('#panel-programs tbody tr', { hasText: 'tp/syscalls/sys_enter_openat' }).first().waitFor();
      await press('ArrowRight');
      await locate('.grid').waitFor();
    });

    it('moves at most ten times a second, whatever comes', async () => {
      await run('Stream Events');
      await locate('.counts', { hasText: '/s' }).waitFor();
      expect(await locate('.counts').evaluate(timeThirtyChanges)).toBeGreaterThan(2900);
      await run('Stop');
      await locate('.host', { hasText: 'web1: stopped' }).waitFor();
    });

    it.each(themes)('can be read in the theme %s', async (theme) => {
      await run('Begin on Two Hosts');
      await run('Lose Events');
      await locate('.lost').waitFor();
      await run(`Theme ${theme}`);
      await locate(`body[data-vscode-theme-id="${theme}"]`).waitFor();
      const texts = await locate('body').evaluate(measureContrast);
      expect(texts.length).toBeGreaterThan(50);
      // WCAG 2: AA, and AAA where high contrast was asked for.
      const least = theme.includes('High Contrast') ? 7 : 4.5;
      expect(texts.filter(({ ratio }) => ratio < least)).toEqual([]);
      const name = pictures[theme];
      if (name !== undefined) await takePicture(opened, version, name);
    });

    it('clears, and goes on with what comes', async () => {
      await run('Begin');
      await locate('button[aria-label="Clear events"]').click();
      await eventually(rowCount).toBe(1);
      await run('Few Events');
      await eventually(rowCount).toBe(31);
    });

    it('is as it was after it was hidden', async () => {
      await locate('.filter').fill('struct closed');
      await locate('.counts', { hasText: ' of 30 events' }).waitFor();
      await press('Control+Shift+M');
      await opened.workbench.page.locator('.markers-panel').waitFor();
      await opened.workbench.page.locator('.panel .action-label', { hasText: 'eBPF Events' }).click();
      await locate('.counts', { hasText: ' of 30 events' }).waitFor();
      expect(await locate('.filter').inputValue()).toBe('struct closed');
    });

    it('runs nothing that the content policy does not allow', () => {
      expect(opened.errors).toEqual([]);
    });
  });
}
