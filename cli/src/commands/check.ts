/** `check`: the editor's diagnostics, for terminals and CI. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkSource } from '#server/check-source';
import { createHeaderStore } from '#server/headers/store';
import { openAnalyzer } from '../analyzer';
import { oneOf, readArguments } from '../arguments';
import { exitCode, MissingError, UsageError } from '../command';
import type { Command, Io } from '../command';
import { jsonReport } from '../format/json';
import type { CheckedFile } from '../format/report';
import { sarifReport } from '../format/sarif';
import { textReport } from '../format/text';
import { chooseKernel } from '../kernel';
import { objectsFor } from '../objects';
import { buildOf } from '../target';

const formats = ['text', 'json', 'sarif'] as const;
const reports = { text: textReport, json: jsonReport, sarif: sarifReport };

export const check: Command = {
  name: 'check',
  usage:
    'check FILE… [--kernel KERNEL] [--also KERNEL]… [--format text|json|sarif] [--compile [--clang PATH] [--clang-flag FLAG]… | --object OBJECT]',
  summary: 'report what the kernel would refuse; a folder means its *.bpf.c files',
  async run(args, io) {
    const { values, positionals } = readArguments(args, {
      kernel: { type: 'string' },
      also: { type: 'string', multiple: true, default: [] },
      format: { type: 'string', default: 'text' },
      compile: { type: 'boolean', default: false },
      object: { type: 'string' },
      clang: { type: 'string' },
      'clang-flag': { type: 'string', multiple: true, default: [] },
    });
    const format = oneOf('format', values.format, formats);
    if (positionals.length === 0) throw new UsageError('no file to check');
    const paths = (await Promise.all(positionals.map((path) => sources(path, io)))).flat();
    const [kernel, analyzer] = await Promise.all([
      chooseKernel(values.kernel, io, { alsoKnown: true, alsoCheck: values.also, withoutUnreadable: true }),
      openAnalyzer(io),
    ]);
    const objects = objectsFor({ ...values, build: buildOf(values) }, paths, kernel.view.index, io);
    const headers = createHeaderStore(analyzer);
    const files: CheckedFile[] = [];
    for (const path of paths) {
      const text = await readSource(path);
      const uri = pathToFileURL(path).href;
      const findings = await checkSource(text, {
        analyzer,
        kernel: kernel.view,
        uri,
        object: await objects.of(path, uri, text),
        headers: (from, includes) => headers.load(from, includes, [io.cwd]),
      });
      files.push({ path: relative(io.cwd, path) || path, uri, text, findings });
    }
    await objects.dispose();
    const { view } = kernel;
    const problems = [...kernel.problems, ...objects.problems];
    for (const problem of problems) io.err(`ebpf-workbench check: ${problem}\n`);
    io.out(reports[format](files, { kernel: view, problems, colour: io.colour }));
    const errors = files.some(({ findings }) => findings.some(({ severity }) => severity === 'error'));
    await kernel.idle;
    // What was asked for and could not be checked is not fine.
    if (!errors && problems.length > 0) return exitCode.missing;
    return errors ? exitCode.findings : exitCode.fine;
  },
};

async function sources(argument: string, io: Io): Promise<string[]> {
  const path = resolve(io.cwd, argument);
  const facts = await stat(path).catch(() => undefined);
  if (!facts) throw new MissingError(`${argument} does not exist`);
  if (!facts.isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true });
  return entries
    .filter((entry) => entry.endsWith('.bpf.c') && !entry.includes('node_modules'))
    .sort()
    .map((entry) => join(path, entry));
}

async function readSource(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new MissingError(
      `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
