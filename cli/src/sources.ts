/** The source files that objects and logs name, read once. */
import { readFile } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import type { Explanation, SourcePosition, VerifierOutput } from '#core/verifier/model';
import type { BpfObject } from '#core/elf/bpf-object';

interface Found {
  readonly path: string;
  readonly lines: readonly string[];
}

export class SourceFiles {
  readonly #folders: readonly string[];
  readonly #cwd: string;
  readonly #files = new Map<string, Found | undefined>();

  /** @param folders where a name may be relative to, besides the working folder */
  constructor(cwd: string, folders: readonly string[]) {
    this.#cwd = cwd;
    this.#folders = [...folders, cwd];
  }

  async read(names: Iterable<string>): Promise<void> {
    for (const name of new Set(names)) {
      if (!this.#files.has(name)) this.#files.set(name, await this.#find(name));
    }
  }

  lines(name: string): readonly string[] | undefined {
    return this.#files.get(name)?.lines;
  }

  /** The positions with the lines of the files, where a log has them without their indentation. */
  place(explanation: Explanation): Explanation {
    const labels = explanation.labels.map((label) => ({ ...label, position: this.#place(label.position) }));
    return { ...explanation, labels };
  }

  #place(position: SourcePosition): SourcePosition {
    const { file, line, text } = position;
    const own = file === undefined || line === undefined ? undefined : this.lines(file)?.[line - 1];
    return own !== undefined && own !== text && own.trim() === text.trim()
      ? { ...position, text: own }
      : position;
  }

  /** The absolute path, where there is such a file. */
  path(name: string): string | undefined {
    return this.#files.get(name)?.path;
  }

  /** As people and SARIF have it: from the working folder, where it is below it. */
  shown(name: string): string {
    const path = this.path(name) ?? name;
    const near = isAbsolute(path) ? relative(this.#cwd, path) : path;
    return near === '' || near.startsWith('..') ? path : near;
  }

  async #find(name: string): Promise<Found | undefined> {
    for (const path of isAbsolute(name) ? [name] : this.#folders.map((folder) => resolve(folder, name))) {
      const text = await readFile(path, 'utf8').catch(() => undefined);
      if (text !== undefined) return { path, lines: text.split(/\r?\n/) };
    }
    return undefined;
  }
}

/** The names of the files that an object was compiled from. */
export function filesOfObject({ ext }: BpfObject): Iterable<string> {
  return new Set(ext.lines.map(({ file }) => file));
}

export function filesOfLogs({ programs }: VerifierOutput): Iterable<string> {
  const positions = programs.flatMap(({ path }) => path.map(({ position }) => position?.file));
  return new Set(positions.filter((file) => file !== undefined));
}
