/** The same folder for both servers: a 20-line program that includes the whole vmlinux.h. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Workspace {
  readonly folder: string;
  readonly file: string;
  readonly text: string;
  readonly vmlinuxBytes: number;
}

export const program = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

SEC("tp/syscalls/sys_enter_fchmodat")
int handle(struct trace_event_raw_sys_enter *ctx)
{
	long mode = ctx->args[2];
	bpf_printk("%ld", mode);

	return 0;
}
`;

/** Zero-based places in the program. */
export const places = {
  section: { line: 11, character: 5, typed: 'tp/fchmodat' },
  /** An empty line inside the handler. */
  body: { line: 16, character: 0 },
  argument: { line: 14, character: 'long mode = ctx->args[2]'.length + 1 - 4 },
  index: { line: 14, character: 'long mode = ctx->args['.length + 1 },
} as const;

/** The folder goes with this process, also where that is interrupted. */
export function makeWorkspace(): Workspace {
  const folder = mkdtempSync(join(tmpdir(), 'ebpf-bench-'));
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
  const header = execFileSync('bpftool', ['btf', 'dump', 'file', '/sys/kernel/btf/vmlinux', 'format', 'c'], {
    maxBuffer: 64 << 20,
  });
  writeFileSync(join(folder, 'vmlinux.h'), header);
  const file = join(folder, 'chmod.bpf.c');
  writeFileSync(file, program);
  writeFileSync(join(folder, 'compile_flags.txt'), '-target\nbpf\n-O2\n-g\n-D__TARGET_ARCH_x86\n');
  return {
    folder,
    file,
    text: program,
    vmlinuxBytes: statSync(join(folder, 'vmlinux.h')).size,
  };
}
