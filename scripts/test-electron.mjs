// The extension host's checks in the desktop VS Code, which is downloaded: for machines with network.
import { runTests } from '@vscode/test-electron';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'ebpf-workbench-electron-'));

try {
  await cp(join(root, 'test', 'e2e', 'fixtures', 'workspace'), folder, { recursive: true });
  // The oldest that the manifest allows, and the latest.
  for (const version of ['1.95.0', 'stable']) {
    await runTests({
      version,
      extensionDevelopmentPath: root,
      extensionTestsPath: join(root, 'test', 'e2e', 'runner', 'index.js'),
      launchArgs: [folder, '--disable-extensions', '--disable-workspace-trust', '--skip-welcome'],
    });
  }
} catch (error) {
  console.error(`test:electron: ${error.message}`);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
