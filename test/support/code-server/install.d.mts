/** An installed code-server: the Node that runs it and its entry point. */
export interface CodeServer {
  readonly version: string;
  readonly node: string;
  readonly serverMain: string;
}

/** The versions that are pinned, with the VS Code that each contains. */
export declare const codeServers: readonly { readonly version: string; readonly vscode: string }[];

/** Installs a version unless it is there already; `log` is told what takes time. */
export function installCodeServer(version: string, log?: (line: string) => void): Promise<CodeServer>;
