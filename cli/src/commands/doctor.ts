/** `doctor`: whether programs can be built here and run on hosts, and what to do where not. */
import { examineBuildTools } from '#runner/doctor/build-tools';
import { examineHosts } from '#runner/doctor/hosts';
import { oneOf, readArguments } from '../arguments';
import { exitCode, UsageError } from '../command';
import type { Command } from '../command';
import { examinationJson, examinationText } from '../format/examination';
import { buildOptions, hostOptions, hostsOf, hostUsage } from '../target';

const formats = ['text', 'json'] as const;
const reports = { text: examinationText, json: examinationJson };

export const doctor: Command = {
  name: 'doctor',
  usage: `doctor ${hostUsage} [--format text|json] [--clang PATH]`,
  summary: 'see whether programs can be built here and run on hosts, and what to do where not',
  async run(args, io) {
    const { values, positionals } = readArguments(args, {
      ...hostOptions,
      clang: buildOptions.clang,
      format: { type: 'string', default: 'text' },
    });
    if (positionals.length > 0) throw new UsageError(`not understood: ${positionals.join(' ')}`);
    const format = oneOf('format', values.format, formats);
    const signal = io.interrupted?.() ?? new AbortController().signal;
    const [tools, hosts] = await Promise.all([
      examineBuildTools(values.clang),
      examineHosts(hostsOf(values, io), signal),
    ]);
    io.out(reports[format]({ tools, hosts }, io.colour));
    if (hosts.some(({ failure }) => failure !== undefined)) return exitCode.missing;
    const problems = [...tools, ...hosts.flatMap(({ findings }) => findings)];
    return problems.some(({ state }) => state === 'problem') ? exitCode.findings : exitCode.fine;
  },
};
