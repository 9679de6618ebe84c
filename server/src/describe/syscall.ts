/** The parameters of `BPF_KSYSCALL(name, …)` in Markdown. */
import type { KernelIndex } from '#core/kernel/model';
import { syscallFacts, syscallParameter, type Syscall } from '../traced/syscall';
import { meaningOf } from './field';
import { code, paragraphs } from './markdown';
import { provenanceLine } from './provenance';

export function describeSyscall(index: KernelIndex, { name, fields }: Syscall): string {
  const prototype = `int BPF_KSYSCALL(${['name', ...fields.map(syscallParameter)].join(', ')})`;
  return paragraphs([
    code(prototype),
    `The arguments of the system call ${name}.`,
    `*${provenanceLine(index.provenance)}*`,
  ]);
}

export function describeSyscallArgument(index: KernelIndex, call: Syscall, n: number): string | undefined {
  const field = call.fields[n];
  const facts = syscallFacts(call, n);
  if (field === undefined || facts === undefined) return undefined;
  const meaning = meaningOf(field, facts);
  const reader = facts.isString ? 'bpf_probe_read_user_str' : 'bpf_probe_read_user';
  return paragraphs([
    code(syscallParameter(field)),
    `Argument ${n + 1} of the system call ${call.name}${meaning === '' ? '' : ` — ${meaning}`}`,
    facts.value === 'user-pointer' ? `Read with \`${reader}()\`.` : undefined,
    `*${provenanceLine(index.provenance)}*`,
  ]);
}
