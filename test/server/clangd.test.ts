/** clangd itself, on programs of a folder that was set up for it. */
import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { setUpClangd } from '#runner/build/clangd';
import { keepHeader } from '#runner/build/project-header';
import { findOnPath } from '#support/bpf/requirements';
import { bundledKernel, bundledKernelIds } from '#support/bundled';
import { runTool } from '#support/process';
import { describeUnless } from '#support/requirement';

const examples = fileURLToPath(new URL('../../examples', import.meta.url));
const missing = findOnPath('clangd') === undefined ? 'clangd on PATH' : undefined;

async function folderOf(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ebpf-clangd-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** Code 0 where clangd has no error. */
const check = (file: string) => runTool('clangd', [`--check=${file}`, '--log=error']);

describeUnless(missing, 'clangd', () => {
  test.each(bundledKernelIds)('has nothing against the examples, with the types of %s', async (id) => {
    const folder = await folderOf();
    const { types, provenance } = await bundledKernel(id);
    const header = await keepHeader(await folderOf(), provenance, types.header(id));
    const { machine } = provenance;
    const names = (await readdir(examples)).filter((name) => /^(?:fchmodat|exec)\.bpf\.c$/.test(name));
    expect(names).toHaveLength(2);
    for (const name of names) await copyFile(join(examples, name), join(folder, name));
    await writeFile(join(folder, '.clangd'), await setUpClangd('', { options: {}, machine, header }));
    for (const name of names) {
      const { code, stderr } = await check(join(folder, name));
      expect(stderr).not.toMatch(/\[.*\] Line/);
      expect(code).toBe(0);
    }
  });

  test('reads the fragments that were there, and other files as before', async () => {
    const folder = await folderOf();
    const { types, provenance } = await bundledKernel('6.1-debian-amd64');
    const header = await keepHeader(await folderOf(), provenance, types.header('6.1'));
    const others = 'CompileFlags:\n  Add: [-DTHEIRS=1]\n';
    const config = await setUpClangd(others, { options: {}, machine: 'x86_64', header });
    await writeFile(
      join(folder, 'program.bpf.c'),
      '#include "vmlinux.h"\n#ifndef __TARGET_ARCH_x86\n#error\n#endif\nint theirs = THEIRS;\n',
    );
    await writeFile(
      join(folder, 'user.c'),
      '#include <stdio.h>\n#ifdef __TARGET_ARCH_x86\n#error\n#endif\nint theirs = THEIRS;\n',
    );
    for (const name of ['program.bpf.c', 'user.c'])
      expect((await check(join(folder, name))).code).not.toBe(0);
    await writeFile(join(folder, '.clangd'), config);
    expect((await check(join(folder, 'program.bpf.c'))).code).toBe(0);
    expect((await check(join(folder, 'user.c'))).code).toBe(0);
  });
});
