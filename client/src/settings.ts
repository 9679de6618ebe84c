/** The settings under `ebpf.` as the server wants them; the server checks them against its schema. */
import * as vscode from 'vscode';
import type { KernelSource } from '#core/settings/kernel-source';

export const section = 'ebpf';
export const clangdId = 'llvm-vs-code-extensions.vscode-clangd';

/** @param cacheDir the extension's own storage, used where the user names no other place. */
export function readSettings(cacheDir: string): Record<string, unknown> {
  const settings = vscode.workspace.getConfiguration(section);
  return {
    kernel: settings.get('kernel'),
    alsoCheck: settings.get('alsoCheck'),
    cacheDir: settings.get<string>('cacheDir') || cacheDir,
    besideClangd: besideClangd(settings.get('besideClangd')),
    inlayHints: { enabled: settings.get('inlayHints.enabled') },
  };
}

/** An extension that is switched off is none that VS Code knows. */
function besideClangd(setting: unknown): unknown {
  if (setting !== 'auto') return setting;
  const isEnabled = vscode.workspace.getConfiguration('clangd').get('enable') !== false;
  return isEnabled && vscode.extensions.getExtension(clangdId) !== undefined ? 'on' : 'off';
}

/** Writes the user's choice; the setting is of machine scope, so it goes to the user's settings. */
export async function writeKernel(kernel: KernelSource): Promise<void> {
  await vscode.workspace
    .getConfiguration(section)
    .update('kernel', kernel, vscode.ConfigurationTarget.Global);
}

/** The kernel as the setting has it, unchecked: only to be compared with. */
export function readKernel(): unknown {
  return vscode.workspace.getConfiguration(section).get('kernel');
}
