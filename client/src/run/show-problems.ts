/** An error that is explained on lines of the source. */
import * as vscode from 'vscode';

export async function showProblems(message: string): Promise<void> {
  const show = 'Show Problems';
  if ((await vscode.window.showErrorMessage(message, show)) === show)
    await vscode.commands.executeCommand('workbench.actions.view.problems');
}
