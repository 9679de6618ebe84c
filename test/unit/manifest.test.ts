/** Holds package.json to the sources: commands, settings, trust, context keys, files. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { logLanguage } from '#client/verifier/log-ids';
import { kernelSourceSchema } from '#core/settings/kernel-source';
import { parseSettings, settingsSchema } from '#core/settings/settings';

const Setting = v.looseObject({
  type: v.string(),
  scope: v.string(),
  default: v.unknown(),
  markdownDescription: v.string(),
});

const Kind = v.strictObject({
  properties: v.record(v.string(), v.object({ const: v.optional(v.string()) })),
  required: v.array(v.string()),
  additionalProperties: v.literal(false),
});

const Manifest = v.object({
  main: v.string(),
  icon: v.string(),
  engines: v.object({ vscode: v.string() }),
  devDependencies: v.record(v.string(), v.string()),
  activationEvents: v.array(v.string()),
  capabilities: v.object({
    untrustedWorkspaces: v.object({ supported: v.string(), restrictedConfigurations: v.array(v.string()) }),
  }),
  contributes: v.looseObject({
    commands: v.array(v.object({ command: v.string(), title: v.string(), category: v.string() })),
    configuration: v.object({ properties: v.record(v.string(), Setting) }),
    grammars: v.array(
      v.object({ scopeName: v.string(), path: v.string(), injectTo: v.optional(v.array(v.string())) }),
    ),
    languages: v.array(v.object({ id: v.string() })),
    snippets: v.array(v.object({ language: v.string(), path: v.string() })),
    menus: v.record(v.string(), v.array(v.object({ command: v.string(), when: v.optional(v.string()) }))),
    viewsContainers: v.object({
      activitybar: v.array(v.object({ id: v.string(), icon: v.string() })),
      panel: v.array(v.object({ id: v.string() })),
    }),
    views: v.record(v.string(), v.array(v.object({ id: v.string(), type: v.optional(v.string()) }))),
    viewsWelcome: v.array(v.object({ view: v.string(), contents: v.string() })),
  }),
});

const manifest = v.parse(Manifest, JSON.parse(readFileSync('package.json', 'utf8')));
const { contributes } = manifest;
const settings = contributes.configuration.properties;

const clientFiles = readdirSync('client/src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name, text: readFileSync(join('client/src', name), 'utf8') }));
const clientText = clientFiles.map(({ text }) => text).join('\n');

const sorted = (values: Iterable<string>) => [...values].sort();
const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1] ?? '');

describe('commands', () => {
  it('are contributed exactly if they have an id in commands/ids.ts', () => {
    const ids = matches(readFileSync('client/src/commands/ids.ts', 'utf8'), /= '(ebpf\.\w+)';/g);
    expect(ids.length).toBeGreaterThan(0);
    expect(sorted(contributes.commands.map(({ command }) => command))).toEqual(sorted(ids));
  });

  it('are all in the registry that activation walks', () => {
    const defined = clientFiles.flatMap(({ text }) => matches(text, /export const (\w+): Command =/g));
    const registry = readFileSync('client/src/commands/index.ts', 'utf8');
    const registered = /commands: readonly Command\[\] = \[([^\]]*)\]/.exec(registry)?.[1] ?? '';
    expect(sorted(matches(registered, /(\w+)/g))).toEqual(sorted(defined));
    expect(defined).toHaveLength(contributes.commands.length);
  });

  it('use each id in one command', () => {
    const used = clientFiles.flatMap(({ text }) => matches(text, /^\s+id: (\w+Id),$/gm));
    const declared = matches(readFileSync('client/src/commands/ids.ts', 'utf8'), /export const (\w+Id)/g);
    expect(sorted(used)).toEqual(sorted(declared));
  });

  it('belong to one category in the palette', () => {
    expect(new Set(contributes.commands.map(({ category }) => category))).toEqual(new Set(['eBPF']));
  });
});

describe('settings', () => {
  /** Read by the language client, and by what builds and runs, not by the server. */
  const clientOnly = [
    'trace.server',
    'ssh.configFile',
    'hosts',
    'build.clang',
    'build.flags',
    'build.command',
    'build.onSave',
    'run.dumpInterval',
    'verify.onSave',
  ];

  it('are those of the schema', () => {
    const { inlayHints, ...plain } = settingsSchema;
    const keys = [
      ...Object.keys(plain),
      ...Object.keys(inlayHints.wrapped.entries).map((key) => `inlayHints.${key}`),
      ...clientOnly,
    ];
    expect(sorted(Object.keys(settings))).toEqual(sorted(keys.map((key) => `ebpf.${key}`)));
  });

  it('have the defaults of the schema', () => {
    const defaults: unknown = parseSettings({}).value;
    const nested = {
      kernel: settings['ebpf.kernel']?.default,
      alsoCheck: settings['ebpf.alsoCheck']?.default,
      cacheDir: settings['ebpf.cacheDir']?.default,
      besideClangd: settings['ebpf.besideClangd']?.default,
      inlayHints: { enabled: settings['ebpf.inlayHints.enabled']?.default },
    };
    expect(nested).toEqual(defaults);
  });

  it.each(Object.entries(settings))('%s has a scope and says what it does', (_, setting) => {
    expect(['machine', 'window', 'resource']).toContain(setting.scope);
    expect(setting.markdownDescription.length).toBeGreaterThan(20);
  });

  it.each([
    'ebpf.kernel',
    'ebpf.alsoCheck',
    'ebpf.cacheDir',
    'ebpf.ssh.configFile',
    'ebpf.hosts',
    'ebpf.build.clang',
    'ebpf.build.flags',
    'ebpf.build.command',
    'ebpf.build.onSave',
  ])('%s names paths, hosts or commands: a repository cannot set it', (key) => {
    expect(settings[key]?.scope).toBe('machine');
    expect(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations).toContain(key);
  });

  it('can be set by a repository only where they name neither path, host nor command', () => {
    const free = Object.entries(settings).filter(([, { scope }]) => scope !== 'machine');
    expect(sorted(free.map(([key]) => key))).toEqual([
      'ebpf.besideClangd',
      'ebpf.inlayHints.enabled',
      'ebpf.run.dumpInterval',
      'ebpf.trace.server',
    ]);
    for (const [, { type, enum: choices }] of free)
      expect(type === 'boolean' || type === 'number' || choices !== undefined).toBe(true);
  });

  const kernelSchemas: readonly (readonly [string, unknown])[] = [
    ['ebpf.kernel', settings['ebpf.kernel']],
    ['ebpf.alsoCheck', settings['ebpf.alsoCheck']?.['items']],
  ];

  it.each(kernelSchemas)('%s offers the kinds of kernel of the schema', (_, schema) => {
    const { oneOf } = v.parse(v.object({ oneOf: v.array(Kind) }), schema);
    const offered = Object.fromEntries(
      oneOf.map((kind) => [kind.properties['kind']?.const ?? '', sorted(kind.required)]),
    );
    const known = Object.fromEntries(
      kernelSourceSchema.options.map(({ entries }) => [entries.kind.literal, sorted(Object.keys(entries))]),
    );
    expect(offered).toEqual(known);
    for (const kind of oneOf) expect(sorted(Object.keys(kind.properties))).toEqual(sorted(kind.required));
  });
});

