/**
 * The file that clients start. It runs main.ts from V8's code cache, which the first run leaves behind: compiling the
 * server anew costs a quarter of the time to the first completion, and half of that to the first diagnostics. The same
 * goes for the bundles that main.ts imports later.
 *
 * The cache lies beside the bundle and nowhere else, so that nobody can write it who could not write the bundle. Where
 * that place is read-only, or the cache is of another V8 or another build, the server starts as it would without one.
 */
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

type ModuleFunction = (
  exports: object,
  require: (id: string) => unknown,
  module: { readonly exports: object },
  file: string,
  folder: string,
) => void;

/**
 * For the memory of what comes after the first answer. The parser's WebAssembly stays with V8's baseline compiler:
 * optimising it takes 30 MB and both cores just when the next answers are due, and chunks of a few kB never earn that
 * back. A small heap need not grow much before it is collected, and requests leave little behind: answers are as fast,
 * and 60 MB less is resident with a large file.
 *
 * Not before the first answer, and not as arguments of Node: V8 refuses each code cache that was made under other flags,
 * that of Node's own modules too, which costs 15 ms.
 */
const smallHeap = ['--liftoff-only', '--heap-growing-percent=20', '--semi-space-growth-factor=1'];

/** A script that was compiled without a code cache, and the one to be left behind. */
interface Uncached {
  readonly script: Script;
  readonly cacheFile: string;
  data?: Buffer;
}

launch('server-main.js', 'server-later.js', 'server-analysis.js');

/** Runs a bundle beside this file, and those that it asks for. From the `small` ones on, the heap is kept small. */
function launch(first: string, ...small: readonly string[]): void {
  const modules = new Map<string, { exports: object }>();
  const uncached: Uncached[] = [];
  let isSmall = false;
  // At the end, so that what was compiled on the way is in the caches.
  process.once('exit', () => {
    for (const one of uncached) writeCache(one);
  });
  load(first);

  function load(name: string): object {
    const known = modules.get(name);
    if (known !== undefined) return known.exports;
    if (!isSmall && small.includes(name)) {
      isSmall = true;
      // A cache fits the flags that it was made under, and those of the start do not come back.
      for (const one of uncached) one.data = one.script.createCachedData();
      for (const flag of smallHeap) setFlagsFromString(flag);
    }
    const module = { exports: {} };
    modules.set(name, module);
    const file = join(__dirname, name);
    // All that is not bundled is Node's own, which is the same from any file.
    const builtIn: (id: string) => unknown = require;
    const requireFrom = (id: string) => (id.startsWith('./') ? load(id.slice(2)) : builtIn(id));
    compile(file, uncached)(module.exports, requireFrom, module, file, __dirname);
    return module.exports;
  }
}

function compile(file: string, uncached: Uncached[]): ModuleFunction {
  // V8 compares no more than the length of the source, and the flags.
  const build = `${statSync(file).mtimeMs}-${process.versions.v8}-${process.arch}`;
  const cacheFile = `${file}.${build}.cache`;
  const cachedData = readIfThere(cacheFile);
  // The bundler writes ASCII, and one byte a letter is what V8 reads fastest.
  const source = readFileSync(file, 'latin1');
  const script = new Script(source, { filename: file, ...(cachedData && { cachedData }) });
  if (cachedData === undefined || script.cachedDataRejected === true) uncached.push({ script, cacheFile });
  return script.runInThisContext() as ModuleFunction;
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function writeCache({ script, cacheFile, data }: Uncached): void {
  const unfinished = `${cacheFile}.${process.pid}`;
  try {
    writeFileSync(unfinished, data ?? script.createCachedData());
    renameSync(unfinished, cacheFile);
  } catch {
    // Read-only, or removed meanwhile: the next start compiles again.
  }
}
