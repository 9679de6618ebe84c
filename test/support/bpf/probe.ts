/**
 * What a kernel says to programs of two instructions (probe/main.c): a helper or a function of the kernel is called, or a
 * constant returned. Thousands are asked about in a second, since nothing is compiled.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { programKind, type ProgramKind } from '#core/bpf/program-kind';
import { SECTIONS } from '#core/bpf/section-table';
import type { SectionDef } from '#core/bpf/sections';
import type { TypeIndex } from '#core/btf/types';
import { bundledKernel } from '#support/bundled';
import type { Guest } from '#support/guests/guest';
import { mustRun } from '#support/process';
import { cached } from './cache';

export interface Question {
  readonly def: SectionDef;
  /** Of the kinds that need one: a function, a tracepoint, a hook, an iterator, `struct.member` of an operation. */
  readonly target: string | undefined;
  readonly asks: { readonly call: number } | { readonly returns: number } | { readonly kfunc: string };
}

export interface Answer {
  /** 0: loaded. */
  readonly errno: number;
  /** The last line of the verifier's log that is no counter. */
  readonly line: string;
}

/** Gives the probe its input, and what it printed back. */
export type Prober = (input: string) => Promise<string>;

export const localProber: Prober = async (input) => {
  const child = spawn(await buildProbe([]), { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(input);
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (child.exitCode !== 0) throw new Error(`the probe ended with ${child.exitCode ?? 'a signal'}`);
  return output;
};

const guestPath = '/tmp/bpf-probe';

/** Uploads the probe. Guests are x86-64. */
export async function guestProber(guest: Guest): Promise<Prober> {
  await guest.upload(await readFile(await buildProbe(['-static', '-s'])), guestPath);
  return async (input) => (await guest.mustExec([guestPath], { input: Buffer.from(input) })).toString();
}

/**
 * Answers in the order of the questions; undefined where this repository does not know the number of a type. Older kernels
 * are given attach types that they do not know, as libbpf does.
 */
export async function ask(
  questions: readonly Question[],
  prober: Prober,
): Promise<readonly (Answer | undefined)[]> {
  const { types } = await bundledKernel('6.18-microvm-amd64');
  const programTypes = valuesOf(types, 'bpf_prog_type');
  const attachTypes = valuesOf(types, 'bpf_attach_type');
  const lines = questions.map(({ def, target = '-', asks }) => {
    const type = programTypes.get(def.programType);
    const attach = def.attachType === undefined ? 0 : attachTypes.get(def.attachType);
    if (type === undefined || attach === undefined) return undefined;
    return `${type} ${attach} ${flagsOf(def)} ${target} ${asked(asks)}`;
  });
  const output = await prober(lines.flatMap((line) => (line === undefined ? [] : [`${line}\n`])).join(''));
  const answers = output.split('\n').slice(0, -1).map(answer).values();
  return lines.map((line) => (line === undefined ? undefined : answers.next().value));
}

function asked(asks: Question['asks']): string {
  if ('kfunc' in asks) return `kfunc ${asks.kfunc}`;
  return 'call' in asks ? `call ${asks.call}` : `return ${asks.returns}`;
}

function answer(line: string): Answer {
  const [errno = '', said = ''] = line.split('\t');
  return { errno: Number(errno), line: said };
}

function valuesOf(types: TypeIndex, name: string): ReadonlyMap<string, number> {
  return new Map(types.enumeration(name)?.map((value) => [value.name, Number(value.value)]));
}

/** BPF_F_SLEEPABLE */
const flagsOf = ({ sleepable }: SectionDef): number => (sleepable ? 1 << 4 : 0);

/** What the kinds of programs that need a target are asked about with: between them, whatever some target allows. */
const targets: Readonly<Record<string, readonly string[]>> = {
  TRACE_RAW_TP: ['sched_switch', 'sys_enter'],
  // Of the last ones programs may sleep.
  TRACE_FENTRY: ['vfs_read', 'security_file_open', '__x64_sys_getpgid', 'bpf_fentry_test1'],
  TRACE_FEXIT: ['vfs_read', 'security_file_open', '__x64_sys_getpgid', 'bpf_fentry_test1'],
  MODIFY_RETURN: ['security_file_open', '__x64_sys_getpgid', 'bpf_modify_return_test'],
  LSM_MAC: [
    ...['file_open', 'bprm_committed_creds', 'socket_post_create', 'socket_connect', 'sock_graft'],
    ...['inet_csk_clone', 'inet_conn_established', 'task_free'],
  ],
  LSM_CGROUP: [
    'socket_post_create',
    'socket_connect',
    'sock_graft',
    'inet_csk_clone',
    'inet_conn_established',
  ],
  TRACE_ITER: ['task', 'bpf_map', 'bpf_map_elem', 'tcp', 'udp', 'unix', 'netlink', 'cgroup'],
};

export const targetsOf = ({ attachType = '' }: SectionDef): readonly (string | undefined)[] =>
  targets[attachType.replace('BPF_', '')] ?? [undefined];

/** A section of each kind, the first that libbpf has of it; without the flag for packets in fragments, which is newer. */
export function sectionOfKind(): ReadonlyMap<ProgramKind, SectionDef> {
  const sections = new Map<ProgramKind, SectionDef>();
  for (const def of SECTIONS) {
    const kind = programKind(def);
    if (kind !== undefined && !sections.has(kind) && !def.name.startsWith('xdp.frags'))
      sections.set(kind, def);
  }
  return sections;
}

async function buildProbe(flags: readonly string[]): Promise<string> {
  const source = fileURLToPath(new URL('probe/main.c', import.meta.url));
  return cached('probe', [...flags, await readFile(source)], async (output) => {
    const libraries = ['-lbpf', '-lelf', '-lz'];
    await mustRun('cc', ['-O2', '-Wall', '-Wextra', source, '-o', output, ...flags, ...libraries]);
  });
}
