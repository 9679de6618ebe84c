import type { CodeServer } from './install.mjs';

export interface LaunchOptions {
  readonly dataDir: string;
  readonly extensionsDir: string;
  /** On top of the quiet defaults. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

export interface RunningCodeServer {
  readonly port: number;
  /** What follows `vscode-remote://` in the URIs of this server's files. */
  readonly authority: string;
  /** Resolves when the server has ended, whoever ended it. */
  readonly exited: Promise<unknown>;
  /** The address that opens a folder; `payload` as VS Code's web entry takes it. */
  url(folder: string, payload?: readonly (readonly [string, string])[]): string;
  /** Ends the server and waits for it. */
  stop(): Promise<void>;
}

export function launchCodeServer(codeServer: CodeServer, options: LaunchOptions): Promise<RunningCodeServer>;

export function installExtension(
  codeServer: CodeServer,
  vsix: string,
  dirs: Pick<LaunchOptions, 'dataDir' | 'extensionsDir'>,
): Promise<void>;
