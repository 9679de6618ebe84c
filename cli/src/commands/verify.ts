/** `verify`: whether the kernels of hosts accept a program. It is loaded, not attached. */
import { startRun } from '#runner/run/start-run';
import type { RunEventOf } from '#runner/model';
import { oneOf, readArguments } from '../arguments';
import type { Command } from '../command';
import { Failures } from '../format/run-output';
import { verdictsJson, verdictsText } from '../format/verdicts';
import type { HostVerdict } from '../format/verdicts';
import { buildOf, buildOptions, fileOf, hostOptions, hostsOf, hostUsage } from '../target';
import { exitCodeOf } from './run';

const formats = ['text', 'json'] as const;
const reports = { text: verdictsText, json: verdictsJson };

export const verify: Command = {
  name: 'verify',
  usage: `verify FILE ${hostUsage} [--format text|json] [--program NAME]… [--clang PATH] [--clang-flag FLAG]…`,
  summary: 'ask the kernels of hosts whether they accept a program, without attaching it',
  async run(args, io) {
    const { values, positionals } = readArguments(args, {
      ...hostOptions,
      ...buildOptions,
      format: { type: 'string', default: 'text' },
    });
    const format = oneOf('format', values.format, formats);
    const session = startRun({
      ...hostsOf(values, io),
      source: { path: fileOf(positionals, io) },
      build: buildOf(values),
      programs: values.program,
      mode: 'verify',
    });
    const stop = () => void session.stop();
    const interrupted = io.interrupted?.();
    interrupted?.addEventListener('abort', stop);
    const verdicts = new Map<string, HostVerdict>();
    const failures = new Failures();
    for await (const event of session.events) {
      const verdict = verdicts.get(event.host) ?? { host: event.host, programs: [] };
      const failed = failures.of(event);
      if (event.type === 'facts') verdict.facts = event.facts;
      else if (event.type === 'program') verdict.programs.push(programOf(event));
      else if (failed) verdict.failure = failed.failure;
      verdicts.set(event.host, verdict);
    }
    interrupted?.removeEventListener('abort', stop);
    io.out(reports[format]([...verdicts.values()], io.colour));
    return exitCodeOf(await session.done);
  },
};

function programOf({ name, section, log, failure, instructions }: RunEventOf<'program'>) {
  return { name, section, log, instructions, ...(failure && { failure }) };
}
