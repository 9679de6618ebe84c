/** The settings under `ebpf.` as the server wants them; the server checks them against its schema. */
import * as vscode from 'vscode';
import type { KernelSource } from '#core/settings/kernel-source';

export const section = 'ebpf';

/** @param cacheDir the extension's own storage, used where the user names no other place. */
export function readSettings(cacheDir: string): Record<string, unknown> {
  const settings = vscode.workspace.getConfiguration(section);
  return {
    kernel: settings.get('kernel'),
    alsoCheck: settings.get('alsoCheck'),
    cacheDir: settings.get<string>('cacheDir') || cacheDir,
    inlayHints: { enabled: settings.get('inlayHints.enabled') },
  };
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
