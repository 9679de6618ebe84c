/** All checks at once, on a program of 150 handlers and a kernel of 59,000 functions, beside clangd in the same run. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { nodeArguments } from '#client/node-arguments';
import { openBundledKernel } from './bundled';
import { Peer, type PeerCommand } from './peer';
import { goal, table } from './section';
import type { Bench, Section } from './section';
import { median, milliseconds, quantile } from './statistics';

const functions = 59_000;
const handlers = 150;
const kprobes = [
  'do_unlinkat',
  'tcp_v4_connect',
  'vfs_read',
  'vfs_write',
  'ip_rcv',
  'schedule',
  'do_filp_open',
];

interface Measured {
  readonly completion: readonly number[];
  readonly hover: readonly number[];
  readonly edit: readonly number[];
  readonly peak: number;
}

export const everything: Section = {
  name: 'everything',
  async measure(bench: Bench) {
    const { dist, workspace } = bench;
    const kernel = { kind: 'directory', path: await kernelDirectory(bench) };
    const file = join(workspace.folder, 'everything.bpf.c');
    const text = program();
    writeFileSync(file, text);
    const ours: PeerCommand = {
      name: 'ours',
      command: process.execPath,
      // As the extension starts it.
      args: [...nodeArguments, join(dist, 'server.js'), '--stdio'],
      initializationOptions: { kernel },
    };
    const clangd: PeerCommand = {
      name: 'clangd',
      command: 'clangd',
      args: ['--log=error', '--background-index=false'],
    };
    const [mine, theirs] = [
      await measured(ours, file, workspace.folder, text, 400),
      await measured(clangd, file, workspace.folder, text, 60),
    ];
    const rows = [
      row('completion of a name behind `kprobe/`, p99', [quantile(mine.completion, 0.99)], 5),
      row('completion, p50', [median(mine.completion), median(theirs.completion)]),
      row('hover on a parameter, p99', [quantile(mine.hover, 0.99), quantile(theirs.hover, 0.99)], 5),
      row('diagnostics after an edit, p95', [quantile(mine.edit, 0.95), quantile(theirs.edit, 0.95)], 30),
      [
        'peak resident memory (VmHWM)',
        `${mine.peak.toFixed(0)} MB`,
        `${theirs.peak.toFixed(0)} MB`,
        goal(mine.peak, 130, 'MB'),
      ],
    ];
    return `## With everything on

${handlers} handlers of tracepoints, kprobes, fentry, system calls, XDP and LSM in one file, on a kernel of ${functions.toLocaleString('en')} functions; all checks run after
each edit. clangd gets the same messages; behind \`kprobe/\` it has nothing to say, so its completion is that of a name in a body.

${table(['', 'eBPF Workbench', 'clangd', 'target'], rows)}`;
  },
};

function row(
  what: string,
  [ours = NaN, theirs = NaN]: readonly number[],
  target?: number,
): readonly string[] {
  const shown = Number.isNaN(theirs) ? '–' : milliseconds(theirs);
  return [what, milliseconds(ours), shown, target === undefined ? '' : goal(ours, target, 'ms')];
}

/** This machine's kernel, with as many functions as a distribution's has. */
async function kernelDirectory({ dist, workspace }: Bench): Promise<string> {
  const path = join(workspace.folder, 'kernel');
  mkdirSync(path);
  for (const name of ['available_events', 'events'])
    symlinkSync(join('/sys/kernel/tracing', name), join(path, name));
  symlinkSync('/sys/kernel/btf/vmlinux', join(path, 'vmlinux.btf'));
  const { types } = await openBundledKernel(dist, '6.18-microvm-amd64');
  const names = types.funcNames();
  const list = Array.from({ length: functions }, (_, n) => {
    const name = names[n % names.length] ?? '';
    return n < names.length ? name : `${name}_copy`;
  });
  writeFileSync(join(path, 'available_filter_functions'), `${list.join('\n')}\n`);
  return path;
}

