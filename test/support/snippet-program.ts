/** A snippet as part of a whole program, with what its author assumes around it. */
import type { Expansion, Snippet } from './snippets';
import { snippetText } from './snippets';

interface Surroundings {
  /** Definitions before the handler. */
  readonly before?: string;
  /** The handler's lines before and after the snippet, or around the use of what it defines. */
  readonly first?: string;
  readonly last?: string;
  /** The handler's section, where a tracepoint program may not do it. */
  readonly section?: string;
}

const currentTask = 'struct task_struct *task = (void *)bpf_get_current_task();';
const event = 'struct event { __u64 time; };';
const ringBuffer = `${event}\n${snippetText('bpf-map-ringbuf')}`;
const perfBuffer = `${event}\n${snippetText('bpf-map-perf-event-array')}`;
const key = '__u32 key = 0;';

/** By the first prefix. Maps are used by a helper that is theirs, where a tracepoint program has one. */
const surroundings: Readonly<Record<string, Surroundings>> = {
  'bpf-map-ringbuf': { last: `${key} bpf_ringbuf_output(&events, &key, sizeof(key), 0);` },
  'bpf-map-perf-event-array': {
    last: `${key} bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &key, sizeof(key));`,
  },
  'bpf-map-hash': { last: `${key} __u64 one = 1; bpf_map_update_elem(&counts, &key, &one, BPF_ANY);` },
  'bpf-map-array': { last: `${key} __u64 *n = bpf_map_lookup_elem(&counters, &key); if (n) ++*n;` },
  'bpf-map-lpm-trie': {
    last: 'struct ipv4_prefix key = { .prefixlen = 32 }; bpf_map_lookup_elem(&prefixes, &key);',
  },
  'bpf-map-queue': { last: '__u64 value = 1; bpf_map_push_elem(&queue, &value, BPF_EXIST);' },
  'bpf-map-bloom-filter': { last: '__u64 value = 1; bpf_map_peek_elem(&seen, &value);' },
  'bpf-map-prog-array': { last: 'bpf_tail_call(ctx, &programs, 0);' },
  'bpf-map-stack-trace': { last: 'bpf_get_stackid(ctx, &stacks, 0);' },
  'bpf-map-of-maps': {
    last: `${key} void *inner = bpf_map_lookup_elem(&outer_map, &key); if (inner) bpf_map_delete_elem(inner, &key);`,
  },
  'bpf-map-cgroup-array': { last: 'bpf_current_task_under_cgroup(&cgroups, 0);' },
  'bpf-core-read': { first: currentTask },
  'bpf-core-read-str': { first: currentTask, last: '(void)name;' },
  'bpf-core-field-exists': { first: currentTask },
  'bpf-core-flavour': { first: currentTask, last: 'bpf_printk("%ld", get_task_state(task));' },
  'bpf-core-enum-value': { last: '(void)id;' },
  'bpf-ringbuf-event': { before: ringBuffer },
  'bpf-ringbuf-output': { before: ringBuffer },
  'bpf-perf-event-output': { before: perfBuffer },
  'bpf-user-str': { last: '(void)length;' },
  'bpf-scratch': {
    before: event,
    last: 'struct event *event = get_scratch(); if (event) event->time = bpf_ktime_get_ns();',
  },
  'bpf-config': { last: 'if (target_pid) bpf_printk("%d", target_pid);' },
  'bpf-for': { first: '__u32 count = bpf_get_prandom_u32();' },
  'bpf-loop': { last: 'struct loop loop = {}; run_loop(&loop, 1000);' },
  'bpf-spin-lock': { section: 'tc', last: 'count_traffic(0, 64);' },
  'bpf-timer': { section: 'tc', last: 'start_clock();' },
  'bpf-host-pid': { last: '(void)host_pid;' },
  'bpf-host-ppid': { last: '(void)host_ppid;' },
  'bpf-ns-pid': { last: '(void)ns_pid;' },
  'bpf-ns-ppid': { last: '(void)ns_ppid;' },
  'bpf-pid-ns': { last: '(void)pid_ns_id;' },
  'bpf-uid': { last: '(void)uid;' },
  'bpf-cgroup-id': { last: '(void)cgroup_id;' },
};

/** With the headers that the snippet's description names, no others. */
export function programWith({ snippet, text }: Expansion): string {
  if (text.includes('#include')) return text;
  const { before = '', first = '', last = '', section } = surroundings[snippet.prefixes[0] ?? ''] ?? {};
  const parts = isDefinition(text)
    ? [before, text, isProgram(text) ? '' : handler([first, last], section)]
    : [before, handler([first, `{\n${asStatement(text)}\n${last}\n}`], section)];
  return `${preludeFor(snippet)}\n${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** A program that does `lines`, at each openat() or packet. */
function handler(lines: readonly string[], section = 'tp/syscalls/sys_enter_openat'): string {
  const ctx = section === 'tc' ? 'struct __sk_buff' : 'struct trace_event_raw_sys_enter';
  return `SEC("${section}")\nint handle(${ctx} *ctx)\n{\n${lines.join('\n')}\nreturn 0;\n}`;
}

function preludeFor({ headers }: Snippet): string {
  return [
    '#include "vmlinux.h"',
    ...['bpf_helpers.h', ...headers].map((header) => `#include <bpf/${header}>`),
    '',
    'char LICENSE[] SEC("license") = "GPL";',
    '',
  ].join('\n');
}

function isDefinition(text: string): boolean {
  return /^(?:SEC\(|extern |const volatile |struct (?:\w+ )?\{)/.test(text);
}

/** Has a program of its own, where others have a map at most. */
function isProgram(text: string): boolean {
  return /^SEC\("[^.]/m.test(text);
}

function asStatement(text: string): string {
  return /[;}]$/.test(text) ? text : `${text};`;
}
