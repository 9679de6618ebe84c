/**
 * libbpf's section table with what an author needs to know of each row: 116 rows, in libbpf's order.
 * Names, rules and types are generated from libbpf's source; texts, targets and contexts are written here.
 */
import { SECTION_ROWS, type SectionRow } from './section-defs.generated';
import { SECTION_SUMMARIES } from './section-docs';
import type { ContextMacro, SectionDef } from './sections';

interface Context {
  /** The parameter as an author writes it. */
  readonly parameter: string;
  readonly macro?: ContextMacro;
}

const SKB: Context = { parameter: 'struct __sk_buff *skb' };
const REGISTERS: Context = { parameter: 'struct pt_regs *ctx', macro: 'BPF_KPROBE' };
const RETURN_REGISTERS: Context = { parameter: 'struct pt_regs *ctx', macro: 'BPF_KRETPROBE' };
const BTF_ARGUMENTS: Context = { parameter: 'unsigned long long *ctx', macro: 'BPF_PROG' };
const RAW_ARGUMENTS: Context = { parameter: 'struct bpf_raw_tracepoint_args *ctx' };

/**
 * By program type, without `BPF_PROG_TYPE_`. Absent: TRACEPOINT, whose struct depends on the event
 * (ctx-struct.ts), and EXT, whose parameters are those of the function it replaces.
 */
const CONTEXTS: Readonly<Record<string, Context>> = {
  SOCKET_FILTER: SKB,
  SK_REUSEPORT: { parameter: 'struct sk_reuseport_md *ctx' },
  KPROBE: REGISTERS,
  SCHED_CLS: SKB,
  SCHED_ACT: SKB,
  RAW_TRACEPOINT: RAW_ARGUMENTS,
  RAW_TRACEPOINT_WRITABLE: RAW_ARGUMENTS,
  TRACING: BTF_ARGUMENTS,
  LSM: BTF_ARGUMENTS,
  STRUCT_OPS: BTF_ARGUMENTS,
  SYSCALL: { parameter: 'void *ctx' },
  XDP: { parameter: 'struct xdp_md *ctx' },
  PERF_EVENT: { parameter: 'struct bpf_perf_event_data *ctx' },
  LWT_IN: SKB,
  LWT_OUT: SKB,
  LWT_XMIT: SKB,
  LWT_SEG6LOCAL: SKB,
  SOCK_OPS: { parameter: 'struct bpf_sock_ops *ctx' },
  SK_SKB: SKB,
  SK_MSG: { parameter: 'struct sk_msg_md *msg' },
  LIRC_MODE2: { parameter: 'unsigned int *sample' },
  FLOW_DISSECTOR: SKB,
  CGROUP_SKB: SKB,
  CGROUP_SOCK: { parameter: 'struct bpf_sock *ctx' },
  CGROUP_SOCK_ADDR: { parameter: 'struct bpf_sock_addr *ctx' },
  CGROUP_SYSCTL: { parameter: 'struct bpf_sysctl *ctx' },
  CGROUP_SOCKOPT: { parameter: 'struct bpf_sockopt *ctx' },
  CGROUP_DEVICE: { parameter: 'struct bpf_cgroup_dev_ctx *ctx' },
  SK_LOOKUP: { parameter: 'struct bpf_sk_lookup *ctx' },
  NETFILTER: { parameter: 'struct bpf_nf_ctx *ctx' },
};

/** Where the family of the section says more than its program type. */
const FAMILY_CONTEXTS: Readonly<Record<string, Context>> = {
  kretprobe: RETURN_REGISTERS,
  kretsyscall: RETURN_REGISTERS,
  // BPF_URETPROBE is the same macro under a newer name; this one exists in every bpf_tracing.h.
  uretprobe: RETURN_REGISTERS,
  ksyscall: { parameter: 'struct pt_regs *ctx', macro: 'BPF_KSYSCALL' },
  usdt: { parameter: 'struct pt_regs *ctx', macro: 'BPF_USDT' },
  iter: { parameter: 'struct bpf_iter__<object> *ctx' },
};

/** How the target is written, by family, or by full name where a variant differs. Source: libbpf's attach_*(). */
const TARGET_FORMS: Readonly<Record<string, string>> = {
  kprobe: '<function>[+<offset>]',
  kretprobe: '<function>',
  'kprobe.multi': '<function pattern>',
  'kretprobe.multi': '<function pattern>',
  'kprobe.session': '<function pattern>',
  uprobe: '<binary>:<function>[+<offset>]',
  uretprobe: '<binary>:<function>',
  'uprobe.multi': '<binary>:<function pattern>',
  'uretprobe.multi': '<binary>:<function pattern>',
  'uprobe.session': '<binary>:<function pattern>',
  ksyscall: '<syscall>',
  kretsyscall: '<syscall>',
  usdt: '<binary>:<provider>:<probe>',
  tracepoint: '<category>/<name>',
  tp: '<category>/<name>',
  raw_tracepoint: '<name>',
  raw_tp: '<name>',
  tp_btf: '<name>',
  fentry: '[<module>:]<function>',
  fexit: '[<module>:]<function>',
  fmod_ret: '<function>',
  fsession: '[<module>:]<function>',
  'fentry.multi': '[<module>:]<function pattern>',
  'fexit.multi': '[<module>:]<function pattern>',
  'fsession.multi': '[<module>:]<function pattern>',
  freplace: '<function of the other program>',
  lsm: '<hook>',
  lsm_cgroup: '<hook>',
  iter: '<object>',
  struct_ops: '<function>',
};

/** All of libbpf's sections. */
export const SECTIONS: readonly SectionDef[] = SECTION_ROWS.map(describe);

function describe(row: SectionRow): SectionDef {
  const [name, target, programType, attachType, sleepable] = row;
  const family = name.replace(/\..*$/, '');
  const variant = name.replace(/\.s$/, '');
  const context = FAMILY_CONTEXTS[family] ?? CONTEXTS[programType.replace('BPF_PROG_TYPE_', '')];
  const targetForm = target === 'exact' ? undefined : (TARGET_FORMS[variant] ?? TARGET_FORMS[family]);
  return {
    name,
    target,
    programType,
    sleepable,
    summary: SECTION_SUMMARIES[name] ?? '',
    ...(attachType !== '' && { attachType }),
    ...(targetForm !== undefined && { targetForm }),
    ...(context && { context: context.parameter }),
    ...(context?.macro && { macro: context.macro }),
  };
}
