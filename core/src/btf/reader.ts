/**
 * From raw BTF bytes to types by id. Nothing here throws: of truncated or corrupted data, what can be read
 * is read, and the rest are problems. The bytes are kept, not copied: they must not change afterwards.
 */
import type { Parsed, Problem } from '../result';
import { Btf } from './btf';
import { readFile } from './file';
import type { BtfFile, FileBase } from './file';

/**
 * Reads one BTF blob: a kernel's, a program's `.BTF` section, or, with a base, the split BTF of a module,
 * whose ids and strings continue the base's. The answer then holds the types of both.
 */
export function readBtf(bytes: Uint8Array, base?: Btf): Parsed<Btf> {
  const { value: file, problems } = readFile(bytes, base && baseOf(base));
  return { value: new Btf(base ? [...base.files, file] : [file]), problems };
}

/**
 * A kernel's types and those of several modules, each of which is split BTF over the kernel's, in one id
 * space: the kernel's ids stay as they are, the modules' follow in the order of the map.
 */
export function joinModules(kernel: Btf, modules: ReadonlyMap<string, Uint8Array>): Parsed<Btf> {
  const base = baseOf(kernel);
  const problems: Problem[] = [];
  const added: BtfFile[] = [];
  let nextId = kernel.endId;
  for (const [name, bytes] of modules) {
    const read = readFile(bytes, base, nextId);
    problems.push(...read.problems.map((problem) => inModule(name, problem)));
    if (read.value.starts.length > 0 && read.value.littleEndian !== kernel.littleEndian) {
      problems.push({ message: "its byte order is not the kernel's", where: `module ${name}` });
      continue;
    }
    added.push(read.value);
    nextId = read.value.endId;
  }
  return { value: new Btf([...kernel.files, ...added]), problems };
}

function baseOf(btf: Btf): FileBase {
  const last = btf.files[btf.files.length - 1] ?? btf.files[0];
  return { endId: btf.endId, strings: last.strings };
}

const inModule = (name: string, { message, where }: Problem): Problem => ({
  message,
  where: where ? `module ${name}, ${where}` : `module ${name}`,
});
