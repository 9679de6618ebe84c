/** The kernels of hosts, fetched with a progress that can be cancelled. */
import * as vscode from 'vscode';
import { captureHost } from '#runner/capture/capture-host';
import type { HostCapture } from '#runner/capture/capture-host';
import { RunFailure } from '#runner/failure/failure';
import type { Places, RunnerUi } from '#runner/model';
import { targetsOf } from './hosts';
import { readSshConfig } from './run-settings';

interface Parts {
  readonly ui: RunnerUi;
  readonly places: Places;
}

export class HostKernels {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Undefined where it was cancelled; rejects with a sentence for the user. */
  async capture(host: string): Promise<HostCapture | undefined> {
    const location = vscode.ProgressLocation.Notification;
    return vscode.window.withProgress(
      { location, title: `Capturing the kernel of ${host}`, cancellable: true },
      (_, token) => this.#capture(host, token),
    );
  }

  async #capture(host: string, token: vscode.CancellationToken): Promise<HostCapture | undefined> {
    const [target] = targetsOf([host]);
    if (target === undefined) return undefined;
    const config = readSshConfig();
    const ssh = config === undefined ? {} : { args: ['-F', config] };
    const cancel = new AbortController();
    const subscription = token.onCancellationRequested(() => cancel.abort());
    try {
      return await captureHost(target, { ...this.#parts, ssh, signal: cancel.signal });
    } catch (error) {
      if (cancel.signal.aborted) return undefined;
      if (!(error instanceof RunFailure)) throw error;
      throw new Error(`${error.failure.message}. ${error.failure.help}`, { cause: error });
    } finally {
      subscription.dispose();
    }
  }
}
