/** What is offered behind `SEC("uprobe/…:")` and `SEC("usdt/…:")`: readelf lists the same, and libbpf attaches to it. */
import { realpath } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { createBinaryStore } from '#server/binaries/store';
import { compileBpf } from '#support/bpf/compile';
import { loadPrograms } from '#support/bpf/loader';
import { findOnPath, requireKernel } from '#support/bpf/requirements';
import { mustRun } from '#support/process';
import { describeUnless } from '#support/requirement';

const missing = requireKernel() ?? (findOnPath('readelf') === undefined ? 'readelf on PATH' : undefined);

const libraryPath = (name: string) =>
  realpath(`/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/${name}`);

describeUnless(missing, 'a library', () => {
  // libstdc++ has static probes.
  test.each([
    ['libc.so.6', 2000, 0],
    ['libstdc++.so.6', 4000, 3],
  ])('%s has the functions and static probes that readelf lists', async (name, some, staticProbes) => {
    const library = await libraryPath(name);
    const binary = await createBinaryStore().binary(name);
    const symbols = await mustRun('readelf', ['--dyn-syms', '--wide', library]);
    const defined = symbols.matchAll(/^ *\d+: \S+ +\d+ FUNC +(\S+) +\S+ +\d+ ([^@\s]+)/gm);
    const counts = new Map<string, number>();
    for (const [, binding, symbol = ''] of defined)
      counts.set(symbol, (counts.get(symbol) ?? 0) + (binding === 'WEAK' ? 0 : 1));
    // Those that have several versions are none that libbpf finds.
    const functions = [...counts].filter(([, count]) => count <= 1).map(([symbol]) => symbol);
    expect(functions.length).toBeGreaterThan(some);
    expect(binary?.functions.names).toEqual(functions.sort());
    const notes = await mustRun('readelf', ['--notes', '--wide', library]);
    const probes = Array.from(
      notes.matchAll(/\bProvider: (\S+)\n *Name: (\S+)$/gm),
      ([, provider, probe]) => `${provider ?? ''}:${probe ?? ''}`,
    );
    expect(new Set(probes).size).toBe(staticProbes);
    expect(binary?.usdt.names).toEqual([...new Set(probes)].sort());
  });

  test('is probed by libbpf at every 80th function and every static probe, as they are completed', async () => {
    const store = createBinaryStore();
    const [libc, libstdcxx] = [await libraryPath('libc.so.6'), await libraryPath('libstdc++.so.6')];
    const functions = (await store.binary(libc))?.functions.names.filter((_, i) => i % 80 === 0) ?? [];
    const probes = (await store.binary(libstdcxx))?.usdt.names ?? [];
    const targets = [
      ...functions.map((name) => `uprobe/${libc}:${name}`),
      ...probes.map((name) => `usdt/${libstdcxx}:${name}`),
    ];
    expect(targets.length).toBeGreaterThan(30);
    const programs = targets.map((section, i) => `SEC("${section}") int at_${i}(void *ctx) { return 0; }`);
    const { path } = await compileBpf(
      `#include "vmlinux.h"\n#include <bpf/bpf_helpers.h>\n#include <bpf/usdt.bpf.h>\n${programs.join('\n')}\nchar L[] SEC("license") = "GPL";`,
    );
    const verdicts = await loadPrograms(path, { attach: true });
    const ends = verdicts.map(({ load, attach }, i) => [targets[i], load, attach]);
    expect(ends).toEqual(targets.map((target) => [target, 'ok', 'ok']));
  });
});
