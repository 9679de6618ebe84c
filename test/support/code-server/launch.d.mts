import type { CodeServer } from './install.mjs';

export interface LaunchOptions {
  readonly dataDir: string;
  readonly extensionsDir: string;
  /** Default: 127.0.0.1. */
  readonly host?: string;
  /** Default: a free one. */
  readonly port?: string;
  /** On top of the quiet defaults. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Folders open in restricted mode. Default: every folder is trusted. */
  readonly workspaceTrust?: boolean;
  /** More arguments of the server. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface RunningCodeServer {
  /** Resolves when the server has ended, whoever ended it. */
  readonly exited: Promise<unknown>;
  /** The address that opens a folder; `payload` as VS Code's web entry takes it. */
  url(folder: string, payload?: Readonly<Record<string, string>>): string;
  /** How a page of this server names a file of this machine. */
  remoteUri(path: string): string;
  /** Ends the server and waits for it. */
  stop(): Promise<void>;
}

export function launchCodeServer(codeServer: CodeServer, options: LaunchOptions): Promise<RunningCodeServer>;

/** Gives a server that runs the settings it would have been launched with; its window takes them in its own time. */
export function replaceSettings(
  options: Pick<LaunchOptions, 'dataDir' | 'settings' | 'workspaceTrust'>,
): Promise<void>;

export function installExtension(
  codeServer: CodeServer,
  vsix: string,
  dirs: Pick<LaunchOptions, 'dataDir' | 'extensionsDir'>,
): Promise<void>;
