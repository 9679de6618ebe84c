import { describe, expect, it } from 'vitest';
import { generateHandler, type HandlerResult } from '#server/features/generate-handler';
import type { GenerateOptions } from '#server/generate/model';
import { applyEdits } from '#server/generate/insert';
import { featureView } from '#support/feature-view';
import { fixtureContext } from '../checks/context';

const context = await fixtureContext('6.1-debian-amd64');
const openat = { category: 'syscalls', name: 'sys_exit_openat' };
const waking = { category: 'sched', name: 'sched_waking' };

function inserted(text: string, options: Partial<GenerateOptions> = {}): HandlerResult {
  const { view } = featureView(text, context);
  const generated = generateHandler(
    context.kernel,
    { events: [openat], process: ['pid'], ...options },
    { document: view },
  );
  if (!generated.ok) throw new Error(generated.message);
  expect(applyEdits(text, generated.value.edits)).toBe(generated.value.text);
  return generated.value;
}

const count = (text: string, part: string) => text.split(part).length - 1;

const includes = '#include "vmlinux.h"\n#include <bpf/bpf_helpers.h>\n';
const license = 'char LICENSE[] SEC("license") = "GPL";\n';
const map = (name: string) =>
  `struct {\n\t__uint(type, BPF_MAP_TYPE_RINGBUF);\n\t__uint(max_entries, 256 * 1024);\n} ${name} SEC(".maps");\n`;
const struct = 'struct openat_exit_event {\n\t__s64 ret;\n\t__u32 pid;\n\t__u32 pad;\n};\n';
const dropped = '/* Records that found no room. */\n__u64 dropped;\n';
const handler = (name = 'tracepoint__syscalls__sys_exit_openat') => `SEC("tp/syscalls/sys_exit_openat")
int ${name}(struct trace_event_raw_sys_exit *ctx)
{
	struct openat_exit_event *event;

	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		__sync_fetch_and_add(&dropped, 1);
		return 0;
	}

	event->pad = 0;
	event->ret = ctx->ret;
	event->pid = bpf_get_current_pid_tgid() >> 32;

	bpf_ringbuf_submit(event, 0);
	return 0;
}
`;
const whole = [includes, license, struct, map('events'), dropped, handler()].join('\n');

describe('a handler is inserted', () => {
  it('into an empty file as a whole program', () => {
    expect(inserted('').text).toBe(whole);
  });

  it('again: only the function is new, under another name', () => {
    const { text, edits, functions } = inserted(whole);
    expect(functions).toEqual(['tracepoint__syscalls__sys_exit_openat_2']);
    expect(text).toBe(`${whole}\n${handler('tracepoint__syscalls__sys_exit_openat_2')}`);
    expect(edits).toHaveLength(1);
  });

  it('with what is missing alone, each at its place', () => {
    const before = `${includes}\nstruct other {\n\tint x;\n};\n\nSEC("xdp")\nint xdp_prog(struct xdp_md *ctx)\n{\n\treturn 2;\n}\n`;
    const [head, rest] = before.split('\nSEC("xdp")');
    const expected = `${includes}\n${license}\n${(head ?? '').slice(includes.length + 1)}\n${struct}\n${map('events')}\n${dropped}\nSEC("xdp")${rest ?? ''}\n${handler()}`;
    expect(inserted(before).text).toBe(expected);
  });

  it('under the SEC line that waits for it', () => {
    const before = `${includes}\n${license}\nSEC("tp/syscalls/sys_exit_openat")\n`;
    expect(inserted(before).text).toBe(whole);
  });

  it('in the place of a SEC line above of what it needs', () => {
    const before = `${includes}\nSEC("tp/syscalls/sys_exit_openat")\n\n${map('events')}\n${license}`;
    const { text } = inserted(before);
    expect(count(text, 'SEC("tp/')).toBe(1);
    expect(text.indexOf('SEC("tp/')).toBeGreaterThan(text.indexOf('struct openat_exit_event {'));
  });

  it('above a license that ends the file', () => {
    const before = `${includes}\n${map('events')}\nSEC("xdp")\nint xdp_prog(struct xdp_md *ctx)\n{\n\treturn 2;\n}\n\n${license}`;
    const { text } = inserted(before);
    expect(text.endsWith(`${handler()}\n${license}`)).toBe(true);
    expect(count(text, 'SEC("license")')).toBe(1);
  });

  it('outside of every #if', () => {
    const before = `${includes}#ifdef DEBUG\n#include "debug.h"\n#endif\n\n${license}\n#ifdef DEBUG\nstruct debug {\n\tint x;\n};\n#endif\n`;
    const { text } = inserted(before);
    expect(text.indexOf('struct openat_exit_event {')).toBeGreaterThan(text.lastIndexOf('#endif'));
    expect(text).toContain('#endif\n\nstruct openat_exit_event {');
  });

  it('behind vmlinux.h, where that is missing', () => {
    const { text } = inserted('#include <bpf/bpf_helpers.h>\n');
    expect(text.startsWith(includes)).toBe(true);
    expect(count(text, '#include')).toBe(2);
  });

  it('behind a comment that begins the file', () => {
    expect(inserted('// SPDX-License-Identifier: GPL-2.0\n').text).toBe(
      `// SPDX-License-Identifier: GPL-2.0\n${whole}`,
    );
  });
});