/** The handlers take turns; the first one is a kprobe, and is what is edited. */
function program(): string {
  const forms = [
    (n: number) =>
      `SEC("kprobe/${kprobes[n % kprobes.length] ?? ''}")\nint BPF_KPROBE(kprobe_${n}, int first)\n{\n\tbpf_printk("%d", first);\n\treturn 0;\n}\n`,
    (n: number) =>
      `SEC("tp/syscalls/sys_enter_openat")\nint tp_${n}(struct trace_event_raw_sys_enter *ctx)\n{\n\tstruct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);\n\tif (!e)\n\t\treturn 0;\n\tbpf_probe_read_user_str(e->name, sizeof(e->name), (void *)ctx->args[1]);\n\tbpf_ringbuf_submit(e, 0);\n\treturn 0;\n}\n`,
    (n: number) =>
      `SEC("fentry/do_unlinkat")\nint BPF_PROG(fentry_${n}, int dfd, struct filename *name)\n{\n\tbpf_printk("%d %s", dfd, BPF_CORE_READ(name, name));\n\treturn 0;\n}\n`,
    (n: number) =>
      `SEC("ksyscall/openat")\nint BPF_KSYSCALL(ksyscall_${n}, int dfd, const char *filename)\n{\n\tchar name[16];\n\tbpf_probe_read_user_str(name, sizeof(name), filename);\n\treturn name[0];\n}\n`,
    (n: number) =>
      `SEC("tp_btf/sched_switch")\nint BPF_PROG(tp_btf_${n}, bool preempt, struct task_struct *prev)\n{\n\tbpf_rcu_read_lock();\n\tbpf_printk("%d", prev->real_parent->tgid);\n\tbpf_rcu_read_unlock();\n\treturn 0;\n}\n`,
    (n: number) =>
      `SEC("xdp")\nint xdp_${n}(struct xdp_md *ctx)\n{\n\treturn ctx->data_end - ctx->data > 64 ? XDP_PASS : XDP_DROP;\n}\n`,
    (n: number) =>
      `SEC("lsm/file_open")\nint BPF_PROG(lsm_${n}, struct file *file)\n{\n\treturn file->f_flags & 1 ? -1 : 0;\n}\n`,
  ];
  const bodies = Array.from({ length: handlers }, (_, n) => forms[n % forms.length]?.(n) ?? '');
  return `${head}${bodies.join('\n')}`;
}

const head = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;
struct event { char name[16]; };
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 262144); } events SEC(".maps");

`;
/** Zero-based: the first handler's section, and its only statement. */
const section = head.split('\n').length - 1;
const statement = section + 3;

async function measured(
  command: PeerCommand,
  file: string,
  folder: string,
  text: string,
  samples: number,
): Promise<Measured> {
  process.stderr.write(`${command.name}: ${handlers} handlers\n`);
  const peer = new Peer(command, file, folder);
  await peer.initialize(folder, command.initializationOptions);
  await peer.open(text);
  await peer.diagnostics();
  const completion =
    command.name === 'ours' ? await typedSection(peer, samples) : await typedBody(peer, samples);
  const hover = await repeated(samples, () =>
    peer.hover(section + 1, 'int BPF_KPROBE(kprobe_0, int fi'.length),
  );
  const edit: number[] = [];
  for (let n = 0; n < samples / 2; n++) {
    const began = performance.now();
    // In the format string: the text is another one each time.
    await peer.edit(statement, '\tbpf_printk("'.length, n === 0 ? 0 : String(n - 1).length, String(n));
    edit.push((await peer.diagnostics()) - began);
  }
  const { peak } = peer.memory();
  await peer.stop();
  return { completion, hover, edit, peak };
}

const start = 'SEC("'.length;
const written = `kprobe/${kprobes[0] ?? ''}`;

async function typedSection(peer: Peer, samples: number): Promise<number[]> {
  await peer.edit(section, start, written.length, 'kprobe/');
  const times = await typed(peer, samples, section, start + 'kprobe/'.length, 'tcpsendmsg');
  await peer.edit(section, start, 'kprobe/'.length, written);
  return times;
}

const typedBody = (peer: Peer, samples: number): Promise<number[]> =>
  typed(peer, samples, statement, 0, 'bpf_ringb');

/** Asks after each key. */
async function typed(
  peer: Peer,
  samples: number,
  line: number,
  character: number,
  text: string,
): Promise<number[]> {
  const times: number[] = [];
  while (times.length < samples) {
    for (let n = 0; n < text.length; n++) {
      await peer.edit(line, character + n, 0, text.charAt(n));
      const began = performance.now();
      await peer.complete(line, character + n + 1);
      times.push(performance.now() - began);
    }
    await peer.edit(line, character, text.length, '');
  }
  return times;
}

async function repeated(samples: number, work: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < samples; n++) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  return times;
}
