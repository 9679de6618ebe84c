/** `explain`: what a verifier's log means, or the whole output of a loader. */
import { isAscii } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { BpfObject } from '#core/elf/bpf-object';
import { readBpfObject } from '#core/elf/bpf-object';
import { createOutputExplainer } from '#core/verifier/explain-output';
import { createLogParser } from '#core/verifier/log';
import type { VerifierOutput } from '#core/verifier/model';
import { oneOf, readArguments } from '../arguments';
import { exitCode, MissingError, UsageError } from '../command';
import type { Command, Io } from '../command';
import { proposeFixes } from '../fixes';
import { explainedLogs } from '../format/explained-logs';
import { filesOfLogs, filesOfObject, SourceFiles } from '../sources';

const formats = ['text', 'json', 'sarif'] as const;

/** As much is read at once. */
const partBytes = 1 << 16;

export const explain: Command = {
  name: 'explain',
  usage: 'explain LOGFILE|- [--object FILE] [--format text|json|sarif]',
  summary:
    'say what a verifier log means, or the output of a loader; with the object, on the lines of its source',
  async run(args, io) {
    const { values: options, positionals } = readArguments(args, {
      object: { type: 'string' },
      format: { type: 'string', default: 'text' },
    });
    const format = oneOf('format', options.format, formats);
    const [name, ...others] = positionals;
    if (name === undefined) throw new UsageError('no log: give a file, or - for stdin');
    if (others.length > 0) throw new UsageError(`one log at a time, not also ${others.join(' ')}`);
    const object = options.object === undefined ? undefined : await readObject(options.object, io);
    const output = await readLog(name, io);
    const folders = [options.object, name === '-' ? undefined : name].filter((path) => path !== undefined);
    const sources = new SourceFiles(
      io.cwd,
      folders.map((path) => dirname(resolve(io.cwd, path))),
    );
    await sources.read([...filesOfLogs(output), ...(object ? filesOfObject(object) : [])]);
    const { value, problems } = createOutputExplainer().explain(output, {
      source: (file) => sources.lines(file),
      ...(object && { object }),
    });
    const explanations = value.map((one) => sources.place(one));
    if (output.programs.length === 0 && explanations.length === 0) {
      throw new MissingError(`${name} has no verifier log in it, and nothing that libbpf says`);
    }
    for (const message of new Set(problems.map((problem) => problem.message))) io.err(`note: ${message}\n`);
    const log = name === '-' ? undefined : name;
    const fixes = await proposeFixes(explanations, io, sources);
    io.out(explainedLogs[format]({ output, explanations, sources, fixes, log, colour: io.colour }));
    return explanations.length > 0 ? exitCode.findings : exitCode.fine;
  },
};

async function readLog(name: string, io: Io): Promise<VerifierOutput> {
  const parser = createLogParser();
  const decoder = new TextDecoder();
  try {
    const parts =
      name === '-' ? io.input() : createReadStream(resolve(io.cwd, name), { highWaterMark: partBytes });
    for await (const part of parts as AsyncIterable<Uint8Array>) {
      parser.push(decoded(part, decoder));
    }
  } catch (error) {
    throw unreadable(name, error);
  }
  return parser.end().value;
}

/** Logs are ASCII but for names in the source, and ASCII is read in half the time. */
function decoded(part: Uint8Array, decoder: InstanceType<typeof TextDecoder>): string {
  if (!isAscii(part)) return decoder.decode(part, { stream: true });
  return Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('latin1');
}

async function readObject(name: string, io: Io): Promise<BpfObject> {
  const bytes = await readFile(resolve(io.cwd, name)).catch((error: unknown) => {
    throw unreadable(name, error);
  });
  const { value, problems } = readBpfObject(bytes);
  for (const { message } of problems) io.err(`note: ${name}: ${message}\n`);
  return value;
}

function unreadable(name: string, error: unknown): MissingError {
  return new MissingError(
    `${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
  );
}
