/** Filters the view "Tracepoints" while the user types. Escape brings back what was shown before. */
import * as vscode from 'vscode';
import { tracepointsViewId } from '../views/ids';
import type { Command } from './command';
import { searchTracepointsId } from './ids';

export const searchTracepoints: Command = {
  id: searchTracepointsId,
  async run({ tracepoints }) {
    await vscode.commands.executeCommand(`${tracepointsViewId}.focus`);
    const before = tracepoints.query;
    const box = vscode.window.createInputBox();
    box.title = 'eBPF: Search Tracepoints';
    box.placeholder = 'Parts of the name, for example sched sw';
    box.value = before;
    const accepted = await new Promise<boolean>((resolve) => {
      box.onDidChangeValue((query) => tracepoints.search(query));
      box.onDidAccept(() => resolve(true));
      box.onDidHide(() => resolve(false));
      box.show();
    });
    box.dispose();
    if (!accepted) tracepoints.search(before);
    await vscode.commands.executeCommand(`${tracepointsViewId}.focus`);
  },
};
