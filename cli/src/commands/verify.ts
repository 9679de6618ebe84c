/** `verify`: whether the kernels of hosts accept a program. It is loaded, not attached. */
import { relative } from 'node:path';
import type { Explanation } from '#core/verifier/model';
import { startRun } from '#runner/run/start-run';
import type { RunEventOf } from '#runner/model';
import { oneOf, readArguments } from '../arguments';
import type { Command } from '../command';
import { Failures } from '../format/run-output';
import { verdictsJson, verdictsText } from '../format/verdicts';
import type { HostVerdict, ProgramVerdict } from '../format/verdicts';
import { verdictsSarif } from '../format/verdicts-sarif';
import { proposeFixes } from '../fixes';
import { HostExplainer } from '../host-explainer';
import { buildOf, buildOptions, fileOf, hostOptions, hostsOf, hostUsage } from '../target';
import { exitCodeOf } from './run';

const formats = ['text', 'json', 'sarif'] as const;
const reports = { text: verdictsText, json: verdictsJson, sarif: verdictsSarif };

export const verify: Command = {
  name: 'verify',
  usage: `verify FILE ${hostUsage} [--format text|json|sarif] [--program NAME]… [--clang PATH] [--clang-flag FLAG]…`,
  summary: 'ask the kernels of hosts whether they accept a program, without attaching it',
  async run(args, io) {
    const { values, positionals } = readArguments(args, {
      ...hostOptions,
      ...buildOptions,
      format: { type: 'string', default: 'text' },
    });
    const format = oneOf('format', values.format, formats);
    const path = fileOf(positionals, io);
    const session = startRun({
      ...hostsOf(values, io),
      source: { path },
      build: buildOf(values),
      programs: values.program,
      mode: 'verify',
    });
    const stop = () => void session.stop();
    const interrupted = io.interrupted?.();
    interrupted?.addEventListener('abort', stop);
    const verdicts = new Map<string, HostVerdict>();
    const failures = new Failures();
    const explainer = new HostExplainer(path, io.cwd);
    for await (const event of session.events) {
      const verdict = verdicts.get(event.host) ?? { host: event.host, programs: [], explanations: [] };
      const failed = failures.of(event);
      const explanations = await explainer.explain(event);
      if (event.type === 'facts') verdict.facts = event.facts;
      else if (event.type === 'program') verdict.programs.push(programOf(event, explanations));
      else if (failed) {
        verdict.failure = failed.failure;
        verdict.explanations.push(...explanations);
      }
      verdicts.set(event.host, verdict);
    }
    interrupted?.removeEventListener('abort', stop);
    const { sources } = explainer;
    const explained = [...verdicts.values()].flatMap(({ programs, explanations }) => [
      ...programs.flatMap(({ explanation }) => explanation ?? []),
      ...explanations,
    ]);
    io.out(
      reports[format]([...verdicts.values()], {
        file: relative(io.cwd, path),
        colour: io.colour,
        shown: (file) => sources.shown(file),
        source: (file) => sources.lines(file),
        fixes: await proposeFixes(explained, io, sources),
      }),
    );
    return exitCodeOf(await session.done);
  },
};

function programOf(
  { name, section, log, failure, instructions }: RunEventOf<'program'>,
  [explanation]: readonly Explanation[],
): ProgramVerdict {
  return {
    name,
    section,
    log,
    instructions,
    ...(failure && { failure }),
    ...(explanation && { explanation }),
  };
}
