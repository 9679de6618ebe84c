/**
 * Parameters that hold addresses of the process: what the checks say of each and what the verifier does. Every system call's
 * parameter list, as it is completed, compiles and loads.
 */
import { expect, test } from 'vitest';
import type { FormatField } from '#core/kernel/model';
import { syscallFacts, syscallOf, syscallParameter } from '#server/traced/syscall';
import type { Syscall } from '#server/traced/syscall';
import type { KernelView } from '#server/view';
import { checkSource } from '#server/check-source';
import { testAnalyzer } from '#support/analyzer';
import { compileBpf } from '#support/bpf/compile';
import { judge, outcome } from '#support/bpf/judge';
import type { Candidate } from '#support/bpf/judge';
import { runPrograms } from '#support/bpf/loader';
import { requireKernel } from '#support/bpf/requirements';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

const batch = 120;

const prelude = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
char LICENSE[] SEC("license") = "GPL";
`;

/** Older libbpf's macro takes no more. */
const mostParameters = 5;

const uses = {
  user: (pointer: string) => `bpf_probe_read_user(&out, 1, ${pointer});`,
  kernel: (pointer: string) => `bpf_probe_read_kernel(&out, 1, ${pointer});`,
  dereference: (pointer: string) => `return ((${pointer})[0]);`,
} as const;

describeUnless(requireKernel(), 'user-pointer in parameters', () => {
  test('every parameter of every system call', async () => {
    const kernel = await liveKernel();
    const calls = syscalls(kernel);
    expect(calls.length).toBeGreaterThan(350);
    const analyzer = await testAnalyzer();
    // All of an object at once: alone, each program takes as long as the object.
    for (let n = 0; n < calls.length; n += batch) {
      const programs = calls
        .slice(n, n + batch)
        .map((call) => program(call, `all_${call.name}`, readAll(call)));
      const text = prelude + programs.map((one) => one.text).join('');
      expect(await checkSource(text, { analyzer, kernel })).toEqual([]);
      const { path } = await compileBpf(text);
      // Rejects where one of them is not loaded.
      const { programs: verdicts } = await runPrograms(path, { during: () => Promise.resolve() });
      expect(verdicts.map(({ program: name }) => name)).toEqual(programs.map(({ name }) => name));
    }
  }, 240_000);

  test('what is done with a pointer', async () => {
    const kernel = await liveKernel();
    const pointers = syscalls(kernel).flatMap((call) =>
      call.fields
        .slice(0, mostParameters)
        .flatMap((field, n) => (isText(call, field, n) ? [{ call, field }] : [])),
    );
    expect(pointers.length).toBeGreaterThan(60);
    const candidates = pointers.flatMap(({ call, field }) => [
      program(call, `dereference_${call.name}_${field.name}`, `return ${field.name}[0];`),
      program(call, `kernel_${call.name}_${field.name}`, uses.kernel(field.name)),
    ]);
    const probes = ['BPF_KPROBE(NAME, const char *text)', 'NAME(struct pt_regs *ctx)'].flatMap((head, n) =>
      (['user', 'kernel', 'dereference'] as const).flatMap((use) => {
        const pointer = n === 0 ? 'text' : '(char *)PT_REGS_PARM1(ctx)';
        // Of a register, only reads by helpers are judged.
        if (n === 1 && use === 'dereference') return [];
        const body = use === 'dereference' ? 'return text[0];' : uses[use](pointer);
        return [of('uprobe//bin/true:main', `${use}_uprobe_${n}`, head, body)];
      }),
    );
    const judged = await judge([...candidates, ...probes], { attach: false, kernel });
    const told = judged.map(({ candidate, kernel: verdict, findings }) => [
      candidate.name,
      outcome(verdict) === 'ok',
      findings.map(({ code, severity }) => `${code} ${severity}`).join(),
    ]);
    const expected = judged.map(({ candidate: { name } }) => [
      name,
      !name.startsWith('dereference'),
      { d: 'user-pointer error', k: 'user-pointer warning', u: '' }[name[0] ?? ''],
    ]);
    expect(told).toEqual(expected);
  }, 240_000);
});

function syscalls({ index }: KernelView): readonly Syscall[] {
  return index.events.flatMap(({ category, name }) =>
    category === 'syscalls' && name.startsWith('sys_enter_')
      ? (syscallOf(index, `ksyscall/${name.slice('sys_enter_'.length)}`) ?? [])
      : [],
  );
}

function isText(call: Syscall, { type }: FormatField, n: number): boolean {
  return syscallFacts(call, n)?.value === 'user-pointer' && /^(?:const )?(?:unsigned )?char \*$/.test(type);
}

/** Pointers are read by the helper for the process, numbers are used. */
function readAll(call: Syscall): string {
  const reads = call.fields.slice(0, mostParameters).map(({ name }, n) => {
    const own = name === 'ctx' ? 'ctx_' : name;
    return syscallFacts(call, n)?.value === 'user-pointer'
      ? uses.user(own)
      : `bpf_printk("%ld", (long)${own});`;
  });
  return reads.join('\n\t');
}

function program(call: Syscall, name: string, body: string): Candidate {
  const parameters = ['NAME', ...call.fields.slice(0, mostParameters).map(syscallParameter)].join(', ');
  return of(`ksyscall/${call.name}`, name, `BPF_KSYSCALL(${parameters})`, body);
}

function of(section: string, name: string, head: string, body: string): Candidate {
  const text = `SEC("${section}")\nint ${head.replace('NAME', name)}\n{\n\tchar out = 0;\n\t${body}\n\treturn out;\n}\n`;
  return { name, text };
}
