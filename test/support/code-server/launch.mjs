// Runs an installed code-server, by default on a free loopback port. Only who has the URL, with its token, gets in.
import { randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { URLSearchParams } from 'node:url';

/** The same for tests and for `npm start`: nothing that talks to the outside or covers the editor. */
const settings = {
  'chat.disableAIFeatures': true,
  'extensions.ignoreRecommendations': true,
  'editor.minimap.enabled': false,
  'git.openRepositoryInParentFolders': 'never',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'window.commandCenter': false,
  'window.title': '${activeEditorShort}${separator}eBPF Workbench',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/** Folders are not trusted until the user says so, and nobody asks. */
const trustSettings = {
  'security.workspace.trust.enabled': true,
  'security.workspace.trust.startupPrompt': 'never',
};

/**
 * @param {import('./install.mjs').CodeServer} codeServer
 * @param {import('./launch.mjs').LaunchOptions} options
 * @returns {Promise<import('./launch.mjs').RunningCodeServer>}
 */
export async function launchCodeServer(codeServer, options) {
  await writeSettings(options, existsSync);
  const { host = '127.0.0.1' } = options;
  const token = randomBytes(16).toString('hex');
  const child = spawn(
    codeServer.node,
    [
      codeServer.serverMain,
      '--accept-server-license-terms',
      ...['--host', host, '--port', options.port ?? '0', '--connection-token', token],
      ...['--server-data-dir', options.dataDir, '--extensions-dir', options.extensionsDir],
      ...['--telemetry-level', 'off', '--disable-experiments'],
      ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
      ...(options.args ?? []),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...options.env } },
  );
  const exited = new Promise((resolve) => child.once('close', resolve));
  const port = await listening(child);
  return {
    exited,
    url: (folder, payload) => {
      const query = new URLSearchParams({ tkn: token, folder });
      if (payload !== undefined) query.set('payload', JSON.stringify(Object.entries(payload)));
      return `http://${host}:${port}/?${String(query).replaceAll('%2F', '/')}`;
    },
    remoteUri: (path) => `vscode-remote://${host}:${port}${path}`,
    stop: async () => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** Installs a VSIX into an extensions directory; rejects with the server's own words. */
export async function installExtension(codeServer, vsix, { dataDir, extensionsDir }) {
  const args = [
    '--accept-server-license-terms',
    '--server-data-dir',
    dataDir,
    '--extensions-dir',
    extensionsDir,
  ];
  const child = spawn(codeServer.node, [codeServer.serverMain, ...args, '--install-extension', vsix], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = collect(child);
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0 || !/successfully installed/.test(output()))
    throw new Error(`${vsix} was not installed: ${output()}`);
}

/** Gives a server that runs the settings it would have been launched with, whatever somebody has changed since. */
export async function replaceSettings(options) {
  await writeSettings(options, () => false);
}

/** A user's settings, and for settings of machine scope the machine's. */
async function writeSettings({ dataDir, workspaceTrust, settings: own }, stays) {
  const trust = workspaceTrust ? trustSettings : { 'security.workspace.trust.enabled': false };
  for (const scope of ['User', 'Machine']) {
    const dir = join(dataDir, 'data', scope);
    const file = join(dir, 'settings.json');
    await mkdir(dir, { recursive: true });
    if (!stays(file)) await writeFile(file, JSON.stringify({ ...settings, ...trust, ...own }, undefined, 2));
  }
}

/** Resolves with the port when the server says that it listens; rejects when it ends before that. */
function listening(child) {
  const output = collect(child);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      reject(new Error(`code-server ended with ${code}: ${output().slice(-2000)}`)),
    );
    child.stdout.on('data', () => {
      const port = /Extension host agent listening on (\d+)/.exec(output())?.[1];
      if (port !== undefined) resolve(Number(port));
    });
  });
}

/** Everything a child has written so far. */
function collect(child) {
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  child.stderr.on('data', (chunk) => (text += chunk));
  return () => text;
}
