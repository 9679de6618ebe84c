/**
 * What is remembered of functions between edits must not be seen: after each of some thousand edits of real programs, the
 * findings are those of a server that has just started.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SourceAnalysis } from '#server/analysis/model';
import { runChecks } from '#server/checks/index';
import { noHeaders } from '#server/headers/store';
import type { DocumentView } from '#server/view';
import { fixtures } from '../analysis/fixtures';
import { randomNumbers } from '../analysis/edits';
import { fixtureContext } from './context';

const { analyzer, kernel } = await fixtureContext();

const examples = new URL('../../../examples/', import.meta.url);
const real = [
  ...[...fixtures.values()],
  ...readdirSync(examples)
    .filter((name) => name.endsWith('.bpf.c'))
    .map((name) => readFileSync(new URL(name, examples), 'utf8')),
];

/** What the checks that remember look at, right and nearly wrong, so that an edit of one place changes what another is. */
const entangled = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
char LICENSE[] SEC("license") = "GPL";
#define DENY 7
#define LIMIT 16
struct event { int pid; char name[LIMIT]; };
typedef long counter;
struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, int); __type(value, counter); __uint(max_entries, 8); } values SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, int); __type(value, struct event); __uint(max_entries, 8); } slots SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");
extern void bpf_rcu_read_lock(void) __ksym;
static const volatile int setting = 1;
int state;

static int helper(struct event *e)
{
	e->pid = 1;
	return 0;
}

SEC("cgroup/connect4")
int look(struct bpf_sock_addr *ctx)
{
	int key = 0;
	counter *value = bpf_map_lookup_elem(&values, &key);
	*value += 1;
	return DENY;
}

SEC("xdp")
int checked(struct xdp_md *ctx)
{
	short key = 0;
	counter *value = bpf_map_lookup_elem(&slots, &key);
	if (!value)
		return 1;
	*value += 1;
	helper(0);
	return 1;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(reserve, bool preempt, struct task_struct *prev, struct task_struct *next, unsigned int state, int more)
{
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(e), 0);
	if (!e)
		return 0;
	bpf_rcu_read_lock();
	bpf_map_update_elem(&values, &state, &more, 0);
	e->pid = prev->pid;
	helper(e);
	if (setting)
		return 0;
	bpf_ringbuf_submit(e, 0);
	return more;
}

SEC("tp/syscalls/sys_enter_openat")
int leak(struct trace_event_raw_sys_enter *ctx)
{
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e)
		return 0;
	e->pid = ctx->args[0];
	bpf_get_current_comm(e->name, sizeof(e->name));
	return 0;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(args, bool preempt, struct task_struct *prev, struct task_struct *next, unsigned int old, int more)
{
	return more;
}

SEC("ksyscall/openat")
int BPF_KSYSCALL(name, int dfd, const char *path)
{
	char copy[LIMIT];
	bpf_probe_read_kernel_str(copy, sizeof(copy), path);
	return path[0];
}

SEC("struct_ops")
int BPF_PROG(operation, struct sock *sk, int more)
{
	return more + 1;
}

