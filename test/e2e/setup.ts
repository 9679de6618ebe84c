/**
 * Once for the tier: builds and packs the extension, installs both VS Codes. Where one of them cannot be had
 * the tier is skipped, and says why in one line.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { tracepointsReleased } from '../support/bpf/hold';
import { findChromium } from '../support/code-server/browser';
import { codeServers, installCodeServer } from '../support/code-server/install.mjs';

const run = promisify(execFile);

declare module 'vitest' {
  export interface ProvidedContext {
    /** The packed extension, or what is missing to run it in. */
    e2e: { readonly vsix: string } | { readonly skip: string };
  }
}

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  await tracepointsReleased();
  const missing = await whatIsMissing();
  if (missing !== undefined) {
    console.warn(`e2e skipped: needs ${missing}`);
    project.provide('e2e', { skip: missing });
    return undefined;
  }
  const ready = process.env['E2E_VSIX'];
  if (ready !== undefined) {
    project.provide('e2e', { vsix: ready });
    return undefined;
  }
  const dir = await mkdtemp(join(tmpdir(), 'ebpf-workbench-vsix-'));
  project.provide('e2e', { vsix: await packExtension(dir) });
  return () => rm(dir, { recursive: true, force: true });
}

async function whatIsMissing(): Promise<string | undefined> {
  if ((await findChromium()) === undefined) return 'Chromium, on PATH or named by $CHROMIUM';
  for (const { version } of codeServers) {
    try {
      await installCodeServer(version, console.warn);
    } catch (error) {
      return `code-server ${version}, which cannot be installed: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  return undefined;
}

/** The VSIX as a user installs it: what does not ship is not there for the tests either. */
async function packExtension(dir: string): Promise<string> {
  const vsix = join(dir, 'ebpf-workbench.vsix');
  await run('npm', ['run', 'package', '--', '--out', vsix]);
  return vsix;
}
