/** CO-RE: what libbpf or the kernel could not adapt to the kernel at hand. */
import type { MessageRule } from './rule';

export const coreRelocationMessages: readonly MessageRule[] = [
  {
    rule: 'core-relocation',
    texts: [
      'failed to resolve CO-RE relocation <{kind}> [{#id}] {what} ({*})',
      'failed to resolve CO-RE relocation <{kind}> [{#id}] {what}',
      'bad CO-RE relocation: <{kind}> [{#id}] {what}',
      'invalid func unknown#195896080',
      'relo #{#n}: bad type id {#id}',
      'target candidate search failed for {#id}',
    ],
    says: 'this kernel does not have what the program reads here[: {what}]',
    help: 'Guard the access: `if (bpf_core_field_exists(p->member)) …`; for a member that was renamed or moved declare a flavour, `struct task_struct___old`, and read through that.',
    about: 'none',
  },
];
