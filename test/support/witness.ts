/**
 * Processes in known places (PID namespaces, a cgroup, a user) that say what /proc says of them, to compare with
 * what a BPF program reads in them. Needs root and unshare, mount, setpriv of util-linux.
 */
import { readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { mustRun } from '#support/process';

/** What is true of a process, by /proc. */
export interface ProcessTruth {
  readonly hostPid: number;
  readonly hostPpid: number;
  /** As the process itself sees them; a parent outside the namespace is 0. */
  readonly nsPid: number;
  readonly nsPpid: number;
  /** The inode number of /proc/self/ns/pid. */
  readonly pidNsId: number;
  readonly uid: number;
  readonly comm: string;
  /** The inode number of the cgroup's directory. */
  readonly cgroupId: number;
}

const container = ['unshare', '--pid', '--fork', '--mount'];
const first = ['sh', '-c', '"$@"; exit', 'first'];

/** Where a process can be, as the command that brings another one there. */
export const places = {
  'on the host': ['unshare', '--mount'],
  'as the first process of a PID namespace': container,
  'as a later process of a PID namespace': [...container, ...first],
  'in a namespace inside a namespace': [...container, ...first, ...container],
  'with another PID namespace for its children': ['unshare', '--pid'],
} as const;

export type Place = keyof typeof places;

/** Prints a status file of /proc, line by line after a word, without starting another process. */
const tell = `tell() { while read -r line; do echo "$2 $line"; done < "$1"; }`;

/**
 * A shell that says what /proc says of it, in its own PID namespace and on the host, whose /proc it keeps in
 * reach at $1. It goes into the cgroup $2 and becomes user 12345.
 */
const witness = `
  echo 0 > "$2/cgroup.procs" && mount --bind /proc "$1" && mount -t proc proc /proc || exit
  exec setpriv --reuid 12345 --clear-groups sh -c '
    ${tell}
    tell /proc/self/status inside
    tell "$1/self/status" outside
    echo "namespace $(stat -L -c %i /proc/self/ns/pid)"
    exit' witness "$1"`;

/** The same for a process that cannot start another: its children are to live in a namespace that it left. */
const lonelyWitness = `
  echo 0 > "$2/cgroup.procs"
  ${tell}
  tell /proc/self/status inside
  tell /proc/self/status outside
  exit`;

/** Runs a process there to its end. Its last act is `exit_group()`. To be called in a test. */
export async function runWitness(place: Place): Promise<ProcessTruth> {
  const cgroup = await makeCgroup();
  const folder = await mkdtemp(join(tmpdir(), 'ebpf-workbench-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const script = place === 'with another PID namespace for its children' ? lonelyWitness : witness;
  const [tool, ...args] = places[place];
  return truth(await mustRun(tool, [...args, 'sh', '-c', script, 'sh', folder, cgroup]), cgroup);
}

function truth(output: string, cgroup: string): ProcessTruth {
  const field = (side: string, name: string) =>
    new RegExp(`^${side} ${name}:\\s+(\\S+)`, 'm').exec(output)?.[1] ?? `${name} is missing in ${output}`;
  const namespace = /^namespace (\d+)$/m.exec(output)?.[1];
  return {
    hostPid: Number(field('outside', 'Tgid')),
    hostPpid: Number(field('outside', 'PPid')),
    nsPid: Number(field('inside', 'Tgid')),
    nsPpid: Number(field('inside', 'PPid')),
    pidNsId: namespace === undefined ? statSync('/proc/self/ns/pid').ino : Number(namespace),
    uid: Number(field('outside', 'Uid')),
    comm: field('outside', 'Name'),
    cgroupId: statSync(cgroup).ino,
  };
}

/** A cgroup of its own, in the hierarchy of version 2. */
async function makeCgroup(): Promise<string> {
  const mounts = readFileSync('/proc/self/mounts', 'utf8');
  const root = /^\S+ (\S+) cgroup2 /m.exec(mounts)?.[1];
  if (root === undefined) throw new Error('cgroup2 is not mounted');
  const path = await mkdtemp(join(root, 'ebpf-workbench-'));
  onTestFinished(() => rmdir(path));
  return path;
}
