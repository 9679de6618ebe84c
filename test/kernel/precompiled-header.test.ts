/** Builds with a precompiled vmlinux.h give the object, byte for byte, and the words that they give without. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { compile } from '#runner/build/clang';
import type { BuildResult } from '#runner/build/clang';
import { createPrecompiledHeaders, foldersOf } from '#runner/build/precompiled';
import type { HeaderUse } from '#runner/build/precompiled';
import { vmlinuxHeader } from '#support/bpf/compile';
import { requireKernel } from '#support/bpf/requirements';
import { describeUnless } from '#support/requirement';

const small = `#ifndef __VMLINUX_H__
#define __VMLINUX_H__
struct task_struct { int pid; };
#endif
`;
const examples = join(import.meta.dirname, '..', '..', 'examples');

describeUnless(requireKernel(), 'a precompiled vmlinux.h', () => {
  let kernelHeader: string;
  beforeAll(async () => {
    kernelHeader = await readFile(await vmlinuxHeader(), 'utf8');
  });

  /** A folder for programs, one with the kernel's header, and builds that say which files clang was given. */
  async function project({
    header = small,
    flags = [],
  }: { header?: string; flags?: readonly string[] } = {}) {
    const root = await mkdtemp(join(tmpdir(), 'precompiled-'));
    onTestFinished(() => rm(root, { recursive: true }));
    const [programs, headers, cache] = ['programs', 'headers', 'cache'].map((name) => join(root, name));
    if (programs === undefined || headers === undefined || cache === undefined) throw new Error('no folders');
    await Promise.all([programs, headers].map((folder) => mkdir(folder)));
    await writeFile(join(headers, 'vmlinux.h'), header);
    const signal = new AbortController().signal;
    const made: Promise<void>[] = [];
    const real = createPrecompiledHeaders(cache, signal);
    const precompiled = {
      ...real,
      prepare: (use: HeaderUse) => {
        const done = real.prepare(use);
        made.push(done);
        return done;
      },
    };
    return {
      ...{ programs, headers, cache },
      /** Whether the result is of a precompiled header, and the result. */
      build: async (path: string, how?: 'plain'): Promise<{ quick: boolean; result: BuildResult }> => {
        const calls: string[] = [];
        const result = await compile({
          ...{ path, options: { flags }, machine: process.arch === 'arm64' ? 'aarch64' : 'x86_64', signal },
          header: { folder: headers, taggedMembers: false },
          ...(how === 'plain' ? {} : { precompiled }),
          log: (line) => calls.push(line),
        });
        await Promise.all(made);
        return { quick: calls.at(-1)?.includes('-include-pch') === true, result };
      },
      precompiledFiles: () => readdir(join(cache, 'precompiled')).catch(() => []),
    };
  }

  test('gives the same object', async () => {
    const { build } = await project({ header: kernelHeader });
    const sources = ['exec.bpf.c', 'fchmodat.bpf.c'];
    const said: { name: string; quick: boolean; same: boolean }[] = [];
    for (const name of sources) {
      const path = join(examples, name);
      const { result } = await build(path, 'plain');
      await build(path);
      const { quick, result: other } = await build(path);
      const built = result.kind === 'built' && other.kind === 'built';
      said.push({ name, quick, same: built && Buffer.compare(result.object, other.object) === 0 });
    }
    expect(said).toEqual(sources.map((name) => ({ name, quick: true, same: true })));
  });

  test('hides no error and no warning', async () => {
    const { programs, build } = await project({ flags: ['-Wall'] });
    const path = join(programs, 'wrong.bpf.c');
    await writeFile(path, '#include "vmlinux.h"\nint good;\n');
    await build(path);
    await writeFile(path, '#include "vmlinux.h"\nint bad(void)\n{\n\tint unused;\n\treturn misspelt;\n}\n');
    const [plain, second] = [await build(path, 'plain'), await build(path)];
    expect(plain.result).toMatchObject({ kind: 'failed', diagnostics: [{ line: 5 }] });
    expect(second).toEqual(plain);
    await writeFile(path, '#include "vmlinux.h"\nint odd(void)\n{\n\tint unused;\n\treturn 0;\n}\n');
    const warned = await build(path);
    expect(warned).toMatchObject({
      quick: true,
      result: { diagnostics: [{ line: 4, severity: 'warning' }] },
    });
    expect(warned.result).toEqual((await build(path, 'plain')).result);
  });

  test('is left alone where something stands before the include', async () => {
    const { programs, build, precompiledFiles } = await project();
    const path = join(programs, 'first.bpf.c');
    for (const start of [
      '#define BPF_NO_PRESERVE_ACCESS_INDEX\n',
      '#include <stddef.h>\n',
      '#if 0\n#endif\n',
      'typedef int number;\n',
    ]) {
      await writeFile(path, `${start}#include "vmlinux.h"\nint good;\n`);
      for (const turn of ['first', 'second'])
        expect([turn, (await build(path)).quick]).toEqual([turn, false]);
    }
    expect(await precompiledFiles()).toEqual([]);
  });

  test('gives way to a vmlinux.h that the project gets', async () => {
    const { programs, build } = await project();
    const path = join(programs, 'own.bpf.c');
    await writeFile(path, '/* one */\n// two\n#include "vmlinux.h"\nstruct own value;\n');
    expect((await build(path)).result.kind).toBe('failed');
    await writeFile(path, '/* one */\n// two\n#include "vmlinux.h"\nstruct task_struct *value;\n');
    await build(path);
    expect((await build(path)).quick).toBe(true);
    await writeFile(join(programs, 'vmlinux.h'), 'struct own { int it; };\n');
    await writeFile(path, '#include "vmlinux.h"\nstruct own value;\n');
    const { quick, result } = await build(path);
    expect([quick, result.kind]).toEqual([false, 'built']);
  });

  test('is made again for another header, and four are kept', async () => {
    const { programs, headers, build, precompiledFiles } = await project();
    const path = join(programs, 'changing.bpf.c');
    const header = join(headers, 'vmlinux.h');
    for (let turn = 0; turn < 6; turn++) {
      await writeFile(header, small.replace('#endif', `struct turn_${turn} { int it; };\n#endif`));
      await writeFile(path, `#include "vmlinux.h"\nstruct turn_${turn} value;\n`);
      const [first, second] = [await build(path), await build(path)];
      expect([first.quick, first.result.kind, second.quick]).toEqual([false, 'built', true]);
      expect(second.result).toEqual(first.result);
    }
    expect(await precompiledFiles()).toHaveLength(4);
  });

  test('is not asked for again where clang cannot read it', async () => {
    const { programs, cache, build, precompiledFiles } = await project();
    const path = join(programs, 'broken.bpf.c');
    await writeFile(path, '#include "vmlinux.h"\nstruct task_struct *value;\n');
    const { result } = await build(path);
    const [file = ''] = await precompiledFiles();
    await writeFile(join(cache, 'precompiled', file), 'no such thing');
    expect(await build(path)).toEqual({ quick: false, result });
    expect(await build(path)).toEqual({ quick: false, result });
    expect((await stat(join(cache, 'precompiled', file))).size).toBe(0);
  });

  test('is not sure of arguments that it does not know', () => {
    expect(foldersOf(['-target', 'bpf', '-g', '-O2', '-Ione', '-I', 'two', '-idirafter', 'three'])).toEqual([
      'one',
      'two',
      'three',
    ]);
    for (const arg of [
      '-include',
      '-imacros',
      '@flags',
      '-Xclang',
      '-fmodules',
      '-nostdinc',
      'other.c',
      '-I',
    ])
      expect(foldersOf(['-g', arg])).toBeUndefined();
  });

  test('is given up with the run', async () => {
    const root = await mkdtemp(join(tmpdir(), 'precompiled-'));
    onTestFinished(() => rm(root, { recursive: true }));
    const source = join(root, 'program.bpf.c');
    await writeFile(source, '#include "vmlinux.h"\n');
    const abort = new AbortController();
    const headers = createPrecompiledHeaders(root, abort.signal);
    await writeFile(join(root, 'vmlinux.h'), kernelHeader);
    const use = { clang: '/usr/bin/clang', args: ['-target', 'bpf'], cwd: root, folder: root, source };
    const done = headers.prepare(use);
    abort.abort();
    await done;
    expect(await readdir(join(root, 'precompiled')).catch(() => [])).toEqual([]);
  });
});
