/** BPF programs for the agent to run. They look for the calls of `provoke` (build.ts) with their own magic number. */
import { readFile } from 'node:fs/promises';
import { compileBpf } from '#support/bpf/compile';

const prelude = `
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
char LICENSE[] SEC("license") = "GPL";
`;

/** Compiles C that has the prelude (vmlinux.h, libbpf's headers, a GPL license) before it. To be called in a test. */
export async function objectOf(source: string): Promise<Buffer> {
  return readFile((await compileBpf(prelude + source)).path);
}

/** C in which the first two arguments of getpriority() are `which` and `who`, and other magic numbers return. */
export const onProvoke = (name: string, magic: number, body: string): string => `
SEC("tp/syscalls/sys_enter_getpriority") int ${name}(struct trace_event_raw_sys_enter *ctx) {
  __u64 which = ctx->args[0], who = ctx->args[1];
  if (which != ${magic}) return 0;
  ${body}
  return 0;
}`;

/** A program that sends `{ u64 who; u8 rest[size - 8]; }` through a ring buffer, and counts what does not fit. */
export const ringProgram = (options: {
  readonly name: string;
  readonly magic: number;
  readonly size?: number;
  readonly ringSize?: number;
  readonly counts?: boolean;
}): string => `
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, ${options.ringSize ?? 1 << 16}); } events SEC(".maps");
struct event { __u64 who; __u8 rest[${(options.size ?? 16) - 8}]; } __attribute__((packed));
${options.counts === false ? '' : 'static volatile __u64 dropped; __u64 produced;'}
${onProvoke(
  options.name,
  options.magic,
  `struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
  ${options.counts === false ? '' : '__sync_fetch_and_add(&produced, 1);'}
  if (!event) {
    ${options.counts === false ? '' : '__sync_fetch_and_add(&dropped, 1);'}
    return 0;
  }
  event->who = who;
  bpf_ringbuf_submit(event, 0);`,
)}`;
