/** One VS Code with the packaged extension and a folder of its own, all of it gone after `close`. */
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from './browser';
import { installCodeServer } from './install.mjs';
import { installExtension, launchCodeServer, replaceSettings, type RunningCodeServer } from './launch.mjs';
import { Workbench } from './workbench';

export interface SessionOptions {
  /** Of code-server, for example `4.100.3`. */
  readonly version: string;
  readonly vsix: string;
  /** Copied to a temporary directory, so that a test may edit its files. */
  readonly folder: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** The folder opens in restricted mode. Default: it is trusted. */
  readonly workspaceTrust?: boolean;
}

/** A page that shows nothing yet, and the server that it will show. */
interface Parts {
  readonly dir: string;
  /** The copy of the folder. */
  readonly folder: string;
  readonly server: RunningCodeServer;
  readonly browser: Browser;
  readonly page: Page;
}

export class Session {
  readonly workbench: Workbench;
  /** The copy of the folder that the window shows. */
  readonly folder: string;
  /** For screenshots and whatever else a test writes. */
  readonly scratch: string;
  readonly #parts: Parts;
  readonly #pageErrors: string[] = [];
  #shown = 1;

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.folder = parts.folder;
    this.scratch = join(parts.dir, 'scratch');
    this.workbench = new Workbench(parts.page);
    parts.page.on('pageerror', (error) => this.#pageErrors.push(String(error)));
  }

  /** Uncaught errors of the page since its folder was shown. */
  get pageErrors(): readonly string[] {
    return this.#pageErrors;
  }

  static async open(options: SessionOptions): Promise<Session> {
    const parts = await prepare(options);
    const session = new Session(parts);
    await parts.page.goto(parts.server.url(parts.folder));
    await session.workbench.ready();
    return session;
  }

  /**
   * Puts other files into the folder of a window in which nothing is open, and other settings into force. What the
   * extension keeps for a workspace stays.
   */
  async show({ folder, settings }: Pick<SessionOptions, 'folder' | 'settings'>): Promise<void> {
    for (const name of await readdir(this.folder)) await rm(join(this.folder, name), { recursive: true });
    await cp(folder, this.folder, { recursive: true, dereference: true });
    // The window takes all settings at once: where the title is the new one, the others are in force too. What makes it new
    // has no width, for the sake of the pictures.
    this.#shown++;
    const title = `eBPF Workbench${'\u200b'.repeat(this.#shown)}`;
    await replaceSettings({
      dataDir: join(this.#parts.dir, 'data'),
      settings: { ...settings, 'window.title': `\${activeEditorShort}\${separator}${title}` },
    });
    await this.workbench.titled(title);
    await this.workbench.lists(await readdir(folder));
    this.#pageErrors.length = 0;
  }

  async close(): Promise<void> {
    await end(this.#parts);
  }
}

/**
 * Runs a module inside the extension host, as VS Code's own test runner does: its `run` is called.
 * @param runner a directory with an otherwise empty extension, whose index.js is the module
 * @returns the exit code (0 if `run` resolved) and what was logged
 */
export async function runInExtensionHost(
  options: SessionOptions,
  runner: string,
): Promise<{ readonly code: number; readonly log: string }> {
  // Newer versions listen to the payload of a URL only with this flag.
  const parts = await prepare(options, ['--enable-smoke-test-driver']);
  const { page, server, folder } = parts;
  const log: string[] = [];
  page.on('console', (message) => log.push(message.text()));
  const extensionTestsPath = server.remoteUri(join(runner, 'index'));
  const url = server.url(folder, { extensionDevelopmentPath: server.remoteUri(runner), extensionTestsPath });
  try {
    const code = await new Promise<number>((resolve, reject) => {
      const start = async () => {
        await page.exposeFunction('codeAutomationExit', resolve);
        await page.goto(url);
        await server.exited;
        throw new Error('code-server ended before the checks did.');
      };
      start().catch(reject);
    });
    return { code, log: log.join('\n') };
  } finally {
    await end(parts);
  }
}

async function prepare(options: SessionOptions, args: readonly string[] = []): Promise<Parts> {
  const codeServer = await installCodeServer(options.version);
  const dir = await mkdtemp(join(tmpdir(), 'ebpf-workbench-e2e-'));
  const folder = join(dir, 'workspace');
  const dirs = { dataDir: join(dir, 'data'), extensionsDir: join(dir, 'extensions') };
  // A fixture may be a link to an example, which a test must not edit.
  await cp(options.folder, folder, { recursive: true, dereference: true });
  await installExtension(codeServer, options.vsix, dirs);
  const browser = await launchChromium();
  const page = await browser.newPage({ viewport: { width: 1366, height: 720 } });
  page.setDefaultTimeout(60_000);
  const { settings = {}, workspaceTrust = false } = options;
  const server = await launchCodeServer(codeServer, { ...dirs, args, settings, workspaceTrust });
  return { dir, folder, server, browser, page };
}

async function end({ browser, server, dir }: Parts): Promise<void> {
  await browser.close();
  await server.stop();
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
}
