/**
 * The programs of this folder. Each has one thing wrong: `error[rule]` marks the line that a person would point at,
 * `cause[rule]` the one where the bad value came from. A first line `//- flags: …` or `//- capabilities: …` says how
 * the file is compiled and loaded. Above a program's SEC, `//- since: 5.17, reason` says that older kernels refuse it for
 * another reason or not at all, `//- in 5.10: rule` that this kernel has another rule there, and `//- here only: reason`
 * that it is for the kernel that runs the tests.
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
  /** The first kernel that refuses it for this reason: `5.17`. */
  readonly since: string | undefined;
  /** Why it is not given to other kernels. */
  readonly hereOnly: string | undefined;
  /** What kernels say that call it something else, by release. */
  readonly others: ReadonlyMap<string, string>;
  /** Its own text in the file's. */
  readonly span: { readonly start: number; readonly end: number };
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
  const programs = programRegions(text).map(({ program, own: span, end }): RejectedProgram => {
    const marks = text.slice(start, span.start);
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
      since: /^\/\/- since: ([\d.]+), \S/m.exec(marks)?.[1],
      hereOnly: /^\/\/- here only: (\S.*)$/m.exec(marks)?.[1],
      others: new Map(
        [...marks.matchAll(/^\/\/- in ([\d.]+): (\S+)$/gm)].map(([, kernel = '', rule = '']) => [
          kernel,
          rule,
        ]),
      ),
      span,
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
function programRegions(text: string) {
  return [...text.matchAll(/^SEC\("(?!\.|license)[^"]*"\)\n(?:[\w ]*[ *])?(?:BPF_\w+\()?(\w+)[(,]/gm)].map(
    (match) => {
      const end = text.indexOf('\n}\n', match.index) + 3;
      const following = /^(?:\/\/ .*\n)*/.exec(text.slice(end))?.[0].length ?? 0;
      return { program: match[1] ?? '', own: { start: match.index, end }, end: end + following };
    },
  );
}

/** What an older kernel can be asked: programs that are newer are blanked, and the others' rules are its own. */
export function forKernel(
  { text, programs }: RejectedFile,
  release: string,
): { readonly text: string; readonly programs: readonly RejectedProgram[]; readonly left: number } {
  const left = programs.filter(
    ({ since, hereOnly }) => hereOnly !== undefined || (since !== undefined && isOlder(release, since)),
  );
  const blanked = left.reduce((rest, { span: { start, end } }) => blank(rest, start, end), text);
  return {
    text: withoutUnusedMaps(blanked),
    programs: programs
      .filter((program) => !left.includes(program))
      .map((program) => ({ ...program, rule: program.others.get(release) ?? program.rule })),
    left: left.length,
  };
}

/** Lines stay where they are. */
function blank(text: string, start: number, end: number): string {
  return text.slice(0, start) + text.slice(start, end).replace(/[^\n]/g, ' ') + text.slice(end);
}

/** libbpf makes the maps that nobody uses, too, and an older kernel may not know their kind. */
function withoutUnusedMaps(text: string): string {
  const maps = [...text.matchAll(/^struct \{\n(?:\t.*\n)*\} (\w+) SEC\("\.maps"\);$/gm)];
  const unused = maps.filter(([, name = '']) => text.match(new RegExp(`\\b${name}\\b`, 'g'))?.length === 1);
  return unused.reduce((rest, { index, 0: whole }) => blank(rest, index, index + whole.length), text);
}

function isOlder(release: string, than: string): boolean {
  const [major = 0, minor = 0] = release.split('.').map(Number);
  const [thanMajor = 0, thanMinor = 0] = than.split('.').map(Number);
  return major < thanMajor || (major === thanMajor && minor < thanMinor);
}
