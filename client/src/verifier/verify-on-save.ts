/** With `ebpf.verify.onSave`: a program that was saved is verified on the hosts that were chosen last, without a word. */
import * as vscode from 'vscode';
import { hasBpfName } from '#core/bpf/source-file';
import { chosenHosts } from '../run/hosts';
import type { RunController } from '../run/run-controller';
import { readVerifyOnSave } from '../run/run-settings';

export function createVerifyOnSave(
  run: RunController,
  memory: vscode.Memento,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  return vscode.workspace.onDidSaveTextDocument((document) => {
    if (!vscode.workspace.isTrusted || !readVerifyOnSave() || run.isBusy) return;
    const { scheme, path } = document.uri;
    if (scheme !== 'file' || !hasBpfName(path) || path.endsWith('.h')) return;
    const hosts = chosenHosts(memory);
    if (hosts === undefined) {
      log.info('ebpf.verify.onSave: no host was chosen yet. Run “eBPF: Verify on Host” once.');
      return;
    }
    run
      .start({ document, hosts, mode: 'verify', quiet: true })
      .catch((error: unknown) => log.error('ebpf.verify.onSave:', String(error)));
  });
}
