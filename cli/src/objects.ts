/** Compiled objects to check beside the source: one that is given, or what clang makes of each file. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { readBpfObject } from '#core/elf/bpf-object';
import type { BpfObject } from '#core/elf/bpf-object';
import type { KernelIndex } from '#core/kernel/model';
import { compileInBackground } from '#runner/build/background';
import type { HeaderFolder } from '#runner/build/header-cache';
import { keepHeader } from '#runner/build/project-header';
import { findProgram } from '#runner/build/tool';
import type { BuildOptions } from '#runner/model';
import { provenanceLine } from '#server/describe/provenance';
import { messageOf } from '#server/kernel/errors';
import { hasCodeOf, isMadeOf } from '#server/object/places';
import { MissingError, UsageError } from './command';
import type { Io } from './command';

export interface Objects {
  of(path: string, uri: string, text: string): Promise<BpfObject | undefined>;
  /** Objects that could not be had or used: one sentence each. */
  readonly problems: readonly string[];
  dispose(): Promise<void>;
}

interface Options {
  readonly compile: boolean;
  readonly object?: string | undefined;
  readonly build: BuildOptions;
}

/** @param kernel the target: its types are for programs without a vmlinux.h of their own */
export function objectsFor(
  { compile, object, build }: Options,
  paths: readonly string[],
  kernel: KernelIndex,
  io: Io,
): Objects {
  if (compile && object !== undefined) throw new UsageError('--compile makes an object, --object has one');
  if (object !== undefined && paths.length !== 1) throw new UsageError('--object is of one file');
  const problems: string[] = [];
  let folder: string | undefined;

  const read = async (): Promise<Uint8Array | undefined> => {
    if (object === undefined) return undefined;
    return readFile(resolve(io.cwd, object)).catch((error: unknown) => {
      throw new MissingError(`${object} cannot be read: ${messageOf(error)}`);
    });
  };
  const header = async (): Promise<HeaderFolder | undefined> => {
    const { types, provenance } = kernel;
    if (types.empty) return undefined;
    folder ??= await mkdtemp(join(tmpdir(), 'ebpf-check-'));
    return keepHeader(folder, provenance, types.header(provenanceLine(provenance)));
  };
  const made = async (path: string): Promise<Uint8Array | undefined> => {
    const clang = build.clang ?? 'clang';
    if ((await findProgram(clang)) === undefined)
      throw new MissingError(`there is no ${clang} on this machine`);
    const bytes = await compileInBackground({
      ...{ path, options: build, machine: kernel.provenance.machine, header },
      signal: new AbortController().signal,
      log: () => undefined,
    });
    if (!bytes) problems.push(`${basename(path)} does not compile here: only its source is checked`);
    return bytes;
  };

  return {
    problems,
    async of(path, uri, text) {
      const bytes = compile ? await made(path) : await read();
      if (!bytes) return undefined;
      const { value, problems: found } = readBpfObject(bytes);
      const name = object ?? basename(path);
      const [first] = found;
      if (first) {
        problems.push(`${name} cannot be read: ${first.message}`);
        return undefined;
      }
      const document = { uri, text };
      if (isMadeOf(value, document)) return value;
      const hasCode = hasCodeOf(value, document);
      // What was made a moment ago, of maps alone or of a header's programs, has nothing to be told by.
      if (compile && !hasCode) return value;
      problems.push(
        hasCode
          ? `${name} was not made of ${basename(path)} as it is now: only the source is checked`
          : `${name} has no code of ${basename(path)}: only the source is checked`,
      );
      return undefined;
    },
    async dispose() {
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}
