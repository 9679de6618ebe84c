/** Every snippet compiles and loads; what the process-information recipes read is what /proc says. */
import { readFileSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, rm, rmdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { compileBpf } from '#support/bpf/compile';
import { loadPrograms, runPrograms } from '#support/bpf/loader';
import { requireKernel } from '#support/bpf/requirements';
import { mustRun } from '#support/process';
import { describeUnless } from '#support/requirement';
import { expandSnippet, readSnippets } from '#support/snippets';

const prelude = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";
`;

/** What a snippet needs around it to be a program. */
const surroundings: Readonly<Record<string, (body: string) => string>> = {
  'bpf-program': (body) => body,
  'bpf-tracepoint': (body) => prelude + body,
  'bpf-map-ringbuf': (body) =>
    `${prelude}${body}\n${handler('bpf_ringbuf_output(&events, &now, sizeof(now), 0);')}`,
  'bpf-map-hash': (body) =>
    `${prelude}${body}\n${handler('bpf_map_update_elem(&counts, &key, &now, BPF_ANY);')}`,
  'bpf-ringbuf-event': (body) =>
    `${prelude}struct event { __u64 time; };\n${ringBuffer}\n${handler(body.replace('\n\n\n', '\nevent->time = now;\n'))}`,
};

const ringBuffer = expandSnippet(
  readSnippets().find(({ prefixes }) => prefixes.includes('bpf-map-ringbuf'))?.body ?? '',
);

function handler(body: string): string {
  return `SEC("tp/syscalls/sys_enter_getpid")
int handle(void *ctx)
{
	__u32 key = 0;
	__u64 now = bpf_ktime_get_ns();

	${body}
	return 0;
}`;
}

/** The recipes: the variable that the snippet declares, as the expression that stores it in `struct seen`. */
const recipes = {
  'bpf-host-pid': 'seen.host_pid = host_pid;',
  'bpf-host-ppid': 'seen.host_ppid = host_ppid;',
  'bpf-ns-pid': 'seen.ns_pid = ns_pid;',
  'bpf-ns-ppid': 'seen.ns_ppid = ns_ppid;',
  'bpf-pid-ns': 'seen.pid_ns_id = pid_ns_id;',
  'bpf-uid': 'seen.uid = uid;',
  'bpf-comm': '__builtin_memcpy(seen.comm, comm, sizeof(comm));',
  'bpf-cgroup-id': 'seen.cgroup_id = cgroup_id;',
} as const;

const bodies = new Map(
  readSnippets().flatMap(({ prefixes, body }) =>
    prefixes.slice(0, 1).map((prefix) => [prefix, expandSnippet(body)] as const),
  ),
);

test('every snippet is tried', () => {
  expect([...bodies.keys()].sort()).toEqual([...Object.keys(surroundings), ...Object.keys(recipes)].sort());
});

/** One handler that runs all recipes, one after the other, and keeps what they read by process. */
const allRecipes = `${prelude}
struct seen {
	__u32 host_pid, host_ppid, ns_pid, ns_ppid, pid_ns_id, uid;
	char comm[16];
	__u64 cgroup_id;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, struct seen);
} processes SEC(".maps");

