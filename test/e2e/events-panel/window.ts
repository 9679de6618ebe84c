/** VS Code with the extension beside this file, from its sources, and the panel in it. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { launchChromium } from '#support/code-server/browser';
import { installCodeServer } from '../../support/code-server/install.mjs';
import { launchCodeServer } from '../../support/code-server/launch.mjs';
import { Workbench } from '#support/code-server/workbench';
import { buildPanelExtension } from './build';

export interface PanelWindow {
  readonly workbench: Workbench;
  /** That is open in it. */
  readonly folder: string;
  /** For pictures that nobody keeps. */
  readonly scratch: string;
  /** What is in the webview. */
  readonly panel: FrameLocator;
  /** Uncaught errors, and what was refused by the content policy. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

export async function openPanelWindow(
  version: string,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<PanelWindow> {
  const codeServer = await installCodeServer(version);
  const dir = await mkdtemp(join(tmpdir(), 'ebpf-workbench-panel-'));
  const [folder, extension] = [join(dir, 'workspace'), join(dir, 'extension')];
  await cp(join(import.meta.dirname, '..', 'fixtures', 'workspace'), folder, { recursive: true });
  await buildPanelExtension(extension);
  const server = await launchCodeServer(codeServer, {
    dataDir: join(dir, 'data'),
    extensionsDir: join(dir, 'extensions'),
    args: ['--enable-smoke-test-driver'],
    settings,
  });
  const browser = await launchChromium();
  const page = await browser.newPage({ viewport: { width: 1366, height: 768 } });
  page.setDefaultTimeout(60_000);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (
      message.text().includes('Content Security Policy') &&
      message.location().url.includes('webview/events')
    )
      errors.push(message.text());
  });
  const workbench = new Workbench(page);
  await page.goto(server.url(folder, { extensionDevelopmentPath: server.remoteUri(extension) }));
  await workbench.ready();
  return {
    workbench,
    folder,
    scratch: join(dir, 'scratch'),
    panel: page.frameLocator('iframe.webview.ready').frameLocator('#active-frame'),
    errors,
    close: async () => {
      await browser.close();
      await server.stop();
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