describe('activation', () => {
  it('costs other projects nothing', () => {
    const expensive = manifest.activationEvents.filter((event) => /^(\*|onStartup)/.test(event));
    expect(expensive).toEqual([]);
  });

  it('comes with the first file of a language that it serves', () => {
    expect(manifest.activationEvents).toEqual(
      expect.arrayContaining(['onLanguage:c', `onLanguage:${logLanguage}`]),
    );
    expect(contributes.languages.map(({ id }) => id)).toContain(logLanguage);
  });

  it('uses no API newer than the VS Code that it asks for', () => {
    expect(manifest.engines.vscode).toBe(`^${manifest.devDependencies['@types/vscode'] ?? ''}`);
  });
});

describe('context keys', () => {
  it('are all set by the client', () => {
    const clauses = matches(JSON.stringify(manifest.contributes), /"(?:when|enablement)":"([^"]*)"/g);
    const own = clauses.flatMap((clause) =>
      matches(clause.replaceAll(/\bview == [\w.]+/g, ''), /\b(ebpf\.[\w.]+)/g),
    );
    expect(own.length).toBeGreaterThan(0);
    const set = matches(clientText, /'setContext',\s*'(ebpf\.[\w.]+)'/g);
    expect(own.filter((key) => !set.includes(key))).toEqual([]);
  });
});

describe('views and menus', () => {
  const views = Object.values(contributes.views)
    .flat()
    .map(({ id }) => id);

  it('are all made by the client', () => {
    const made = [
      ...matches(clientText, /createTreeView\('(ebpf\.\w+)'/g),
      ...matches(clientText, /ViewId = '(ebpf\.\w+)'/g),
    ];
    expect(sorted(views)).toEqual(sorted(made));
  });

  it('are in a container that is there', () => {
    const { activitybar, panel } = contributes.viewsContainers;
    expect(Object.keys(contributes.views)).toEqual([...activitybar, ...panel].map(({ id }) => id));
  });

  it('name views and commands that are there', () => {
    const commands = contributes.commands.map(({ command }) => command);
    const welcomes = contributes.viewsWelcome.map(({ contents }) => contents).join();
    const named = [
      ...Object.values(contributes.menus).flatMap((items) => items.map(({ command }) => command)),
      ...matches(welcomes, /\(command:([\w.]+)\)/g),
    ];
    expect(named.filter((command) => !commands.includes(command))).toEqual([]);
    const shown = [
      ...matches(JSON.stringify(contributes.menus), /view == ([\w.]+)/g),
      ...contributes.viewsWelcome.map(({ view }) => view),
    ];
    expect(shown.filter((view) => !views.includes(view))).toEqual([]);
  });
});

describe('files', () => {
  const paths = [
    manifest.icon,
    ...contributes.viewsContainers.activitybar.map(({ icon }) => icon),
    ...contributes.grammars.map(({ path }) => path),
    ...contributes.snippets.map(({ path }) => path),
  ];

  it.each(paths)('%s is there, and ships', (path) => {
    expect(existsSync(path)).toBe(true);
    const globs = readFileSync('.vscodeignore', 'utf8').split('\n');
    const shipped = [path.replace(/^\.\//, ''), path.replace(/^\.\/(.*)\/[^/]*(\.\w+)$/, '$1/*$2')];
    expect(globs.some((glob) => shipped.includes(glob.slice(1)))).toBe(true);
  });
});
