/** The header of all types that we write: clang takes it, and lays out every struct as the kernel's BTF has it. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { KernelIndex } from '#core/kernel/model';
import type { StructLayout } from '#core/btf/types';
import { loadPrograms } from '#support/bpf/loader';
import { requireKernel } from '#support/bpf/requirements';
import { bundledKernel, bundledKernelIds } from '#support/bundled';
import { liveKernel } from '#support/live-kernel';
import { mustRun } from '#support/process';
import { describeUnless } from '#support/requirement';
import { temporaryFolder } from '#support/runner/installation';

/** As the live kernel's, and those of the bundled ones. */
const kernels: readonly (readonly [string, () => Promise<KernelIndex>])[] = [
  ['the live kernel', async () => (await liveKernel()).index],
  ...bundledKernelIds.map((id) => [id, () => bundledKernel(id)] as const),
];

describeUnless(requireKernel(), 'vmlinux.h', () => {
  test.each(kernels)('of %s', async (_, load) => {
    const { types } = await load();
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'vmlinux.h'), types.header('a kernel'));
    await writeFile(join(folder, 'all.bpf.c'), '#include "vmlinux.h"\n');
    const strict = ['-Wall', '-Werror', '-fsyntax-only'];
    await mustRun('clang', ['-target', 'bpf', '-g', '-O2', ...strict, join(folder, 'all.bpf.c')]);

    // A va_list is what clang's target says it is.
    const structs = types
      .structNames()
      .flatMap((name) => types.struct(name) ?? [])
      .filter((layout) => !/\bva_list\b/.test(types.definition(layout)));
    const layouts = join(folder, 'layouts.c');
    await writeFile(layouts, `#include "vmlinux.h"\n${structs.map(assertions).join('\n')}\n`);
    const flags = ['-fsyntax-only', '-DBPF_NO_PRESERVE_ACCESS_INDEX', '-ferror-limit=0'];
    await mustRun('clang', ['-target', 'bpf', ...flags, layouts]);
    const members = structs.reduce((sum, layout) => sum + offsets(layout).length, 0);
    expect(structs.length).toBeGreaterThan(4000);
    expect(members).toBeGreaterThan(25_000);
  });

  test('programs that were built with it load', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'vmlinux.h'), (await liveKernel()).index.types.header('the live kernel'));
    for (const name of ['fchmodat', 'exec']) {
      const source = new URL(`../../examples/${name}.bpf.c`, import.meta.url);
      await writeFile(join(folder, `${name}.bpf.c`), await readFile(source));
      const object = join(folder, `${name}.bpf.o`);
      const flags = ['-target', 'bpf', '-g', '-O2', '-D__TARGET_ARCH_x86', '-Wall', '-Werror'];
      await mustRun('clang', [...flags, '-c', join(folder, `${name}.bpf.c`), '-o', object]);
      const verdicts = await loadPrograms(object, { attach: true });
      expect(verdicts.map(({ load, attach }) => [load, attach])).toEqual([['ok', 'ok']]);
    }
  });
});

/** Members that have an offset in C. */
const offsets = ({ members }: StructLayout) =>
  members.filter((member) => member.name !== '' && member.bitSize === undefined);

function assertions(layout: StructLayout): string {
  const tag = `struct ${layout.name}`;
  return [
    `_Static_assert(sizeof(${tag}) == ${layout.size}, "${layout.name}");`,
    ...offsets(layout).map(
      ({ name, bitOffset }) =>
        `_Static_assert(__builtin_offsetof(${tag}, ${name}) == ${bitOffset / 8}, "${layout.name}.${name}");`,
    ),
  ].join('\n');
}
