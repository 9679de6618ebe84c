/** A kernel directory: the files of kernels/README.md, of which only `available_events` must be there. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { parseAvailableEvents } from '#core/kernel/available-events';
import type { Parsed } from '#core/result';
import type { SnapshotMeta } from '#core/snapshot/codec';
import { parseUname } from '#core/snapshot/uname';
import { errnoOf, KernelError, messageOf, pathError } from './errors';
import { createKernelIndex, createNamesIndex, provenanceOf } from './kernel-index';
import { kernelLoad, nextTurn } from './load';
import type { KernelLoad } from './load';
import { readBtf, readEvents, readFormats, readFunctions, readModules, readText } from './tree';
import type { KernelTree } from './tree';

/** Throws a `KernelError` at once where the folder is none, or has no events. */
export function openDirectory(path: string): KernelLoad {
  const { tree, events: text } = findDirectory(path);
  const events = parseAvailableEvents(text);
  const provenance = provenanceOf(directoryMeta(path), { source: 'directory', location: path });

  async function readAll() {
    await nextTurn();
    const formats = await readFormats(tree);
    const btf = await readBtf(tree);
    const modules = await readModules(tree);
    const features = readFeatures(path);
    return createKernelIndex({
      provenance,
      events,
      formats: formats.value,
      btf: btf.value,
      modules: modules.value,
      functions: () => readFunctions(tree),
      features: features.value,
      problems: [...formats.problems, ...btf.problems, ...modules.problems, ...features.problems],
    });
  }

  return kernelLoad(Promise.resolve(createNamesIndex(provenance, events)), () => ({ full: readAll() }));
}

/** The directory's files and the text of `available_events`. Throws a `KernelError`. */
export function findDirectory(path: string): { readonly tree: KernelTree; readonly events: string } {
  const tree: KernelTree = {
    tracing: path,
    btf: join(path, 'vmlinux.btf'),
    modules: { path: join(path, 'modules'), suffix: '.btf' },
  };
  try {
    if (!statSync(path).isDirectory()) {
      throw new KernelError('not-a-kernel-directory', `${path} is a file: a kernel directory is a folder`);
    }
    const events = readEvents(tree);
    if (events.trim() === '') {
      throw new KernelError(
        'no-events',
        `${path}/available_events is empty: capture the kernel again as root`,
      );
    }
    return { tree, events };
  } catch (error) {
    if (error instanceof KernelError) throw error;
    if (errnoOf(error) !== 'ENOENT' || statSync(path, { throwIfNoEntry: false }) === undefined) {
      throw pathError(path, error);
    }
    throw new KernelError(
      'not-a-kernel-directory',
      `${path} has no file available_events: a kernel directory holds available_events, events/, vmlinux.btf`,
      error,
    );
  }
}

export function directoryMeta(path: string): SnapshotMeta {
  const uname = readText(join(path, 'uname'));
  return { ...parseUname(uname), ...(uname !== '' && { uname }) };
}

/** `features.json`, where it is there. */
export function readFeatures(path: string): Parsed<unknown> {
  const text = readText(join(path, 'features.json'));
  if (text === '') return { value: undefined, problems: [] };
  try {
    return { value: JSON.parse(text) as unknown, problems: [] };
  } catch (error) {
    return {
      value: undefined,
      problems: [{ message: `is not JSON: ${messageOf(error)}`, where: 'features.json' }],
    };
  }
}
