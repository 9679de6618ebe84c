import { expect, it } from 'vitest';
import { positionAt, useServer } from './session';

const session = useServer();

const program = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL"; // 😀 漢字

SEC("tp/syscalls/sys_enter_openat")
int on_open(struct trace_event_raw_sys_enter *ctx)
{
	char name[64];
	/* 🐝 */ bpf_probe_read_user_str(name, sizeof(name), (void *)ctx->args[1]);
	return BPF_CORE_READ(ctx, args[0]) > 0 ? "}" [0] : '{';
}
`;

/** What completion has to offer when the text so far ends in this. */
const expectations = [
  ['SEC("', 'tp'],
  ['SEC("tp/', 'syscalls/'],
  ['SEC("tp/syscalls/sys_enter_opena', 'syscalls/sys_enter_openat'],
  [
    'SEC("tp/syscalls/sys_enter_openat")\n',
    'int tracepoint__syscalls__sys_enter_openat(struct trace_event_raw_sys_enter *ctx)',
  ],
  ['int on_open(', 'struct trace_event_raw_sys_enter *ctx'],
  ['(void *)ctx->', 'args[1]'],
  ['ctx->args[', '1'],
  ['BPF_CORE_READ(ctx, ', 'args[0]'],
] as const;

it.each([
  ['LF', program],
  ['CRLF', program.replaceAll('\n', '\r\n')],
])('answers every keystroke of a program, with %s', async (_, text) => {
  const { client } = session;
  const uri = session.uri();
  await client.open(uri, '');
  const met = new Set<string>();
  for (let n = 1; n <= text.length; n++) {
    const typed = text.slice(0, n);
    const at = positionAt(typed, n - 1);
    await client.change(uri, n + 1, text.charAt(n - 1), { start: at, end: at });
    const position = positionAt(typed, n);
    const [list] = await Promise.all([client.completion(uri, position), client.hover(uri, position)]);
    for (const [end, label] of expectations) {
      if (!typed.replaceAll('\r\n', '\n').endsWith(end)) continue;
      expect(
        list.items.map((item) => item.label),
        end,
      ).toContain(label);
      met.add(end);
    }
  }
  expect(met.size).toBe(expectations.length);
  expect(await client.diagnostics(uri, text.length + 1)).toEqual([]);
  expect(client.complaints).toEqual([]);
});