SEC("tp/syscalls/sys_enter_exit_group")
int on_exit(void *ctx)
{
	struct seen seen = {};
	__u32 key = bpf_get_current_pid_tgid() >> 32;

${Object.entries(recipes)
  .map(([prefix, store]) => `\t{\n${bodies.get(prefix) ?? ''}\n${store}\n\t}`)
  .join('\n')}
	bpf_map_update_elem(&processes, &key, &seen, BPF_ANY);
	return 0;
}
`;

interface Seen {
  readonly hostPid: number;
  readonly hostPpid: number;
  readonly nsPid: number;
  readonly nsPpid: number;
  readonly pidNsId: number;
  readonly uid: number;
  readonly comm: string;
  readonly cgroupId: bigint;
}

function readSeen(value: Buffer): Seen {
  return {
    hostPid: value.readUInt32LE(0),
    hostPpid: value.readUInt32LE(4),
    nsPid: value.readUInt32LE(8),
    nsPpid: value.readUInt32LE(12),
    pidNsId: value.readUInt32LE(16),
    uid: value.readUInt32LE(20),
    comm: value.toString('latin1', 24, 40).replace(/\0.*$/s, ''),
    cgroupId: value.readBigUInt64LE(40),
  };
}

/** Prints a status file of /proc, line by line after a word, without starting another process. */
const tell = `tell() { while read -r line; do echo "$2 $line"; done < "$1"; }`;

/**
 * A shell that says what /proc says of it, in its own PID namespace and on the host, whose /proc it keeps in
 * reach at $1. It goes into the cgroup $2 and becomes user 12345; its last act is the system call that the
 * recipes run at.
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

/** What the recipes must have read in a process, from what it printed. */
function truth(output: string): Omit<Seen, 'cgroupId'> {
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
  };
}

/** A cgroup of its own, in the one hierarchy of version 2. */
async function makeCgroup(): Promise<string> {
  const mounts = readFileSync('/proc/self/mounts', 'utf8');
  const root = /^\S+ (\S+) cgroup2 /m.exec(mounts)?.[1];
  if (root === undefined) throw new Error('cgroup2 is not mounted');
  const path = join(root, `ebpf-workbench-test-${process.pid}`);
  await mkdir(path);
  onTestFinished(() => rmdir(path));
  return path;
}

describeUnless(requireKernel(), 'snippets', () => {
  test.each(Object.keys(surroundings))('%s compiles without a warning and loads', async (prefix) => {
    const source = surroundings[prefix]?.(bodies.get(prefix) ?? '') ?? '';
    const { path, messages } = await compileBpf(source, { flags: ['-Wall', '-Wno-unused'] });
    expect(messages).toBe('');
    expect(await loadPrograms(path, { attach: true })).toMatchObject([{ load: 'ok', attach: 'ok' }]);
  });

  test.each(Object.keys(recipes))('%s compiles without a warning and loads', async (prefix) => {
    const source = prelude + handler(bodies.get(prefix) ?? '');
    const { path, messages } = await compileBpf(source, { flags: ['-Wall', '-Wno-unused'] });
    expect(messages).toBe('');
    expect(await loadPrograms(path, { attach: false })).toMatchObject([{ load: 'ok' }]);
  });

  const container = ['unshare', '--pid', '--fork', '--mount'];
  test.each([
    { where: 'on the host', command: ['unshare', '--mount'], script: witness, expected: {} },
    {
      where: 'as the first process of a PID namespace',
      command: container,
      script: witness,
      expected: { nsPid: 1, nsPpid: 0 },
    },
    {
      where: 'as a later process of a PID namespace',
      command: [...container, 'sh', '-c', '"$@"; exit', 'first'],
      script: witness,
      expected: { nsPpid: 1 },
    },
    {
      where: 'in a namespace inside a namespace',
      command: [...container, 'sh', '-c', '"$@"; exit', 'first', ...container],
      script: witness,
      expected: { nsPid: 1, nsPpid: 0 },
    },
    {
      where: 'with another PID namespace for its children',
      command: ['unshare', '--pid'],
      script: lonelyWitness,
      expected: { pidNsId: statSync('/proc/self/ns/pid').ino },
    },
  ])('the recipes read what /proc says $where', async ({ command, script, expected }) => {
    const { path } = await compileBpf(allRecipes);
    const cgroup = await makeCgroup();
    const folder = await mkdtemp(join(tmpdir(), 'ebpf-workbench-'));
    onTestFinished(() => rm(folder, { recursive: true }));

    let output = '';
    const [tool, ...args] = [...command, 'sh', '-c', script, 'sh', folder, cgroup];
    const { maps } = await runPrograms(path, {
      maps: ['processes'],
      during: async () => {
        output = await mustRun(tool ?? '', args);
      },
    });

    const wanted = { ...truth(output), cgroupId: BigInt((await stat(cgroup)).ino) };
    expect(wanted).toMatchObject(expected);
    const seen = maps.get('processes')?.map(({ value }) => readSeen(value));
    expect(seen?.find(({ hostPid }) => hostPid === wanted.hostPid)).toEqual(wanted);
  });
});
