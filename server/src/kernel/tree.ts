/**
 * A kernel laid out as files: the live tracefs and sysfs, and a kernel directory. The two differ in where the
 * files are, so one reader serves both. What is missing or unreadable costs that piece and is a problem;
 * only `readEvents` throws, because nothing is known of a kernel without its events.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Parsed, Problem } from '#core/result';
import { NO_FORMATS } from '#core/snapshot/formats';
import type { FormatEntry, FormatTexts } from '#core/snapshot/formats';
import { errnoOf, messageOf } from './errors';
import { FileBuffer, inSlices, readLarge, readSmall } from './slices';

export interface KernelTree {
  /** The folder with `available_events`, `available_filter_functions` and `events/`. */
  readonly tracing: string;
  /** Raw BTF of vmlinux. */
  readonly btf: string;
  /** The folder with one BTF file a module, and what the files' names end with. */
  readonly modules: { readonly path: string; readonly suffix: string };
}

const MAX_TEXT_BYTES = 16 * 1024 * 1024;
const MAX_BTF_BYTES = 64 * 1024 * 1024;
/** Two thousand format files of a kilobyte each. */
const EXPECTED_FORMAT_BYTES = 3 * 1024 * 1024;
/** What `category/name` of the format section may be made of. */
const EVENT_PATH_NAME = /^[^\s/]+$/;

/** The text of `available_events`; throws as `fs` does. */
export function readEvents(tree: KernelTree): string {
  return textOf(readSmall(join(tree.tracing, 'available_events'), MAX_TEXT_BYTES));
}

export async function readFormats(tree: KernelTree): Promise<Parsed<FormatTexts>> {
  const root = join(tree.tracing, 'events');
  const buffer = new FileBuffer(EXPECTED_FORMAT_BYTES, MAX_BTF_BYTES);
  const entries = new Map<string, FormatEntry>();
  const problems: Problem[] = [];
  const events: (readonly [category: string, name: string])[] = [];
  await inSlices(folders(root, problems), (category) => {
    for (const name of folders(join(root, category), problems)) events.push([category, name]);
  });
  await inSlices(events, ([category, name]) => {
    const start = buffer.length;
    try {
      // `join` would take as long as opening the file.
      buffer.append(`${root}/${category}/${name}/format`);
      entries.set(`${category}/${name}`, { start, end: buffer.length });
    } catch (error) {
      problems.push(...unlessMissing(`events/${category}/${name}/format`, error));
    }
  });
  return { value: entries.size === 0 ? NO_FORMATS : { blob: buffer.bytes(), entries }, problems };
}

export async function readBtf(tree: KernelTree): Promise<Parsed<Uint8Array | undefined>> {
  try {
    return { value: await readLarge(tree.btf, statSync(tree.btf).size, MAX_BTF_BYTES), problems: [] };
  } catch (error) {
    return { value: undefined, problems: unlessMissing(tree.btf, error) };
  }
}

export async function readModules(tree: KernelTree): Promise<Parsed<ReadonlyMap<string, Uint8Array>>> {
  const value = new Map<string, Uint8Array>();
  const problems: Problem[] = [];
  for (const { name, path, size } of moduleFiles(tree)) {
    try {
      value.set(name, await readLarge(path, size, MAX_BTF_BYTES));
    } catch (error) {
      problems.push(...unlessMissing(path, error));
    }
  }
  return { value, problems };
}

/** The text of `available_filter_functions`; empty where the kernel refuses it, which some do even to root. */
export function readFunctions(tree: KernelTree): Parsed<string> {
  return { value: readText(join(tree.tracing, 'available_filter_functions')), problems: [] };
}

/** A text that a kernel may have or not: empty where it cannot be read. */
export function readText(path: string): string {
  try {
    return textOf(readSmall(path, MAX_TEXT_BYTES));
  } catch {
    return '';
  }
}

/** The module BTF files that are there, sorted by name. */
export function moduleFiles(tree: KernelTree): readonly { name: string; path: string; size: number }[] {
  const { path: folder, suffix } = tree.modules;
  return entriesOf(folder).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (!entry.name.endsWith(suffix) || path === tree.btf) return [];
    const size = statSync(path, { throwIfNoEntry: false })?.size;
    if (size === undefined) return [];
    return [{ name: entry.name.slice(0, entry.name.length - suffix.length), path, size }];
  });
}

function folders(path: string, problems: Problem[]): readonly string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => !entry.isFile() && EVENT_PATH_NAME.test(entry.name))
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    problems.push(...unlessMissing(path, error));
    return [];
  }
}

function entriesOf(path: string) {
  try {
    return readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

/** A file that is not there is no problem of its own; one that is there and cannot be read is. */
function unlessMissing(where: string, error: unknown): readonly Problem[] {
  const errno = errnoOf(error);
  if (errno === 'ENOENT' || errno === 'ENOTDIR') return [];
  return [{ message: `cannot be read: ${messageOf(error)}`, where }];
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}
