/** Options that the commands share which work on hosts. */
import { join, resolve } from 'node:path';
import { tmpdir } from 'node:os';
import type { BuildOptions, Places, RunOptions, SshOptions, Target } from '#runner/model';
import { UsageError } from './command';
import type { Io } from './command';
import { terminalUi } from './terminal';

export const hostOptions = {
  host: { type: 'string', multiple: true, default: [] as string[] },
  local: { type: 'boolean', default: false },
  'ssh-config': { type: 'string' },
  verbose: { type: 'boolean', short: 'v', default: false },
} as const;

export const buildOptions = {
  clang: { type: 'string' },
  'clang-flag': { type: 'string', multiple: true, default: [] as string[] },
  program: { type: 'string', multiple: true, default: [] as string[] },
} as const;

export const hostUsage = '[--host HOST]… [--local] [--ssh-config FILE]';

interface HostValues {
  readonly host: readonly string[];
  readonly local: boolean;
  readonly 'ssh-config'?: string | undefined;
  readonly verbose: boolean;
}

/** Where, and how to get there. Without a host, on this machine. */
export function hostsOf(values: HostValues, io: Io): Omit<RunOptions, 'source'> {
  const remote = values.host.map((host): Target => ({ kind: 'ssh', host }));
  const local: Target[] = values.local || remote.length === 0 ? [{ kind: 'local' }] : [];
  return {
    targets: [...local, ...remote],
    ui: terminalUi(io, { verbose: values.verbose }),
    places: placesOf(io),
    ssh: sshOf(values, io),
  };
}

export function sshOf(values: Pick<HostValues, 'ssh-config'>, io: Io): SshOptions {
  const config = values['ssh-config'];
  return { args: config === undefined ? [] : ['-F', resolve(io.cwd, config)] };
}

export function placesOf({ dist, cacheDir }: Io): Places {
  return {
    agents: join(dist, 'agent'),
    askpass: join(dist, 'askpass.js'),
    cache: cacheDir ?? join(tmpdir(), 'ebpf-workbench-cache'),
  };
}

interface BuildValues {
  readonly clang?: string | undefined;
  readonly 'clang-flag': readonly string[];
}

export function buildOf(values: BuildValues): BuildOptions {
  return {
    ...(values.clang !== undefined && { clang: values.clang }),
    flags: values['clang-flag'],
  };
}

/** The one file of a command line. */
export function fileOf(positionals: readonly string[], io: Io): string {
  const [file, ...rest] = positionals;
  if (file === undefined) throw new UsageError('no file: give a .bpf.c, or an object');
  if (rest.length > 0) throw new UsageError(`one file at a time, not also ${rest.join(' ')}`);
  return resolve(io.cwd, file);
}

/** `500ms`, `10s`, `2m`, or seconds as a number. Milliseconds. */
export function durationOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match?.[2] ?? 's'];
  if (!match || unit === undefined) throw new UsageError(`--${name} takes a time such as 10s, not ${text}`);
  return Number(match[1]) * unit;
}
