/** Kernel modules in the order in which they have to be inserted. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { run, succeeded } from './run';

export interface KernelModule {
  readonly name: string;
  /** The ELF file, uncompressed. */
  readonly content: Buffer;
}

/**
 * The wanted modules with what they depend on, from an unpacked kernel package. A name that the tree does not have is
 * taken for one that is built in.
 */
export async function modulesOf(tree: string, wanted: readonly string[]): Promise<readonly KernelModule[]> {
  const files = (await readdir(tree, { recursive: true })).filter((path) => /\.ko(\.xz)?$/.test(path));
  const byName = new Map(files.map((path) => [moduleName(path), join(tree, path)]));
  const ordered = new Map<string, KernelModule>();

  async function add(name: string): Promise<void> {
    const path = byName.get(name);
    if (path === undefined || ordered.has(name)) return;
    const content = path.endsWith('.xz')
      ? succeeded(await run('xz', ['-dc', path]), `xz -dc ${path}`)
      : await readFile(path);
    for (const dependency of dependenciesOf(content)) await add(dependency);
    ordered.set(name, { name, content });
  }
  for (const name of wanted) await add(name);
  return [...ordered.values()];
}

function moduleName(path: string): string {
  return basename(path)
    .replace(/\.ko(\.xz)?$/, '')
    .replaceAll('-', '_');
}

/** `depends=net_failover,failover` in the section `.modinfo`, whose strings end with NUL. */
function dependenciesOf(module: Buffer): readonly string[] {
  const key = '\0depends=';
  const found = module.indexOf(key);
  if (found < 0) return [];
  const start = found + key.length;
  const names = module.toString('latin1', start, module.indexOf(0, start));
  return names.split(',').filter((name) => name !== '');
}
