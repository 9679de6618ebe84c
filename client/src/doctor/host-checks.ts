/** Checks of hosts, each shown as a document that cannot be edited. */
import * as vscode from 'vscode';
import { examineBuildTools } from '#runner/doctor/build-tools';
import { examineHosts } from '#runner/doctor/hosts';
import type { Places, RunnerUi } from '#runner/model';
import { targetsOf, type HostNames } from '../run/hosts';
import { readBuildOptions, readSshConfig } from '../run/run-settings';
import { report, title } from './report';

const scheme = 'ebpf-check';

export class HostChecks implements vscode.Disposable {
  readonly #parts: { readonly ui: RunnerUi; readonly places: Places };
  readonly #texts = new Map<string, string>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #registration: vscode.Disposable;

  constructor(parts: { readonly ui: RunnerUi; readonly places: Places }) {
    this.#parts = parts;
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: this.#changed.event,
      provideTextDocumentContent: ({ path }) => this.#texts.get(path) ?? 'Check the host again.\n',
    });
  }

  async show(hosts: HostNames): Promise<void> {
    const checked = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: `Checking ${hosts.join(', ')}`,
        cancellable: true,
      },
      (_, token) => this.#check(hosts, token),
    );
    if (checked === undefined) return;
    const path = `/${title(checked.hosts).replaceAll('/', '_')}.md`;
    const uri = vscode.Uri.from({ scheme, path });
    this.#texts.set(path, report(checked));
    this.#changed.fire(uri);
    await vscode.commands.executeCommand('markdown.showPreview', uri);
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }

  /** Undefined where it was cancelled. */
  async #check(hosts: HostNames, token: vscode.CancellationToken) {
    const { ui, places } = this.#parts;
    const config = readSshConfig();
    const cancel = new AbortController();
    const subscription = token.onCancellationRequested(() => cancel.abort());
    try {
      const [tools, examined] = await Promise.all([
        examineBuildTools(readBuildOptions(undefined).clang),
        examineHosts(
          {
            targets: targetsOf(hosts),
            ...(config !== undefined && { ssh: { args: ['-F', config] } }),
            ...{ ui, places },
          },
          cancel.signal,
        ),
      ]);
      return token.isCancellationRequested ? undefined : { tools, hosts: examined };
    } finally {
      subscription.dispose();
    }
  }
}
