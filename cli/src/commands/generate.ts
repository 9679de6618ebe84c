/** `generate`: complete handlers for tracepoints, as a new file or into one that is there. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ProcessFact, type GenerateOptions } from '#core/messages/generate-handler';
import { generateHandler, type Destination, type HandlerResult } from '#server/features/generate-handler';
import { createHeaderStore } from '#server/headers/store';
import type { KernelView } from '#server/view';
import { openAnalyzer } from '../analyzer';
import { oneOf, readArguments } from '../arguments';
import { exitCode, MissingError, UsageError } from '../command';
import type { Command, Io } from '../command';
import { chooseKernel } from '../kernel';

export const generate: Command = {
  name: 'generate',
  usage:
    'generate CATEGORY:NAME… [--kernel KERNEL] [--also-check KERNEL]… [--fields A,B] [--pair] ' +
    '[--ringbuf|--perfbuf|--printk] [--process FACT,…] [--pid N] [--comm NAME] [--failed] ' +
    '[--loader c|go] [-o FILE] [--force]',
  summary: 'write handlers for events: into FILE where it is there, else as a new program',
  async run(args, io) {
    const { values, positionals } = readArguments(args, {
      kernel: { type: 'string' },
      'also-check': { type: 'string', multiple: true, default: [] },
      fields: { type: 'string' },
      pair: { type: 'boolean', default: false },
      ringbuf: { type: 'boolean', default: false },
      perfbuf: { type: 'boolean', default: false },
      printk: { type: 'boolean', default: false },
      process: { type: 'string' },
      pid: { type: 'string' },
      comm: { type: 'string' },
      failed: { type: 'boolean', default: false },
      loader: { type: 'string' },
      output: { type: 'string', short: 'o' },
      force: { type: 'boolean', default: false },
    });
    const options = optionsOf(positionals, values);
    if (options.loader !== undefined && values.output === undefined)
      throw new UsageError('a loader is files beside the program: give -o FILE');
    const path = values.output === undefined ? undefined : resolve(io.cwd, values.output);
    const kernel = await chooseKernel(values.kernel, io, {
      alsoKnown: true,
      alsoCheck: values['also-check'],
    });
    const generated = generateHandler(kernel.view, options, await destinationOf(path, kernel.view, io));
    await kernel.idle;
    if (!generated.ok) {
      io.err(`ebpf-workbench generate: ${generated.message}\n`);
      return exitCode.findings;
    }
    for (const note of generated.value.notes) io.err(`note: ${note}\n`);
    if (path === undefined) io.out(generated.value.text);
    else await write(path, generated.value, values.force);
    return exitCode.fine;
  },
};

interface Values {
  readonly fields?: string;
  readonly pair: boolean;
  readonly ringbuf: boolean;
  readonly perfbuf: boolean;
  readonly printk: boolean;
  readonly process?: string;
  readonly pid?: string;
  readonly comm?: string;
  readonly failed: boolean;
  readonly loader?: string;
}

function optionsOf(positionals: readonly string[], values: Values): GenerateOptions {
  const events = positionals.map((text) => {
    const [, category, name] = /^([^:/]+)[:/]([^:/]+)$/.exec(text) ?? [];
    if (category === undefined || name === undefined)
      throw new UsageError(`an event is written category:name, not ${text}`);
    return { category, name };
  });
  const [first] = events;
  if (first === undefined) throw new UsageError('no event');
  const fields = listOf(values.fields);
  if (fields !== undefined && events.length > 1) throw new UsageError('--fields is for one event');
  const deliveries = (['ringbuf', 'perfbuf', 'printk'] as const).filter((delivery) => values[delivery]);
  if (deliveries.length > 1) throw new UsageError(`one of --${deliveries.join(', --')}`);
  const [delivery] = deliveries;
  const filter = {
    ...(values.pid !== undefined && { pid: processId(values.pid) }),
    ...(values.comm !== undefined && { comm: values.comm }),
    ...(values.failed && { failed: true }),
  };
  return {
    events: fields === undefined ? events : [{ ...first, fields }],
    ...(delivery !== undefined && { delivery }),
    ...(values.pair && { pair: true }),
    ...(Object.keys(filter).length > 0 && { filter }),
    ...(values.process !== undefined && {
      process: (listOf(values.process) ?? []).map((fact) => oneOf('process', fact, ProcessFact.options)),
    }),
    ...(values.loader !== undefined && { loader: oneOf('loader', values.loader, ['c', 'go']) }),
  };
}

/** The words of `a,b`; none for the empty text. */
function listOf(text: string | undefined): string[] | undefined {
  return text?.split(',').filter((word) => word !== '');
}

function processId(text: string): number {
  const pid = Number(text);
  if (!/^\d+$/.test(text) || pid < 1 || pid > 0x7fffffff)
    throw new UsageError(`--pid takes a process id, not ${text}`);
  return pid;
}

/** The file as an editor would have it open, or the name of a new one. */
async function destinationOf(path: string | undefined, kernel: KernelView, io: Io): Promise<Destination> {
  if (path === undefined) return {};
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new MissingError(`${path} cannot be read: ${messageOf(error)}`);
  });
  if (text === undefined) return { baseName: basename(path).replace(/(?:\.bpf)?\.c$/, '') };
  const analyzer = await openAnalyzer(io);
  const file = analyzer.open(text);
  const source = file.analysis;
  file.dispose();
  const uri = pathToFileURL(path).href;
  const headers = await createHeaderStore(analyzer).load(uri, source.includes, [io.cwd]);
  return { document: { uri, text, source, headers, kernel } };
}

/** The program, and the files beside it, of which none that is there is overwritten unless forced. */
async function write(path: string, { text, files }: HandlerResult, force: boolean): Promise<void> {
  const folder = dirname(path);
  for (const { name } of files) {
    const isThere = await stat(join(folder, name)).then(
      () => true,
      () => false,
    );
    if (isThere && !force)
      throw new UsageError(`${join(folder, name)} is there already: --force overwrites it`);
  }
  for (const file of [{ name: basename(path), text }, ...files]) {
    await writeFile(join(folder, file.name), file.text).catch((error: unknown) => {
      throw new MissingError(`${join(folder, file.name)} cannot be written: ${messageOf(error)}`);
    });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