SEC(".struct_ops")
struct tcp_congestion_ops operations = {
	.cwnd_event = (void *)operation,
};
`;

/** What changes the meaning of what stands elsewhere. */
const pieces = [
  ...['{', '}', '(', ')', ';', '"', '/*', '*/', '//', '?', '*', '&', '!', '\n', ' '],
  ...['#if X\n', '#else\n', '#endif\n', '#if 0\n', '#undef LIMIT\n', '#define helper(e) return 0;\n'],
  ...['#define bpf_ringbuf_submit(e, f)\n', '#define DENY 1\n', '#define value other\n', 'static ', 'const '],
  ...['#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)\n'],
  ...['int value;\n', 'typedef int counter;\n', 'struct event { long pid; };\n', 'if (!e) return 0;\n'],
];

interface Edited {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly newText: string;
}

/** A word in another one's place, a line more or less, a piece, or the deletion of a few letters. */
function edited(text: string, next: (below: number) => number): Edited {
  const words = Array.from(text.matchAll(/\w+/g));
  const lines = Array.from(text.matchAll(/.*\n/g));
  const word = words[next(words.length)];
  const line = lines[next(lines.length)];
  const at = next(text.length + 1);
  const replaced = (start: number, end: number, newText: string): Edited => {
    return { text: text.slice(0, start) + newText + text.slice(end), start, end, newText };
  };
  switch (next(6)) {
    case 0:
    case 1: {
      const other = words[next(words.length)]?.[0] ?? '';
      return word ? replaced(word.index, word.index + word[0].length, other) : replaced(0, 0, '\n');
    }
    case 2:
      return line ? replaced(line.index, line.index + line[0].length, '') : replaced(0, 0, '\n');
    case 3: {
      const start = lines[next(lines.length)]?.index ?? 0;
      return replaced(start, start, line?.[0] ?? '');
    }
    case 4: {
      const piece = pieces[next(pieces.length)] ?? '';
      const start = piece.endsWith('\n') ? (line?.index ?? 0) : at;
      return replaced(start, start, piece);
    }
    default:
      return replaced(at, Math.min(text.length, at + next(4)), '');
  }
}

function findingsOf(source: SourceAnalysis): ReturnType<typeof runChecks> {
  const view: DocumentView = {
    uri: 'file:///x.bpf.c',
    text: source.text,
    source,
    headers: noHeaders,
    kernel,
  };
  return runChecks(view);
}

function fresh(text: string): ReturnType<typeof runChecks> {
  const file = analyzer.open(text);
  const { analysis } = file;
  file.dispose();
  return findingsOf(analysis);
}

/** None of them is in the body in which the finding comes or goes. */
it.each([
  ['a macro', '#define DENY 7', '#define DENY 1', 'return-value'],
  ['a macro in a body', '\tbpf_rcu_read_lock', '#define value other\n\tbpf_rcu_read_lock', 'null-check'],
  ['the type of a map', 'BPF_MAP_TYPE_HASH', 'BPF_MAP_TYPE_ARRAY', 'null-check'],
  ['the name of a map', 'values SEC', 'others SEC', 'null-check'],
  [
    'the type of a key',
    '__type(key, int); __type(value, struct',
    '__type(key, short); __type(value, struct',
    'map-value-size',
  ],
  ['the name of a function', 'int helper(', 'int bpf_get_current_comm(', 'ringbuf-leak'],
  ['the table that a program is in', '.cwnd_event', '.ssthresh', 'prog-args'],
  ['what makes all of it conditional', '#define DENY 7', '#if DENY', 'return-value'],
])('%s means something to the functions that stay as they are', (_, from, to, code) => {
  const ofCode = (found: ReturnType<typeof runChecks>) => found.filter((one) => one.code === code).length;
  const at = entangled.indexOf(from);
  const file = analyzer.open(entangled);
  const before = findingsOf(file.analysis);
  file.update([{ span: { start: at, end: at + from.length }, newText: to }]);
  const changed = findingsOf(file.analysis);
  expect(changed).toEqual(fresh(file.analysis.text));
  expect(ofCode(changed)).not.toBe(ofCode(before));
  file.update([{ span: { start: at, end: at + to.length }, newText: from }]);
  expect(findingsOf(file.analysis)).toEqual(before);
  file.dispose();
});

describe('after any edits', () => {
  const numbers = randomNumbers(7);
  const next = (below: number): number => Math.floor(numbers.next().value * below);

  it.each([
    ['entangled programs', [entangled], 200],
    ['real programs', real, 8],
  ])('%s have the findings of a fresh start', { timeout: 240_000 }, (_, programs, rounds) => {
    const codes = new Map<string, number>();
    for (const program of programs) {
      const file = analyzer.open(program);
      let text = program;
      for (let n = 0; n < rounds; n++) {
        if (n % 8 === 7) {
          text = program;
          file.replace(text);
        } else {
          const edit = edited(text, next);
          ({ text } = edit);
          file.update([{ span: { start: edit.start, end: edit.end }, newText: edit.newText }]);
        }
        const found = findingsOf(file.analysis);
        expect(found, text).toEqual(fresh(text));
        for (const { code } of found) codes.set(code, (codes.get(code) ?? 0) + 1);
      }
      file.dispose();
    }
    if (programs.length > 1) return;
    for (const code of [
      'null-check',
      'ringbuf-leak',
      'return-value',
      'user-pointer',
      'prog-args',
      'map-value-size',
    ])
      expect(codes.get(code), code).toBeGreaterThan(20);
  });
});
