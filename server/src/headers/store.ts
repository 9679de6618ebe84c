/** Finds and reads the headers that a document includes; with binaries/ and kernel/, the only rooms of the server that read files. */
import { readFile, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Analyzer } from '../analysis/analyzer';
import type { Include } from '../analysis/model';
import type { HeaderTypes } from '../view';
import { readHeader } from './text';
import type { HeaderText } from './text';

export interface HeaderStore {
  /** The types that these includes bring, nested includes followed. Files that did not change are not read again. */
  load(documentUri: string, includes: readonly Include[], roots: readonly string[]): Promise<HeaderTypes>;
}

/** A header larger than this is no header. */
const maxBytes = 64 << 20;
const maxNesting = 8;
const maxFiles = 200;
/** Where projects keep their headers, relative to the source's folder and to each folder above it. */
const folders = ['', 'include', 'vmlinux', 'headers', 'src', 'bpf', '.output', 'build'];

interface CachedHeader {
  readonly version: string;
  readonly text: HeaderText;
}

export const noHeaders: HeaderTypes = {
  hasVmlinux: false,
  complete: true,
  struct: () => undefined,
  typedef: () => undefined,
  macro: () => false,
};

export function createHeaderStore(analyzer: Analyzer): HeaderStore {
  const cache = new Map<string, CachedHeader>();

  async function read(path: string): Promise<HeaderText | undefined> {
    try {
      const facts = await stat(path);
      if (!facts.isFile() || facts.size > maxBytes) return undefined;
      const version = `${facts.mtimeMs}:${facts.size}`;
      const known = cache.get(path);
      if (known?.version === version) return known.text;
      const text = readHeader(await readFile(path, 'utf8'), analyzer);
      cache.set(path, { version, text });
      return text;
    } catch {
      return undefined;
    }
  }

  async function find(
    path: string,
    from: string,
    roots: readonly string[],
  ): Promise<[string, HeaderText] | undefined> {
    for (const candidate of candidates(path, from, roots)) {
      const text = await read(candidate);
      if (text) return [candidate, text];
    }
    return undefined;
  }

  return {
    async load(documentUri, includes, roots) {
      if (!documentUri.startsWith('file:')) return types([], false, !includes.some(isOutOfSight));
      const found = new Map<string, HeaderText>();
      let hasVmlinux = false;
      let complete = true;
      let level = includes
        .filter(({ path, system }) => !system || isVmlinux(path))
        .map(({ path }) => ({ path, from: dirname(fileURLToPath(documentUri)) }));
      for (let depth = 0; depth < maxNesting && level.length > 0 && found.size < maxFiles; depth++) {
        const next: { path: string; from: string }[] = [];
        for (const { path, from } of level) {
          const header = await find(path, from, roots);
          if (header && isVmlinux(path)) hasVmlinux = true;
          if (!header) complete &&= isVmlinux(path) || isLibbpf(path);
          else if (!found.has(header[0])) {
            found.set(...header);
            next.push(...header[1].includes.map((inner) => ({ path: inner, from: dirname(header[0]) })));
          }
        }
        level = next;
      }
      return types([...found], hasVmlinux, complete);
    },
  };
}

function types(
  headers: readonly [string, HeaderText][],
  hasVmlinux: boolean,
  complete: boolean,
): HeaderTypes {
  return {
    hasVmlinux,
    complete,
    struct(name) {
      for (const [path, text] of headers) {
        const found = text.struct(name);
        if (found) return { uri: pathToFileURL(path).href, ...found };
      }
      return undefined;
    },
    typedef(name) {
      for (const [, text] of headers) {
        const found = text.typedef(name);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    macro: (name) => headers.some(([path, text]) => !isVmlinux(path) && text.macro(name)),
  };
}

/** libbpf-bootstrap and others keep one per architecture and name it by release: `vmlinux_608.h`. */
function isVmlinux(path: string): boolean {
  return /(?:^|\/)vmlinux[\w.-]*\.h$/.test(path);
}

/** libbpf's own headers, which define no kernel type, are on clang's search path and not in the workspace. */
function isLibbpf(path: string): boolean {
  return /(?:^|\/)bpf_(?:helpers|helper_defs|core_read|tracing|endian)\.h$|(?:^|\/)usdt\.bpf\.h$/.test(path);
}

/** Where nothing can be read. */
const isOutOfSight = ({ path, system }: Include): boolean => !system && !isVmlinux(path) && !isLibbpf(path);

function* candidates(path: string, from: string, roots: readonly string[]): Generator<string> {
  if (isAbsolute(path)) {
    yield path;
    return;
  }
  for (let folder = from; ; folder = dirname(folder)) {
    for (const sub of folders) yield join(folder, sub, path);
    if (!roots.some((root) => folder.startsWith(resolve(root) + sep))) return;
  }
}
