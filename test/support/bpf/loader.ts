/**
 * What the running kernel says to the programs of a BPF object. The asking is done by a small libbpf program
 * (loader/), built on first use; it pins nothing, so that whatever ends it also detaches everything.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { mustRun } from '#support/process';
import { ensureTracefs } from '#support/tracefs';
import { cached } from './cache';

/** `ok`, or the errno that the kernel or libbpf gave: `EACCES`. */
export type Verdict = string;

export interface ProgramVerdict {
  readonly program: string;
  readonly section: string;
  readonly load: Verdict;
  /** Undefined where it was not tried: not asked for, or not loaded. */
  readonly attach: Verdict | undefined;
  /** The verifier's log where the load failed, or what libbpf said. */
  readonly log: string;
}

export interface RunResult {
  readonly programs: readonly ProgramVerdict[];
  /** Records of all ring buffers, in the order in which they came. */
  readonly records: readonly { readonly map: string; readonly data: Buffer }[];
  /** The elements of the maps that were asked for; a per-CPU value is that of every CPU, one after another. */
  readonly maps: ReadonlyMap<string, readonly { readonly key: Buffer; readonly value: Buffer }[]>;
}

const verdict = v.pipe(
  v.number(),
  v.transform((errno): Verdict => (errno === 0 ? 'ok' : errnoName(errno))),
);
const bytes = v.pipe(
  v.string(),
  v.hexadecimal(),
  v.transform((hex) => Buffer.from(hex, 'hex')),
);
const anyBytes = v.union([
  v.pipe(
    v.literal(''),
    v.transform(() => Buffer.alloc(0)),
  ),
  bytes,
]);

const reportLine = v.pipe(
  v.string(),
  v.parseJson(),
  v.variant('type', [
    v.strictObject({
      type: v.literal('program'),
      program: v.string(),
      section: v.string(),
      load: verdict,
      attach: v.nullable(verdict),
      log: v.string(),
    }),
    v.strictObject({ type: v.literal('attached') }),
    v.strictObject({ type: v.literal('record'), map: v.string(), data: anyBytes }),
    v.strictObject({ type: v.literal('entry'), map: v.string(), key: anyBytes, value: anyBytes }),
    v.strictObject({ type: v.literal('error'), what: v.string(), errno: verdict, log: v.string() }),
  ]),
);
type ReportLine = v.InferOutput<typeof reportLine>;

/**
 * Loads every program of the object, each on its own: one that is refused does not hide the others. With `attach`,
 * those that load are attached, and detached again before this resolves.
 */
export async function loadPrograms(
  objectPath: string,
  options: { readonly attach: boolean },
): Promise<readonly ProgramVerdict[]> {
  await ensureTracefs();
  const output = await mustRun(await loaderPath(), [
    'verify',
    ...(options.attach ? ['--attach'] : []),
    objectPath,
  ]);
  return parseVerdicts(output);
}

/** What `loader verify` printed. */
export function parseVerdicts(output: string): readonly ProgramVerdict[] {
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => programVerdict(parseLine(line)));
}

/**
 * Loads the object as a whole, as a libbpf skeleton does, attaches every program, calls `during`, then reads the ring
 * buffers and the named maps. Rejects where the object does not load; an attach that fails is in the result.
 */
export async function runPrograms(
  objectPath: string,
  options: { readonly maps?: readonly string[]; readonly during: () => Promise<unknown> },
): Promise<RunResult> {
  await ensureTracefs();
  const child = spawn(await loaderPath(), ['run', objectPath, ...(options.maps ?? [])], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  const programs: ProgramVerdict[] = [];
  const records: { map: string; data: Buffer }[] = [];
  const maps = new Map<string, { key: Buffer; value: Buffer }[]>(options.maps?.map((name) => [name, []]));
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const report = parseLine(line);
      switch (report.type) {
        case 'attached':
          await options.during();
          child.stdin.end();
          break;
        case 'record':
          records.push(report);
          break;
        case 'entry':
          maps.get(report.map)?.push(report);
          break;
        case 'program':
        case 'error':
          programs.push(programVerdict(report));
      }
    }
  } finally {
    child.kill();
    await closed;
  }
  return { programs, records, maps };
}

function programVerdict(report: ReportLine): ProgramVerdict {
  if (report.type === 'program') return { ...report, attach: report.attach ?? undefined };
  if (report.type === 'error') throw new Error(`${report.what}: ${report.errno}\n${report.log}`);
  throw new Error(`unexpected line: ${report.type}`);
}

function parseLine(line: string): ReportLine {
  return v.parse(reportLine, line);
}

function errnoName(errno: number): string {
  // The kernel's sources call 95 EOPNOTSUPP.
  const names = Object.entries(constants.errno).filter(([name]) => name !== 'ENOTSUP');
  return names.find(([, value]) => value === errno)?.[0] ?? `errno ${errno}`;
}

function loaderPath(): Promise<string> {
  return buildLoader('cc', []);
}

/** The path of the loader, built by a C compiler of this machine or of another. */
export async function buildLoader(compiler: string, flags: readonly string[]): Promise<string> {
  const folder = fileURLToPath(new URL('loader/', import.meta.url));
  const files = (await readdir(folder)).sort().map((name) => join(folder, name));
  const contents = await Promise.all(files.map((file) => readFile(file)));
  return cached('loader', [compiler, ...flags, ...contents], async (output) => {
    const sources = files.filter((file) => file.endsWith('.c'));
    const libraries = ['-lbpf', '-lelf', '-lz', '-lpthread'];
    const common = ['-std=gnu11', '-O2', '-Wall', '-Wextra'];
    await mustRun(compiler, [...common, ...sources, '-o', output, ...flags, ...libraries]);
  });
}
