/** `run`: builds a program, runs it on one or more hosts and prints what it says. */
import { startRun } from '#runner/run/start-run';
import { programFailureCodes } from '#runner/model';
import type { FailureCode, HostOutcome, RunSession } from '#runner/model';
import { oneOf, readArguments } from '../arguments';
import { exitCode } from '../command';
import type { Command, ExitCode, Io } from '../command';
import { createDecoders } from '../decoders';
import { jsonLines } from '../format/run-jsonl';
import { table } from '../format/run-table';
import { HostExplainer } from '../host-explainer';
import { buildOf, buildOptions, durationOf, fileOf, hostOptions, hostsOf, hostUsage } from '../target';

const formats = ['table', 'jsonl'] as const;
const outputs = { table, jsonl: jsonLines };

/** Maps that are asked for by name are shown so often, unless `--dump` says. */
const dumpInterval = 1000;

export const run: Command = {
  name: 'run',
  usage:
    `run FILE ${hostUsage} [--duration 10s] [--format table|jsonl] [--map NAME]… [--dump 1s] [--stats] ` +
    '[--program NAME]… [--clang PATH] [--clang-flag FLAG]…',
  summary: 'build a program, run it on hosts and print its events until Ctrl-C; FILE may be an object',
  async run(args, io) {
    const { values, positionals } = readArguments(args, {
      ...hostOptions,
      ...buildOptions,
      duration: { type: 'string' },
      format: { type: 'string', default: 'table' },
      map: { type: 'string', multiple: true, default: [] },
      dump: { type: 'string' },
      stats: { type: 'boolean', default: false },
    });
    const format = oneOf('format', values.format, formats);
    const duration = durationOf('duration', values.duration);
    const dump = durationOf('dump', values.dump) ?? (values.map.length > 0 ? dumpInterval : undefined);
    const path = fileOf(positionals, io);
    const hosts = hostsOf(values, io);
    const explainer = new HostExplainer(path, io.cwd);
    const output = outputs[format]({
      out: (text) => io.out(text),
      err: (text) => io.err(text),
      drawing: {
        colour: io.colour,
        shown: (file) => explainer.sources.shown(file),
        source: (file) => explainer.sources.lines(file),
      },
      decoders: createDecoders(),
      maps: values.map,
      several: hosts.targets.length > 1,
    });
    const session = startRun({
      ...hosts,
      source: { path },
      build: buildOf(values),
      programs: values.program,
      stats: values.stats,
      ...(dump !== undefined && { dumpInterval: dump }),
    });
    const end = endWith(session, io, duration);
    for await (const event of session.events) {
      output.event(event, await explainer.explain(event));
      if (event.type === 'state' && event.state === 'running') end.running();
      await io.drained?.();
    }
    end.over();
    return exitCodeOf(await session.done);
  },
};

/** Stops it when the time is over, when the user has had enough, and when nobody reads any more. */
function endWith(session: RunSession, io: Io, duration: number | undefined) {
  let timer: NodeJS.Timeout | undefined;
  const stop = () => void session.stop();
  const interrupted = io.interrupted?.();
  interrupted?.addEventListener('abort', stop);
  return {
    running() {
      if (duration !== undefined) timer ??= setTimeout(stop, duration);
    },
    over() {
      clearTimeout(timer);
      interrupted?.removeEventListener('abort', stop);
    },
  };
}

export function exitCodeOf(outcomes: readonly HostOutcome[]): ExitCode {
  const ofProgram: ReadonlySet<FailureCode> = new Set(programFailureCodes);
  const failed = outcomes.flatMap(({ failure }) => (failure ? [failure.code] : []));
  if (failed.some((code) => !ofProgram.has(code))) return exitCode.missing;
  const bad = outcomes.some(({ programs }) => programs.bad.length > 0);
  return bad || failed.length > 0 ? exitCode.findings : exitCode.fine;
}
