/** The workbench as a user has it: keys, the editor, its widgets. Everything waits for what it needs to see. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect, vi } from 'vitest';

const patient = { timeout: 60_000, interval: 100 };

export class Workbench {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Resolves when the window is there and its folder is listed. */
  async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench .part.statusbar').waitFor();
    await this.#explorerRow().first().waitFor();
  }

  /** Resolves when this is the title of the window. */
  async titled(title: string): Promise<void> {
    await vi.waitFor(async () => expect(await this.page.title()).toBe(title), patient);
  }

  /** Resolves when the explorer shows these names in the folder, and no others. */
  async lists(names: readonly string[]): Promise<void> {
    await this.press('Control+Shift+E');
    const rows = this.page.locator('.explorer-folders-view .monaco-list-row[aria-level="1"]');
    const listed = async () => (await rows.allInnerTexts()).map((text) => text.trim()).sort();
    await vi.waitFor(async () => expect(await listed()).toEqual([...names].sort()), patient);
  }

  /** Closes editors without saving them, the panel, notifications, and whatever is over them. */
  async closeEverything(): Promise<void> {
    await this.dismiss();
    await this.runCommand('View: Close All Editors');
    const unsaved = this.page.locator('.monaco-dialog-box .monaco-button', { hasText: "Don't Save" });
    const empty = this.page.locator('.editor-group-container.empty');
    await unsaved.or(empty).first().waitFor();
    if (await unsaved.isVisible()) await unsaved.click();
    await empty.waitFor();
    await this.runCommand('Notifications: Clear All Notifications');
    const panel = this.page.locator('.part.panel');
    if (await panel.isVisible()) await this.press('Control+J');
    await panel.waitFor({ state: 'hidden' });
  }

  /** Opens a file of the folder from the explorer, and puts the cursor in it. */
  async openFile(name: string): Promise<void> {
    // Where the pointer rests on a row, its tip comes up over the rows below, and stays until the pointer moves.
    await this.page.mouse.move(0, 0);
    await this.press('Control+Shift+E');
    await this.#explorerRow().filter({ hasText: name }).dblclick();
    await this.page.locator('.tab.active', { hasText: name }).waitFor();
    await this.page.locator('.editor-instance .monaco-editor.focused .view-line').first().waitFor();
  }

  /** Closes whatever is open over the editor. */
  async dismiss(): Promise<void> {
    await this.press('Escape', 'Escape');
  }

  /** Runs a command of the palette by its title. */
  async runCommand(title: string): Promise<void> {
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
    await this.#openPalette(title, row, 6);
    await this.press('Enter');
  }

  /** The palette lists what was there when it was opened: an extension that comes later is seen in the next one. */
  async #openPalette(title: string, row: Locator, attempts: number): Promise<void> {
    await this.press('F1');
    await this.#quickInput().fill(`>${title}`);
    try {
      await row.waitFor({ timeout: 10_000 });
    } catch (error) {
      if (attempts === 1) throw error;
      await this.press('Escape');
      await this.#openPalette(title, row, attempts - 1);
    }
  }

  /** The open quick input, once its title has this text: `(2/8)`. */
  async quickInput(title: string): Promise<Locator> {
    const widget = this.page.locator('.quick-input-widget', {
      has: this.page.locator('.quick-input-title', { hasText: title }),
    });
    await widget.waitFor();
    return widget;
  }

  /** The rows of the open quick pick. */
  quickPickRows(): Locator {
    return this.page.locator('.quick-input-widget .monaco-list-row');
  }

  /**
   * Puts the cursor on a line, counted from 1, behind this text of it. By keys, because versions count a tab in
   * `:line:column` differently.
   */
  async goTo(line: number, before = ''): Promise<void> {
    await this.press('Control+G');
    await this.#quickInput().fill(`:${line}`);
    await this.press('Enter');
    await this.#quickInput().waitFor({ state: 'hidden' });
    // Keys that come before are lost.
    await this.page.locator('.editor-instance .monaco-editor.focused').first().waitFor();
    await this.statusBarItem(`Ln ${line},`).waitFor();
    await this.press('Home', ...Array.from(before.trimStart(), () => 'ArrowRight'));
  }

  /** Types at the cursor, key by key, as a person does. */
  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text, { delay: 15 });
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** A rendered line of the active editor, by a part of its text. Inlay hints are part of the text. */
  line(text: string | RegExp): Locator {
    return this.page.locator('.editor-instance .view-line', { hasText: text }).first();
  }

  suggestRows(): Locator {
    return this.page.locator('.suggest-widget.visible .monaco-list-row');
  }

  /** Opens the documentation of the selected suggestion. */
  async suggestDetails(attempts = 6): Promise<Locator> {
    await this.press('Control+Space');
    const details = this.page.locator('.suggest-details .body');
    try {
      await details.waitFor({ timeout: 10_000 });
      return details;
    } catch (error) {
      // The key asks for suggestions anew where the list was being renewed.
      if (attempts === 1) throw error;
      return this.suggestDetails(attempts - 1);
    }
  }

  /** Shows the hover of the word under the cursor and returns it. */
  async hover(): Promise<Locator> {
    await this.press('Control+K', 'Control+I');
    const hover = this.page.locator('.monaco-hover:not(.hidden) .hover-contents').first();
    await hover.waitFor();
    return hover;
  }

  /** The squiggles of the active editor: `error`, `warning`, `info` or `hint`. */
  squiggles(severity: 'error' | 'warning' | 'info' | 'hint'): Locator {
    return this.page.locator(`.editor-instance .squiggly-${severity}`);
  }

  /** Opens the Problems view and gives its rows. */
  async problems(): Promise<Locator> {
    await this.press('Control+Shift+M');
    await this.page.locator('.markers-panel').waitFor();
    return this.page.locator('.markers-panel .monaco-list-row');
  }

  /** Opens the menu of the lightbulb on the cursor's line and applies the fix that it offers first. */
  async applyQuickFix(title: string, beforeApply: () => Promise<void>): Promise<void> {
    await this.press('Control+.');
    await this.page.locator('.action-widget .monaco-list-row.focused', { hasText: title }).waitFor();
    await beforeApply();
    await this.press('Enter');
  }

  /** The rows of the list of running extensions, once it is there. */
  async runningExtensions(): Promise<Locator> {
    await this.runCommand('Developer: Show Running Extensions');
    const rows = this.page.locator('.runtime-extensions-editor .monaco-list-row');
    await rows.first().waitFor();
    return rows;
  }

  /** Opens the side bar's container with this name from the activity bar. */
  async openContainer(name: string): Promise<void> {
    await this.page.locator(`.part.activitybar .action-item a[aria-label^="${name}"]`).first().click();
    await this.page.locator('.part.sidebar .pane-header').first().waitFor();
  }

  /** The rows of a view in the side bar. */
  viewRows(view: string): Locator {
    const pane = this.page.locator('.part.sidebar .pane', {
      has: this.page.locator('.pane-header', { hasText: view }),
    });
    return pane.locator('.monaco-list-row');
  }

  /** Runs an item of the context menu of a row or a line. */
  async runInContextMenu(target: Locator, title: string): Promise<void> {
    await target.click({ button: 'right' });
    const item = this.page.locator('.monaco-menu .action-item', { hasText: title }).first();
    // A click that comes while the menu opens is not taken.
    await item.hover();
    await this.press('Enter');
    await item.waitFor({ state: 'detached' });
  }

  /** Both sides of the diff editor in front. */
  diff(): { readonly original: Locator; readonly modified: Locator } {
    const editor = this.page.locator('.editor-instance .monaco-diff-editor');
    return { original: editor.locator('.editor.original'), modified: editor.locator('.editor.modified') };
  }

  /** Saves the document in front, which has been edited, and waits until it is. Needs `files.autoSave` off. */
  async save(): Promise<void> {
    await this.page.locator('.tab.active.dirty').waitFor();
    await this.press('Control+S');
    await this.page.locator('.tab.active:not(.dirty)').waitFor();
  }

  statusBarItem(text: string | RegExp): Locator {
    return this.page.locator('.part.statusbar .statusbar-item', { hasText: text });
  }

  /** A PNG of the window, in a directory that is made if need be. */
  async screenshot(path: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    await this.page.screenshot({ path });
  }

  #explorerRow(): Locator {
    return this.page.locator('.explorer-folders-view .monaco-list-row');
  }

  #quickInput(): Locator {
    return this.page.locator('.quick-input-widget input.input');
  }
}
