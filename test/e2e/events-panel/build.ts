/** Builds the extension beside this file, and the webview with it, into a folder that VS Code can load. */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import * as v from 'valibot';
import { themes } from './themes';

const Manifest = v.object({
  contributes: v.object({
    viewsContainers: v.object({ panel: v.array(v.unknown()) }),
    views: v.record(v.string(), v.array(v.unknown())),
  }),
});

const titles: Readonly<Record<string, string>> = {
  'demo.begin': 'Demo: Begin',
  'demo.beginTwo': 'Demo: Begin on Two Hosts',
  'demo.few': 'Demo: Few Events',
  'demo.many': 'Demo: Many Events',
  'demo.lose': 'Demo: Lose Events',
  'demo.stream': 'Demo: Stream Events',
  'demo.stop': 'Demo: Stop',
  ...Object.fromEntries(themes.map((theme) => [`demo.theme.${theme}`, `Demo: Theme ${theme}`])),
};

/** The views are those of the product's own manifest. */
export async function buildPanelExtension(out: string): Promise<void> {
  await mkdir(out, { recursive: true });
  const { contributes } = v.parse(Manifest, JSON.parse(await readFile('package.json', 'utf8')));
  const { viewsContainers, views } = contributes;
  const manifest = {
    ...{
      name: 'events-panel',
      publisher: 'ebpf-workbench',
      version: '0.0.0',
      engines: { vscode: '^1.95.0' },
    },
    ...{ main: './dist/extension.js', activationEvents: ['onStartupFinished'] },
    contributes: {
      viewsContainers: { panel: viewsContainers.panel },
      views: { 'ebpf-events': views['ebpf-events'] },
      commands: Object.entries(titles).map(([command, title]) => ({ command, title })),
    },
  };
  await writeFile(join(out, 'package.json'), JSON.stringify(manifest));
  const object = join('test', 'unit', 'decode', 'fixtures', 'records.o');
  await copyFile(object, join(out, 'records.o'));
  await Promise.all([
    build({
      ...{ bundle: true, platform: 'node', format: 'cjs', external: ['vscode'], logLevel: 'error' },
      entryPoints: [join('test', 'e2e', 'events-panel', 'extension.ts')],
      outfile: join(out, 'dist', 'extension.js'),
    }),
    build({
      ...{ bundle: true, platform: 'browser', format: 'iife', logLevel: 'error' },
      entryPoints: { events: join('client', 'webview', 'events', 'main.ts') },
      outdir: join(out, 'dist', 'webview'),
    }),
  ]);
}
