/**
 * The programs of this folder. Each has one thing wrong: `error[rule]` marks the line that a person would point at,
 * `cause[rule]` the one where the bad value came from. A first line `//- flags: …` or `//- capabilities: …` says how
 * the file is compiled and loaded.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseMarkers } from '#support/markers';

export interface RejectedFile {
  /** `null.bpf.c` */
  readonly name: string;
  readonly text: string;
  readonly programs: readonly RejectedProgram[];
  readonly flags: readonly string[];
  /** The capabilities that the loader keeps; all where undefined. */
  readonly capabilities: string | undefined;
}

export interface RejectedProgram {
  readonly name: string;
  readonly rule: string;
  /** From 1. */
  readonly line: number;
  readonly cause: number | undefined;
}

/** Headers that the programs include, by name. */
export function rejectHeaders(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.h'));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

export const rejectsFolder = fileURLToPath(new URL('.', import.meta.url));

export function rejectedFiles(folder: string): readonly RejectedFile[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.bpf.c'))
    .sort()
    .map((name) => readRejects(name, readFileSync(join(folder, name), 'utf8')));
}

function readRejects(name: string, text: string): RejectedFile {
  const option = (key: string): string | undefined => new RegExp(`^//- ${key}: (.*)$`, 'm').exec(text)?.[1];
  const { expectations } = parseMarkers(text);
  const lines = text.split('\n');
  /** The carets may stand to the right of a short line: then the offset is that of the comment. */
  const lineOf = (offset: number): number => {
    let line = text.slice(0, offset).split('\n').length;
    while (/^\s*\/\/\s*\^/.test(lines[line - 1] ?? '')) line--;
    return line;
  };
  let start = 0;
  const programs = programRegions(text).map(({ program, end }): RejectedProgram => {
    const own = expectations.filter(({ span }) => span.start >= start && span.start < end);
    start = end;
    const errors = own.filter(({ severity }) => severity === 'error');
    const [error] = errors;
    if (!error || errors.length > 1)
      throw new Error(`${name}: ${program} has ${errors.length} errors marked`);
    const cause = own.find(({ severity }) => severity === 'cause');
    return {
      name: program,
      rule: error.code,
      line: lineOf(error.span.start),
      cause: cause && lineOf(cause.span.start),
    };
  });
  if (programs.length === 0) throw new Error(`${name} has no programs`);
  return {
    name,
    text,
    programs,
    flags: option('flags')?.split(' ') ?? [],
    capabilities: option('capabilities'),
  };
}

/** What belongs to a program: from the end of the one before it, so with the functions that it calls. */
function programRegions(text: string): { program: string; end: number }[] {
  return [...text.matchAll(/^SEC\("(?!\.|license)[^"]*"\)\n(?:[\w ]*[ *])?(?:BPF_\w+\()?(\w+)[(,]/gm)].map(
    (match) => {
      const end = text.indexOf('\n}\n', match.index) + 3;
      const following = /^(?:\/\/.*\n)*/.exec(text.slice(end))?.[0].length ?? 0;
      return { program: match[1] ?? '', end: end + following };
    },
  );
}
