/**
 * What each libbpf section is for, in one sentence. Keyed by the names of section-defs.generated.ts; a test
 * fails for a section without a text and for a text without a section.
 */
export const SECTION_SUMMARIES: Readonly<Record<string, string>> = {
  socket: 'Filters the packets that reach a socket; the return value is how many bytes to keep.',
  'sk_reuseport/migrate':
    'Picks the listening socket of a SO_REUSEPORT group, also when a connection moves from a closing listener.',
  sk_reuseport: 'Picks the socket of a SO_REUSEPORT group that gets a packet or connection.',

  kprobe: 'Runs at the entry of a kernel function, or at an offset inside it.',
  kretprobe: 'Runs when a kernel function returns, with its return value.',
  'kprobe.multi': 'Runs at the entry of every kernel function that matches a pattern, attached in one go.',
  'kretprobe.multi':
    'Runs at the return of every kernel function that matches a pattern, attached in one go.',
  'kprobe.session':
    'Runs at entry and return of matching kernel functions; the entry run can cancel the return run and hand it a cookie.',
  ksyscall: 'Runs at the entry of a system call, under whatever name this architecture gives its function.',
  kretsyscall:
    'Runs at the return of a system call, under whatever name this architecture gives its function.',

  uprobe: 'Runs at the entry of a function in a user-space binary or library.',
  'uprobe.s': 'Runs at the entry of a user-space function and may sleep, so it can fault in user memory.',
  uretprobe: 'Runs when a function in a user-space binary or library returns.',
  'uretprobe.s': 'Runs when a user-space function returns and may sleep, so it can fault in user memory.',
  'uprobe.multi':
    'Runs at the entry of every user-space function that matches a pattern, attached in one go.',
  'uretprobe.multi':
    'Runs at the return of every user-space function that matches a pattern, attached in one go.',
  'uprobe.session':
    'Runs at entry and return of matching user-space functions; the entry run can cancel the return run and hand it a cookie.',
  'uprobe.multi.s': 'Runs at the entry of every matching user-space function and may sleep.',
  'uretprobe.multi.s': 'Runs at the return of every matching user-space function and may sleep.',
  'uprobe.session.s': 'Runs at entry and return of matching user-space functions and may sleep.',
  usdt: 'Runs at a static probe (USDT) that a user-space program declares.',
  'usdt.s': 'Runs at a static probe (USDT) of a user-space program and may sleep.',

  'tc/ingress': 'Sees the packets that a network device receives; an older name of tcx/ingress.',
  'tc/egress': 'Sees the packets that a network device sends; an older name of tcx/egress.',
  'tcx/ingress': 'Sees the packets that a network device receives, attached by a link (TCX).',
  'tcx/egress': 'Sees the packets that a network device sends, attached by a link (TCX).',
  tc: 'Classifies packets for a traffic-control filter; the legacy form, prefer tcx/ingress and tcx/egress.',
  classifier: 'Classifies packets for a traffic-control filter; the legacy name of tc, prefer tcx/….',
  action: 'Acts on packets as a traffic-control action; legacy, prefer tcx/….',
  'netkit/primary': 'Sees the packets that leave the primary device of a netkit pair.',
  'netkit/peer': 'Sees the packets that leave the peer device of a netkit pair.',

  tracepoint: 'Runs at a kernel tracepoint and gets the fields that its format file lists.',
  tp: 'Runs at a kernel tracepoint and gets the fields that its format file lists; short for tracepoint.',
  'tracepoint.s': 'Runs at a system call tracepoint and may sleep, so it can fault in user memory.',
  'tp.s':
    'Runs at a system call tracepoint and may sleep, so it can fault in user memory; short for tracepoint.s.',
  raw_tracepoint:
    'Runs at a tracepoint with the raw arguments of its TP_PROTO, before any field is assigned.',
  raw_tp: 'Runs at a tracepoint with the raw arguments of its TP_PROTO; short for raw_tracepoint.',
  'raw_tracepoint.s':
    'Runs at a raw tracepoint that may be slept in, with the raw arguments of its TP_PROTO.',
  'raw_tp.s': 'Runs at a raw tracepoint that may be slept in; short for raw_tracepoint.s.',
  'raw_tracepoint.w': 'Runs at a raw tracepoint that lets the program write to its first argument.',
  'raw_tp.w': 'Runs at a writable raw tracepoint; short for raw_tracepoint.w.',
  tp_btf: 'Runs at a raw tracepoint with arguments typed by BTF: kernel pointers can be followed directly.',
  'tp_btf.s': 'Runs at a BTF-typed raw tracepoint that may be slept in.',

  fentry: 'Runs at the entry of a kernel function with arguments typed by BTF; faster than a kprobe.',
  fmod_ret: 'Runs before a kernel function that allows it, and can replace its return value.',
  fexit: 'Runs at the return of a kernel function with its arguments and its return value, typed by BTF.',
  'fentry.s': 'Runs at the entry of a kernel function that may be slept in.',
  'fmod_ret.s': 'Runs before a kernel function that may be slept in, and can replace its return value.',
  'fexit.s': 'Runs at the return of a kernel function that may be slept in.',
  fsession:
    'Runs at entry and return of a kernel function; the entry run can cancel the return run and hand it a cookie.',
  'fsession.s': 'Runs at entry and return of a kernel function that may be slept in.',
  'fsession.multi': 'Runs at entry and return of every kernel function that matches a pattern.',
  'fsession.multi.s': 'Runs at entry and return of every matching kernel function that may be slept in.',
  'fentry.multi': 'Runs at the entry of every kernel function that matches a pattern.',
  'fexit.multi': 'Runs at the return of every kernel function that matches a pattern.',
  'fentry.multi.s': 'Runs at the entry of every matching kernel function that may be slept in.',
  'fexit.multi.s': 'Runs at the return of every matching kernel function that may be slept in.',
  freplace: 'Replaces a global function of another BPF program that is already loaded.',

  lsm: 'Runs at a security hook of the kernel; a negative error code refuses the operation.',
  'lsm.s': 'Runs at a security hook that may be slept in; a negative error code refuses the operation.',
  lsm_cgroup: 'Runs at a security hook, for the processes of one cgroup; returning 0 refuses the operation.',
  iter: 'Walks kernel objects (tasks, files, maps, sockets, …) when its file in bpffs is read.',
  'iter.s': 'Walks kernel objects when its file in bpffs is read, and may sleep.',
  syscall: 'Runs once when user space asks for it (BPF_PROG_RUN), and may call bpf() and sleep.',

  'xdp.frags/devmap':
    'Runs on a packet that was redirected through a devmap, jumbo frames in fragments included.',
  'xdp/devmap': 'Runs on a packet that was redirected through a devmap, before the target device sends it.',
  'xdp.frags/cpumap':
    'Runs on a packet that was redirected to another CPU, jumbo frames in fragments included.',
  'xdp/cpumap': 'Runs on a packet that was redirected to another CPU, on that CPU.',
  'xdp.frags': 'Sees packets in the driver, before the network stack, jumbo frames in fragments included.',
  xdp: 'Sees packets in the driver, before the network stack; can drop, pass, bounce or redirect them.',
  perf_event: 'Runs at each sample of a perf event: a timer, a hardware counter, …',

  lwt_in: 'Sees the packets that arrive on a route with lightweight-tunnel encapsulation; read only.',
  lwt_out: 'Sees the packets that leave on a route with lightweight-tunnel encapsulation; read only.',
  lwt_xmit: 'May change and redirect the packets that leave on a lightweight-tunnel route.',
  lwt_seg6local: 'Acts on IPv6 segment-routing packets at a local segment (End.BPF).',
  sockops: 'Gets the events of TCP connections in a cgroup and may set their options.',
  'sk_skb/stream_parser': 'Finds the end of a message in the byte stream of a socket in a sockmap.',
  'sk_skb/stream_verdict': 'Drops, passes or redirects each message of a stream socket in a sockmap.',
  'sk_skb/verdict': 'Drops, passes or redirects what a socket in a sockmap receives, without a parser.',
  sk_skb: 'Handles what sockets in a sockmap receive; the attach type is set by the loader.',
  sk_msg: 'Drops, passes or redirects what a socket in a sockmap is about to send.',
  lirc_mode2: 'Decodes the pulses of an infrared receiver into key presses.',
  flow_dissector: 'Replaces how the kernel takes packet headers apart to find the flow.',

  'cgroup_skb/ingress': 'Lets through or drops the packets that processes of a cgroup receive.',
  'cgroup_skb/egress': 'Lets through or drops the packets that processes of a cgroup send.',
  'cgroup/skb': 'Lets through or drops packets of a cgroup; the attach type is set by the loader.',
  'cgroup/sock_create': 'Allows or refuses the creation of an inet socket in a cgroup.',
  'cgroup/sock_release': 'Runs when an inet socket of a cgroup is released.',
  'cgroup/sock':
    'Allows or refuses the creation of an inet socket in a cgroup; the older name of cgroup/sock_create.',
  'cgroup/post_bind4': 'Allows or refuses an IPv4 bind() in a cgroup, after the address is known.',
  'cgroup/post_bind6': 'Allows or refuses an IPv6 bind() in a cgroup, after the address is known.',
  'cgroup/bind4': 'Allows, refuses or rewrites the address of an IPv4 bind() in a cgroup.',
  'cgroup/bind6': 'Allows, refuses or rewrites the address of an IPv6 bind() in a cgroup.',
  'cgroup/connect4': 'Allows, refuses or rewrites the target of an IPv4 connect() in a cgroup.',
  'cgroup/connect6': 'Allows, refuses or rewrites the target of an IPv6 connect() in a cgroup.',
  'cgroup/connect_unix': 'Allows, refuses or rewrites the target of a Unix connect() in a cgroup.',
  'cgroup/sendmsg4': 'Allows, refuses or rewrites the target of an unconnected IPv4 UDP send in a cgroup.',
  'cgroup/sendmsg6': 'Allows, refuses or rewrites the target of an unconnected IPv6 UDP send in a cgroup.',
  'cgroup/sendmsg_unix': 'Allows, refuses or rewrites the target of an unconnected Unix send in a cgroup.',
  'cgroup/recvmsg4': 'Rewrites the source address that an IPv4 UDP receive in a cgroup reports.',
  'cgroup/recvmsg6': 'Rewrites the source address that an IPv6 UDP receive in a cgroup reports.',
  'cgroup/recvmsg_unix': 'Rewrites the source address that a Unix receive in a cgroup reports.',
  'cgroup/getpeername4': 'Rewrites what getpeername() reports for IPv4 sockets of a cgroup.',
  'cgroup/getpeername6': 'Rewrites what getpeername() reports for IPv6 sockets of a cgroup.',
  'cgroup/getpeername_unix': 'Rewrites what getpeername() reports for Unix sockets of a cgroup.',
  'cgroup/getsockname4': 'Rewrites what getsockname() reports for IPv4 sockets of a cgroup.',
  'cgroup/getsockname6': 'Rewrites what getsockname() reports for IPv6 sockets of a cgroup.',
  'cgroup/getsockname_unix': 'Rewrites what getsockname() reports for Unix sockets of a cgroup.',
  'cgroup/sysctl': 'Allows, refuses or changes reads and writes of sysctl files in a cgroup.',
  'cgroup/getsockopt': 'Sees and may change the result of getsockopt() in a cgroup.',
  'cgroup/setsockopt': 'Allows, refuses or changes setsockopt() in a cgroup.',
  'cgroup/dev': 'Allows or refuses access to device nodes in a cgroup.',

  struct_ops:
    'Implements one function of a kernel operations table, such as tcp_congestion_ops or sched_ext_ops.',
  'struct_ops.s': 'Implements one function of a kernel operations table that may sleep.',
  sk_lookup: 'Picks the socket for an incoming connection or packet, whatever address it is bound to.',
  netfilter: 'Runs as a netfilter hook and accepts or drops the packet.',
};
