/**
 * What the values that a program returns mean, by kind of section, as include/uapi/linux has them: bpf.h, pkt_cls.h,
 * netfilter.h.
 */
import type { SectionDef } from './sections';

export interface ReturnValue {
  readonly value: number;
  /** `XDP_PASS`; absent where the headers have no name for it. */
  readonly name?: string;
  /** For names that are macros, which vmlinux.h does not have: the header that defines them. */
  readonly header?: string;
  readonly text: string;
}

const named = (name: string, value: number, text: string): ReturnValue => ({ value, name, text });
const macro =
  (header: string) =>
  (name: string, value: number, text: string): ReturnValue => ({ value, name, header, text });
const plain = (value: number, text: string): ReturnValue => ({ value, text });

const action = macro('linux/pkt_cls.h');
const verdict = macro('linux/netfilter.h');

const XDP = [
  named('XDP_PASS', 2, 'hands the packet to the network stack'),
  named('XDP_DROP', 1, 'drops the packet'),
  named('XDP_TX', 3, 'sends the packet out of the device that it came in on'),
  named('XDP_REDIRECT', 4, 'sends the packet where `bpf_redirect()` or `bpf_redirect_map()` said'),
  named('XDP_ABORTED', 0, 'drops the packet as an error and hits the tracepoint `xdp:xdp_exception`'),
];
const TC = [
  action('TC_ACT_OK', 0, 'lets the packet pass and ends classification'),
  action('TC_ACT_SHOT', 2, 'drops the packet'),
  action('TC_ACT_UNSPEC', -1, 'goes on with what is configured: the next filter, or the default action'),
  action('TC_ACT_PIPE', 3, 'goes on with the next action'),
  action('TC_ACT_RECLASSIFY', 1, 'starts again with the first filter'),
  action('TC_ACT_REDIRECT', 7, 'sends the packet where `bpf_redirect()` said'),
  action('TC_ACT_STOLEN', 4, 'takes the packet: the sender sees it as sent'),
  action('TC_ACT_QUEUED', 5, 'takes the packet, as `TC_ACT_STOLEN`'),
  action(
    'TC_ACT_TRAP',
    8,
    'takes the packet for the slow path of the hardware, as `TC_ACT_STOLEN` in software',
  ),
];
const TCX = [
  named('TCX_NEXT', -1, 'goes on with the next program'),
  named('TCX_PASS', 0, 'lets the packet pass and skips the programs that follow'),
  named('TCX_DROP', 2, 'drops the packet'),
  named('TCX_REDIRECT', 7, 'sends the packet where `bpf_redirect()` said'),
];
const NETKIT = [
  named('NETKIT_NEXT', -1, 'goes on with the next program'),
  named('NETKIT_PASS', 0, 'lets the packet pass and skips the programs that follow'),
  named('NETKIT_DROP', 2, 'drops the packet'),
  named('NETKIT_REDIRECT', 7, 'sends the packet where `bpf_redirect()` said'),
];
const SK = [
  named('SK_PASS', 1, 'lets it pass, to the socket that was chosen if one was'),
  named('SK_DROP', 0, 'drops it'),
];
const LWT = [
  named('BPF_OK', 0, 'goes on with the packet'),
  named('BPF_DROP', 2, 'drops the packet'),
  named('BPF_LWT_REROUTE', 128, 'looks up a route again: the header was changed'),
];
const LWT_XMIT = [...LWT, named('BPF_REDIRECT', 7, 'sends the packet where `bpf_redirect()` said')];
const ALLOW = [plain(1, 'allows it'), plain(0, 'refuses it with `EPERM`')];
const BIND = [
  ...ALLOW,
  plain(3, 'allows it, and a port below 1024 without CAP_NET_BIND_SERVICE'),
  plain(2, 'refuses it with `EPERM`, as 0'),
];
const ONLY_1 = [plain(1, 'goes on: nothing can be refused here')];
const ONLY_0 = [plain(0, 'goes on: the value is not used')];
const SESSION = [plain(0, 'also runs when the function returns'), plain(1, 'does not run when it returns')];