describe('what the file has', () => {
  it('is used: a ring buffer that nobody uses, or that carries the same record', () => {
    const { text } = inserted(`${includes}\n${license}\n${map('rb')}`);
    expect(text).toContain('bpf_ringbuf_reserve(&rb, ');
    expect(count(text, 'BPF_MAP_TYPE_RINGBUF')).toBe(1);
  });

  it('is left alone: a ring buffer that carries another record', () => {
    const { text } = inserted(inserted('', { events: [waking] }).text);
    expect(text).toContain('} events SEC(".maps");');
    expect(text).toContain('bpf_ringbuf_reserve(&openat_exit_events, ');
    expect(count(text, 'BPF_MAP_TYPE_RINGBUF')).toBe(2);
    expect(count(text, '__u64 dropped;')).toBe(1);
  });

  it('is no counter, where a member has its name', () => {
    const { text } = inserted(`${includes}\n${license}\nstruct stats {\n\t__u64 dropped;\n};\n`);
    expect(text).toContain('\n__u64 dropped_2;\n');
    expect(text).toContain('__sync_fetch_and_add(&dropped_2, 1);');
  });

  it('is another struct of the same name: then ours has another', () => {
    const { text } = inserted(`${includes}\n${license}\nstruct openat_exit_event {\n\tint x;\n};\n`);
    expect(text).toContain('struct openat_exit_event_2 {\n\t__s64 ret;');
    expect(text).toContain('struct openat_exit_event_2 *event;');
  });

  it('has its own license, of which is said what it forbids', () => {
    const { text, notes } = inserted(`${includes}\nchar _license[] SEC("license") = "Proprietary";\n`);
    expect(count(text, 'SEC("license")')).toBe(1);
    expect(notes).toEqual([expect.stringContaining('"Proprietary", is not compatible with the GPL')]);
  });

  it('is its style: blanks, and newlines of Windows', () => {
    const before =
      '#include "vmlinux.h"\r\n#include <bpf/bpf_helpers.h>\r\n\r\nSEC("xdp")\r\nint f(void *ctx)\r\n{\r\n    return 2;\r\n}\r\n';
    const { text } = inserted(before);
    expect(text.replaceAll('\r\n', '')).not.toContain('\n');
    expect(text).not.toContain('\t');
    expect(text).toContain('\r\n    event->ret = ctx->ret;\r\n');
  });

  it('are the headers of <linux/…>: then ctx is a struct of its own, and nothing is read by CO-RE', () => {
    const { text, notes } = inserted('#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n', {
      events: [waking],
      process: ['pid', 'ppid'],
    });
    expect(text).not.toContain('vmlinux.h');
    expect(text).toContain('int tracepoint__sched__sched_waking(struct sched_waking_args *ctx)');
    expect(text).not.toContain('BPF_CORE_READ');
    expect(notes).toEqual([expect.stringContaining('ppid is left out')]);
  });
});
