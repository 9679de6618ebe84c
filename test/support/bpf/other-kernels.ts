/** Programs for kernels that do not run here: compiled against their types, and relocated for them by libbpf. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openSnapshot } from '#core/snapshot/codec';
import { bundledDir, type BundledId } from '#support/bundled';
import { mustRun } from '#support/process';
import { cached } from './cache';
import { buildLoader, parseVerdicts, type ProgramVerdict } from './loader';

/** The raw BTF of a bundled kernel: the path of a file. */
export async function bundledBtf(id: BundledId): Promise<string> {
  const snapshot = join(bundledDir, `${id}.ebpfkernel`);
  const { mtimeMs, size } = await stat(snapshot);
  return cached('vmlinux.btf', [`${snapshot} ${mtimeMs} ${size}`], async (path) => {
    const btf = await openSnapshot(await readFile(snapshot)).value?.btf();
    if (btf?.value === undefined) throw new Error(`${id} has no BTF`);
    await writeFile(path, btf.value);
  });
}

/** Its types as C: the path of a file. */
export async function bundledHeader(id: BundledId): Promise<string> {
  const btf = await bundledBtf(id);
  const { mtimeMs, size } = await stat(btf);
  return cached('vmlinux.h', [`${btf} ${mtimeMs} ${size}`], async (path) => {
    await writeFile(path, await mustRun('bpftool', ['btf', 'dump', 'file', btf, 'format', 'c']));
  });
}

/**
 * What the running kernel says to each program when libbpf has relocated it for another one. Layouts do not matter to
 * the verifier; what libbpf could not find makes an instruction that it refuses, where that can be reached.
 */
export async function loadAsOn(id: BundledId, objectPath: string): Promise<readonly ProgramVerdict[]> {
  const loader = await buildLoader('cc', []);
  return parseVerdicts(await mustRun(loader, ['verify', '--types', await bundledBtf(id), objectPath]));
}