/** By program type and, where it says more, attach type; both without their prefixes. */
const VALUES: Readonly<Record<string, readonly ReturnValue[]>> = {
  XDP,
  SCHED_CLS: TC,
  SCHED_ACT: TC,
  TCX_INGRESS: TCX,
  TCX_EGRESS: TCX,
  NETKIT_PRIMARY: NETKIT,
  NETKIT_PEER: NETKIT,
  SOCKET_FILTER: [plain(0, 'drops the packet for this socket'), plain(-1, 'keeps the whole packet')],
  SK_SKB: SK,
  SK_SKB_STREAM_PARSER: [plain(0, 'needs more data to say how long the message is')],
  SK_MSG: SK,
  SK_LOOKUP: SK,
  SK_REUSEPORT: SK,
  NETFILTER: [verdict('NF_ACCEPT', 1, 'lets the packet pass'), verdict('NF_DROP', 0, 'drops the packet')],
  FLOW_DISSECTOR: [
    named('BPF_OK', 0, 'the flow keys are filled in'),
    named('BPF_DROP', 2, 'the packet cannot be dissected'),
    named('BPF_FLOW_DISSECTOR_CONTINUE', 129, "leaves the packet to the kernel's own dissector"),
  ],
  LWT_IN: LWT,
  LWT_OUT: LWT,
  LWT_XMIT,
  LWT_SEG6LOCAL: LWT_XMIT,
  CGROUP_SKB: [plain(1, 'lets the packet pass'), plain(0, 'drops the packet')],
  CGROUP_INET_EGRESS: [
    plain(1, 'lets the packet pass'),
    plain(0, 'drops the packet'),
    plain(3, 'lets the packet pass, and tells TCP of congestion'),
    plain(2, 'drops the packet, and tells TCP of congestion'),
  ],
  CGROUP_SOCK: ALLOW,
  CGROUP_INET_SOCK_RELEASE: ONLY_1,
  CGROUP_SOCK_ADDR: ALLOW,
  CGROUP_INET4_BIND: BIND,
  CGROUP_INET6_BIND: BIND,
  ...Object.fromEntries(
    ['UDP4_RECVMSG', 'UDP6_RECVMSG', 'UNIX_RECVMSG', 'UNIX_GETPEERNAME', 'UNIX_GETSOCKNAME']
      .concat(['INET4_GETPEERNAME', 'INET6_GETPEERNAME', 'INET4_GETSOCKNAME', 'INET6_GETSOCKNAME'])
      .map((name) => [`CGROUP_${name}`, ONLY_1]),
  ),
  CGROUP_DEVICE: ALLOW,
  CGROUP_SYSCTL: ALLOW,
  CGROUP_SOCKOPT: ALLOW,
  SOCK_OPS: [
    plain(1, 'goes on: what it answers is in `ctx->reply`'),
    plain(0, 'goes on with `ctx->reply` -1'),
  ],
  TRACE_ITER: [plain(0, 'goes on with the next object'), plain(1, 'asks for the same object again')],
  TRACE_FENTRY: ONLY_0,
  TRACE_FEXIT: ONLY_0,
  TRACE_KPROBE_SESSION: SESSION,
  TRACE_UPROBE_SESSION: SESSION,
  LSM_MAC: [plain(0, 'allows it'), plain(-1, 'refuses it with this error, here `EPERM`')],
  LSM_CGROUP: ALLOW,
};

/** The values of a section that have a meaning; the most usual first, empty where the value has none. */
export function returnValues({ programType, attachType = '' }: SectionDef): readonly ReturnValue[] {
  return VALUES[attachType.replace('BPF_', '')] ?? VALUES[programType.replace('BPF_PROG_TYPE_', '')] ?? [];
}
