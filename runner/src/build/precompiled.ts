/**
 * vmlinux.h, precompiled by clang: to read it is half of a build, and it is the same from save to save. Used only where
 * the result is certain to be what it would be without: the program begins by including vmlinux.h, there is one file that it
 * can mean, and that one keeps itself from being included twice.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { compilerEnvironment } from './compiler-environment';
import { runTool } from './tool';

/** What clang is going to be called with. */
export interface HeaderUse {
  /** Absolute. */
  readonly clang: string;
  /** All arguments but input and output. */
  readonly args: readonly string[];
  /** The program's folder, in which it looks for a quoted file first. */
  readonly folder: string;
  readonly cwd: string;
  readonly source: string;
}

export interface PrecompiledHeaders {
  /** The file for `-include-pch`, if there is one for these arguments. */
  find(use: HeaderUse): Promise<string | undefined>;
  /** Makes it for the builds that come; they need not wait. Never rejects. */
  prepare(use: HeaderUse): Promise<void>;
  /** One that clang did not take is not made again. */
  refuse(path: string): Promise<void>;
}

/** 15 MB each. */
const kept = 4;
const name = 'vmlinux.h';

/** @param cache a folder of the user's own @param signal ends what is being made */
export function createPrecompiledHeaders(cache: string, signal: AbortSignal): PrecompiledHeaders {
  const root = join(cache, 'precompiled');

  async function make(use: HeaderUse, header: string, path: string): Promise<void> {
    const unfinished = `${path}.${randomBytes(4).toString('hex')}`;
    await mkdir(root, { recursive: true });
    try {
      const argv = [use.clang, ...use.args, '-x', 'c-header', header, '-o', unfinished];
      const { code, stderr } = await runTool(argv, {
        cwd: use.cwd,
        signal,
        env: compilerEnvironment(process.env),
      });
      // What it warns of has to be said at each build.
      if (code !== 0 || stderr !== '') await writeFile(unfinished, '');
      await rename(unfinished, path);
      await prune(root);
    } finally {
      await rm(unfinished, { force: true });
    }
  }

  async function pathFor(
    use: HeaderUse,
  ): Promise<{ readonly header: string; readonly path: string } | undefined> {
    const header = await certainHeader(use);
    if (header === undefined) return undefined;
    const versions = await Promise.all([header, use.clang].map((file) => version(file)));
    const key = JSON.stringify([use.clang, use.args, use.cwd, header, versions]);
    const hash = createHash('sha256').update(key).digest('hex').slice(0, 32);
    return { header, path: join(root, `${hash}.pch`) };
  }

  return {
    async find(use) {
      // Where the program cannot be read, the compiler says so.
      const found = await pathFor(use).catch(() => undefined);
      if (!found || !((await size(found.path)) > 0)) return undefined;
      // Used now, so that it is not the next one to go.
      await utimes(found.path, new Date(), new Date()).catch(() => undefined);
      return found.path;
    },
    async prepare(use) {
      try {
        const found = await pathFor(use);
        if (found && (await size(found.path)) < 0) await make(use, found.header, found.path);
      } catch {
        // Builds go on without it.
      }
    },
    async refuse(path) {
      await writeFile(path, '').catch(() => undefined);
    },
  };
}

/** The vmlinux.h that the program reads before all else, if it is certain which one that is. */
async function certainHeader(use: HeaderUse): Promise<string | undefined> {
  const { CPATH, C_INCLUDE_PATH } = process.env;
  const named = foldersOf(use.args);
  if (!named || CPATH !== undefined || C_INCLUDE_PATH !== undefined) return undefined;
  if (!beginsWithHeader(await readFile(use.source, 'utf8'))) return undefined;
  const machine = use.args.find((arg) => /^\/usr\/include\/\S+-linux-gnu$/.test(arg));
  const system = ['/usr/include', '/usr/local/include', ...(machine === undefined ? [] : [machine])];
  const folders = new Set([use.folder, ...[...named, ...system].map((folder) => resolve(use.cwd, folder))]);
  const paths = [...folders].map((folder) => join(folder, name));
  const sizes = await Promise.all(paths.map((path) => size(path)));
  const [header, ...others] = paths.filter((_, index) => (sizes[index] ?? -1) >= 0);
  if (header === undefined || others.length > 0) return undefined;
  return (await isGuarded(header)) ? header : undefined;
}

/** The folders that the compiler looks in; undefined where an argument may change what is read before the program. */
export function foldersOf(args: readonly string[]): readonly string[] | undefined {
  const folders: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    const [, option, joined] = /^(-I|-iquote|-isystem|-idirafter)(.*)$/.exec(arg) ?? [];
    if (option !== undefined) {
      const folder = joined === '' ? args[++at] : joined;
      if (folder === undefined) return undefined;
      folders.push(folder);
    } else if (arg === '-target') at++;
    else if (!/^-(?:[DUOWgm]|f(?!modules|pch)|std=)/.test(arg)) return undefined;
  }
  return folders;
}

/** Whether nothing but comments stands before `#include "vmlinux.h"`. */
export function beginsWithHeader(source: string): boolean {
  return /^\uFEFF?(?:\s|\/\*[^]*?\*\/|\/\/[^\n]*\n)*#[ \t]*include[ \t]*["<]vmlinux\.h[">]/.test(source);
}

async function isGuarded(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
    const start = buffer.toString('latin1', 0, bytesRead);
    return /^(?:\s|\/\*[^]*?\*\/|\/\/[^\n]*\n)*#ifndef (\w+)\r?\n#define \1\s/.test(start);
  } finally {
    await file.close();
  }
}

/** Negative where there is no such file. */
async function size(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true ? found.size : -1;
}

async function version(path: string): Promise<readonly number[]> {
  const { size: bytes, mtimeMs } = await stat(path);
  return [bytes, mtimeMs];
}

async function prune(root: string): Promise<void> {
  const names = await readdir(root);
  const dated = await Promise.all(
    names.map(async (entry) => {
      const path = join(root, entry);
      return { path, time: (await stat(path).catch(() => undefined))?.mtimeMs ?? 0 };
    }),
  );
  const old = dated.sort((a, b) => b.time - a.time).slice(kept);
  await Promise.all(old.map(({ path }) => rm(path, { force: true })));
}
