/** What is done in trusted workspaces only: whatever runs a program, here or on a host. */
import * as vscode from 'vscode';

/** Said to the user with the way to trust the workspace. */
class UntrustedError extends Error {}

/** @param rule a sentence without its end: `Programs are run in trusted workspaces only` */
export function requireTrust(rule: string): void {
  if (!vscode.workspace.isTrusted) throw new UntrustedError(`${rule}: trust this one first.`);
}

/** Whether the error was of that kind, and has been shown. */
export function offerTrust(error: unknown): boolean {
  if (!(error instanceof UntrustedError)) return false;
  void manageTrust(error.message);
  return true;
}

async function manageTrust(message: string): Promise<void> {
  const manage = 'Manage Workspace Trust';
  if ((await vscode.window.showErrorMessage(message, manage)) === manage)
    await vscode.commands.executeCommand('workbench.trust.manage');
}
