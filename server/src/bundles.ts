/**
 * Runs the bundles of a program from V8's code cache, which its runs leave behind. The cache lies beside the bundle and
 * nowhere else, so that nobody can write it who could not write the bundle. Where that place is read-only, or the cache is of
 * another V8 or another build, the program starts as it would without one.
 */
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cachedDataVersionTag, setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

type ModuleFunction = (
  exports: object,
  require: (id: string) => unknown,
  module: { readonly exports: object },
  file: string,
  folder: string,
) => void;

/** A script that has been loaded, and its code cache. */
interface Loaded {
  readonly script: Script;
  readonly cacheFile: string;
  /** Bytes that V8 took from there. */
  readonly cached: number;
  /** Under which flags. */
  readonly isLate: boolean;
  /** From before the late flags: for a V8 whose flags do not come back. */
  data?: Buffer;
}

/** What a cache must grow by to be written again: what the same course of a session compiles differs by less. */
const growth = 1.05;

export interface LaunchOptions {
  /** From the first of these bundles on, V8 has the late flags. */
  readonly later: readonly string[];
  readonly late: readonly string[];
  /** V8's flags as they were before. */
  readonly early: readonly string[];
}

/** Runs a bundle of a folder, and those that it asks for. */
export function launch(
  folder: string,
  first: string,
  { later, late, early }: LaunchOptions = { later: [], late: [], early: [] },
): void {
  const modules = new Map<string, { exports: object }>();
  const loaded: Loaded[] = [];
  const flags = cachedDataVersionTag();
  let isLate = false;
  // At the end, so that what was compiled on the way is in the caches; each fits the flags that it is made under.
  process.once('exit', () => {
    for (const one of loaded) if (one.isLate) writeCache(one, one.script.createCachedData());
    if (isLate) for (const flag of early) setFlagsFromString(flag);
    const isBack = cachedDataVersionTag() === flags;
    for (const one of loaded)
      if (!one.isLate) writeCache(one, isBack ? one.script.createCachedData() : one.data);
  });
  load(first);

  function load(name: string): object {
    const known = modules.get(name);
    if (known !== undefined) return known.exports;
    if (!isLate && later.includes(name)) {
      isLate = true;
      for (const one of loaded) if (one.cached === 0) one.data = one.script.createCachedData();
      for (const flag of late) setFlagsFromString(flag);
    }
    const module = { exports: {} };
    modules.set(name, module);
    const file = join(folder, name);
    // All that is not bundled is Node's own, which is the same from any file.
    const builtIn: (id: string) => unknown = require;
    const requireFrom = (id: string) => (id.startsWith('./') ? load(id.slice(2)) : builtIn(id));
    const compiled = compile(file);
    loaded.push({ ...compiled, isLate });
    const run = compiled.script.runInThisContext() as ModuleFunction;
    run(module.exports, requireFrom, module, file, folder);
    return module.exports;
  }
}

function compile(file: string): Omit<Loaded, 'isLate'> {
  // V8 compares no more than the length of the source, and the flags.
  const build = `${statSync(file).mtimeMs}-${process.versions.v8}-${process.arch}`;
  const cacheFile = `${file}.${build}.cache`;
  const cachedData = readIfThere(cacheFile);
  // The bundler writes ASCII, and one byte a letter is what V8 reads fastest.
  const source = readFileSync(file, 'latin1');
  const script = new Script(source, { filename: file, ...(cachedData && { cachedData }) });
  const cached = script.cachedDataRejected === true ? 0 : (cachedData?.length ?? 0);
  return { script, cacheFile, cached };
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** Where it would hold notably more than the one that is there: each session compiles what it is the first to do. */
function writeCache({ cacheFile, cached }: Loaded, data: Buffer | undefined): void {
  if (data === undefined || data.length < cached * growth) return;
  const unfinished = `${cacheFile}.${process.pid}`;
  try {
    writeFileSync(unfinished, data);
    renameSync(unfinished, cacheFile);
  } catch {
    // Read-only, or removed meanwhile: the next start compiles again.
  }
}
