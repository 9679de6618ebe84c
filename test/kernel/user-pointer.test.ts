/** Pointers of system calls: `user-pointer` says what the verifier does, and what the helpers do when the program runs. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fieldFacts, syscallSide } from '#core/kernel/fields';
import { compileBpf } from '#support/bpf/compile';
import { judge, outcome } from '#support/bpf/judge';
import type { Candidate } from '#support/bpf/judge';
import { runPrograms } from '#support/bpf/loader';
import { requireKernel } from '#support/bpf/requirements';
import { liveKernel } from '#support/live-kernel';
import { mustRun } from '#support/process';
import { describeUnless } from '#support/requirement';

/** What a program does with each pointer, and what is to come of it. */
const forms = {
  dereference: (pointer: string) => `out = *(char *)${pointer};`,
  kernel: (pointer: string) => `bpf_probe_read_kernel(&out, 1, (void *)${pointer});`,
  local: (pointer: string) =>
    `const void *p = (const void *)${pointer};\n\tbpf_probe_read_kernel_str(&out, 1, p);`,
  user: (pointer: string) => `bpf_probe_read_user(&out, 1, (void *)${pointer});`,
} as const;
type Form = keyof typeof forms;

describeUnless(requireKernel(), 'user-pointer', () => {
  test('every pointer of every system call', async () => {
    const kernel = await liveKernel();
    const pointers = kernel.index.events.flatMap(({ category, name }) => {
      const format = kernel.index.format(category, name);
      if (format === undefined || syscallSide(format) !== 'enter') return [];
      return format.fields
        .map((field) => fieldFacts(format, field))
        .filter(({ value }) => value === 'user-pointer')
        .map(({ argument = -1 }) => ({ event: name, argument }));
    });
    expect(pointers.length).toBeGreaterThan(300);
    const kinds = Object.keys(forms) as Form[];
    const candidates = pointers.flatMap(({ event, argument }) =>
      kinds.map((form): Candidate => {
        const name = `${form}_${event}_${argument}`;
        const body = forms[form](`ctx->args[${argument}]`);
        return {
          name,
          text: `SEC("tp/syscalls/${event}")\nint ${name}(struct trace_event_raw_sys_enter *ctx)\n{\n\tchar out = 0;\n\t${body}\n\treturn out;\n}\n`,
        };
      }),
    );
    const judged = await judge(candidates, { attach: false, kernel });
    const results = judged.map(({ candidate, kernel: verdict, findings }) => {
      const form = candidate.name.split('_', 1)[0] ?? '';
      const said = findings.map(({ code, severity }) => `${code} ${severity}`);
      return { form, refused: outcome(verdict) !== 'ok', said };
    });
    const of = (form: Form) => results.filter((one) => one.form === form);
    const expected = {
      dereference: { refused: true, said: ['user-pointer error'] },
      kernel: { refused: false, said: ['user-pointer warning'] },
      local: { refused: false, said: ['user-pointer warning'] },
      user: { refused: false, said: [] },
    } as const;
    for (const form of kinds) {
      expect(of(form)).toHaveLength(pointers.length);
      expect(
        of(form).filter(
          ({ refused, said }) =>
            refused !== expected[form].refused || said.join() !== expected[form].said.join(),
        ),
      ).toEqual([]);
    }
  });

  test('the helper for the kernel’s memory fails on one, its counterpart reads it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ebpf-user-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'a.txt');
    await writeFile(file, '');
    const { path } = await compileBpf(`
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
struct event { long kernel; long user; char rest; char name[256]; };
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 65536); } events SEC(".maps");
SEC("tp/syscalls/sys_enter_fchmodat")
int handle(struct trace_event_raw_sys_enter *ctx)
{
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e)
		return 0;
	e->name[0] = 'x';
	e->kernel = bpf_probe_read_kernel_str(e->name, sizeof(e->name), (void *)ctx->args[1]);
	e->rest = e->name[0];
	e->user = bpf_probe_read_user_str(e->name, sizeof(e->name), (void *)ctx->args[1]);
	bpf_ringbuf_submit(e, 0);
	return 0;
}
`);
    const { records } = await runPrograms(path, { during: () => mustRun('chmod', ['600', file]) });
    const text = (data: Buffer) => data.toString('utf8', 17).replace(/\0.*$/s, '');
    const own = records.map(({ data }) => data).find((data) => text(data) === file);
    // -ERANGE on x86: such an address is none of the kernel's.
    expect(own?.readBigInt64LE(0)).toBe(-34n);
    expect(own?.[16]).toBe(0);
    expect(own?.readBigInt64LE(8)).toBe(BigInt(file.length + 1));
  });
});
