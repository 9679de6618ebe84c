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

// The parser's WebAssembly stays with V8's baseline compiler: optimising it takes 30 MB and both cores just when the first
// answers are due, and chunks of a few kB never earn that back.
setFlagsFromString('--liftoff-only');
// A small heap need not grow much before it is collected: answers are as fast, and 60 MB less is resident with a large file.
setFlagsFromString('--heap-growing-percent=20');

load('./server-main.js');

/** Runs a bundle beside this file. */
function load(name: string): object {
  const file = join(__dirname, name);
  // V8 compares no more than the length of the source.
  const build = `${statSync(file).mtimeMs}-${process.versions.v8}-${process.arch}`;
  const cacheFile = `${file}.${build}.cache`;
  const cachedData = readIfThere(cacheFile);
  // The bundler writes ASCII, and one byte a letter is what V8 reads fastest.
  const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'latin1')}\n})`;
  const script = new Script(source, { filename: file, ...(cachedData && { cachedData }) });
  // At the end, so that what was compiled on the way is in it.
  if (cachedData === undefined || script.cachedDataRejected === true)
    process.once('exit', () => writeCache(script, cacheFile));

  const module = { exports: {} };
  const run = script.runInThisContext() as ModuleFunction;
  // All that is not bundled is Node's own, which is the same from any file.
  const builtIn: (id: string) => unknown = require;
  run(module.exports, (id) => (id.startsWith('./') ? load(id) : builtIn(id)), module, file, __dirname);
  return module.exports;
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function writeCache(script: Script, cacheFile: string): void {
  const unfinished = `${cacheFile}.${process.pid}`;
  try {
    writeFileSync(unfinished, script.createCachedData());
    renameSync(unfinished, cacheFile);
  } catch {
    // Read-only, or removed meanwhile: the next start compiles again.
  }
}
