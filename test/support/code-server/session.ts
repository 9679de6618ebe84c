/** One VS Code with the packaged extension and a folder of its own, all of it gone after `close`. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from './browser';
import { installCodeServer } from './install.mjs';
import { installExtension, launchCodeServer, type RunningCodeServer } from './launch.mjs';
import { Workbench } from './workbench';

export interface SessionOptions {
  /** Of code-server, for example `4.100.3`. */
  readonly version: string;
  readonly vsix: string;
  /** Copied to a temporary directory, so that a test may edit its files. */
  readonly folder: string;
  readonly settings?: Readonly<Record<string, unknown>>;
}

export class Session {
  readonly workbench: Workbench;
  /** The copy of the folder. */
  readonly folder: string;
  /** For screenshots and whatever else a test writes. */
  readonly scratch: string;
  /** Uncaught errors of the page. */
  readonly pageErrors: readonly string[];
  readonly #dir: string;
  readonly #server: RunningCodeServer;
  readonly #browser: Browser;

  private constructor(
    dir: string,
    server: RunningCodeServer,
    browser: Browser,
    page: Page,
    pageErrors: string[],
  ) {
    this.#dir = dir;
    this.#server = server;
    this.#browser = browser;
    this.folder = join(dir, 'workspace');
    this.scratch = join(dir, 'scratch');
    this.workbench = new Workbench(page);
    this.pageErrors = pageErrors;
  }

  static async open(options: SessionOptions): Promise<Session> {
    const dir = await mkdtemp(join(tmpdir(), 'ebpf-workbench-e2e-'));
    const dirs = { dataDir: join(dir, 'data'), extensionsDir: join(dir, 'extensions') };
    await cp(options.folder, join(dir, 'workspace'), { recursive: true });
    const codeServer = await installCodeServer(options.version);
    await installExtension(codeServer, options.vsix, dirs);
    const server = await launchCodeServer(codeServer, { ...dirs, settings: options.settings ?? {} });
    const browser = await launchChromium();
    const page = await browser.newPage({ viewport: { width: 1200, height: 720 } });
    page.setDefaultTimeout(20_000);
    const pageErrors: string[] = [];
    page.on('pageerror', (error) => pageErrors.push(String(error)));
    const session = new Session(dir, server, browser, page, pageErrors);
    await page.goto(server.url(session.folder));
    await session.workbench.ready();
    return session;
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#server.stop();
    await rm(this.#dir, { recursive: true, force: true, maxRetries: 5 });
  }
}
