/** What stands for commands and views until the extension is loaded: asked for, it has it loaded. */
import * as vscode from 'vscode';
import * as commandIds from './commands/ids';
import { programsViewId, tracepointsViewId } from './views/ids';

export class StandIns implements vscode.Disposable {
  readonly #commands: vscode.Disposable;
  readonly #views: readonly vscode.TreeView<never>[];

  /** @param load resolves when the commands and views themselves are there; it calls `yield` before */
  constructor(load: () => Promise<void>) {
    this.#commands = vscode.Disposable.from(
      ...Object.values(commandIds).map((id) =>
        vscode.commands.registerCommand(id, async (...args: unknown[]) => {
          await load();
          return vscode.commands.executeCommand(id, ...args);
        }),
      ),
    );
    const treeDataProvider: vscode.TreeDataProvider<never> = {
      getTreeItem: (element) => element,
      // Of a view that is in sight.
      async getChildren() {
        await load();
        return [];
      },
    };
    this.#views = [tracepointsViewId, programsViewId].map((id) =>
      vscode.window.createTreeView(id, { treeDataProvider }),
    );
  }

  /** Resolves when the names are free; what is asked for by then waits for `load`. */
  async yield(): Promise<void> {
    // VS Code lets go of a view's name some time after it says so.
    await Promise.all(this.#views.map((view): unknown => view.dispose()));
    this.#commands.dispose();
  }

  dispose(): void {
    for (const view of this.#views) view.dispose();
    this.#commands.dispose();
  }
}
