/** What a command is, and the one place where the errors of commands end. */
import * as vscode from 'vscode';
import type { BpfEditors } from '../bpf-editors';
import type { LanguageServer } from '../language-server';
import type { Preview } from '../preview';
import type { HostChecks } from '../doctor/host-checks';
import type { HostKernels } from '../run/host-kernels';
import type { RunController } from '../run/run-controller';
import type { VerifierLogs } from '../verifier/verifier-logs';
import type { ProgramsRepository } from '../views/programs-repository';
import type { TracepointsRepository } from '../views/tracepoints-repository';
import { offerTrust } from '../workspace-trust';
import { showLogId } from './ids';

/** What commands and views work with. */
export interface Host {
  readonly server: LanguageServer;
  readonly log: vscode.LogOutputChannel;
  readonly editors: BpfEditors;
  readonly tracepoints: TracepointsRepository;
  readonly programs: ProgramsRepository;
  readonly preview: Preview;
  readonly run: RunController;
  readonly logs: VerifierLogs;
  readonly hostChecks: HostChecks;
  readonly hostKernels: HostKernels;
  /** A folder for files that are kept on this machine. */
  readonly storage: string;
  /** Kept per workspace. */
  readonly memory: vscode.Memento;
}

export interface Command {
  readonly id: string;
  /** @param args whatever the caller passed: unchecked. */
  run(host: Host, ...args: readonly unknown[]): Promise<void> | void;
}

/** Registers a command. An error is logged and shown as one sentence; it never gets lost. */
export function register(host: Host, command: Command): vscode.Disposable {
  return vscode.commands.registerCommand(command.id, async (...args: unknown[]) => {
    try {
      await command.run(host, ...args);
    } catch (error) {
      host.log.error(`${command.id}:`, error instanceof Error ? error : String(error));
      if (!offerTrust(error)) void offerLog(error instanceof Error ? error.message : String(error));
    }
  });
}

async function offerLog(message: string): Promise<void> {
  const show = 'Show Log';
  if ((await vscode.window.showErrorMessage(message, show)) === show)
    await vscode.commands.executeCommand(showLogId);
}
