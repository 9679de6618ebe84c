/** What commands that run a program work on: the file and program of a code lens, else the editor in front. */
import * as vscode from 'vscode';
import type { Host } from './command';
import { chooseHosts, chosenHosts } from '../run/hosts';
import { runRule, type RunRequest } from '../run/run-controller';
import { requireTrust } from '../workspace-trust';

/** Undefined where the user chose no host. */
export async function runRequest(
  host: Host,
  mode: RunRequest['mode'],
  [uri, program]: readonly unknown[],
  { ask }: { readonly ask: boolean },
): Promise<RunRequest | undefined> {
  requireTrust(runRule);
  const document =
    uri instanceof vscode.Uri ? await vscode.workspace.openTextDocument(uri) : host.editors.last?.document;
  if (document === undefined) throw new Error('Open the .bpf.c file that is to be run.');
  const hosts = (ask ? undefined : chosenHosts(host.memory)) ?? (await chooseHosts(host.memory));
  if (hosts === undefined) return undefined;
  return { document, hosts, mode, ...(typeof program === 'string' && { program }) };
}
