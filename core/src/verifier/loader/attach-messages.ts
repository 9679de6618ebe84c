/** What libbpf says when a program cannot be attached. libbpf: src/libbpf.c, usdt.c. */
import type { MessageRule } from '../messages/rule';

export const attachMessages: readonly MessageRule[] = [
  {
    rule: 'tracepoint-missing',
    texts: [
      "failed to determine tracepoint '{event}' perf event ID: {error}",
      "prog '{program}': failed to create tracepoint '{event}' perf event: {error}",
      "prog '{program}': failed to attach to raw tracepoint '{event}': {error}",
    ],
    says: 'the tracepoint {event} cannot be found on this host: {error}',
    help: 'Either the kernel has no such event (another version, another architecture, a module that is not loaded), or tracefs is not mounted: `mount -t tracefs tracefs /sys/kernel/tracing`.',
  },
  {
    rule: 'tracepoint-permission',
    texts: ["tracepoint '{event}' perf_event_open() failed: {error}"],
    says: 'this process may not open the tracepoint {event}: {error}',
    help: 'Run as root or with CAP_PERFMON; kernel.perf_event_paranoid and lockdown can forbid it, too.',
  },
  {
    rule: 'ctx-record-range',
    texts: [],
    says: 'the kernel does not attach the program: {error}: it reads beyond the end of the event’s record',
    help: 'Read only what the event’s format has: of a system call no more ctx->args[n] than it has arguments.',
  },
  {
    rule: 'perf-link',
    texts: [
      "prog '{program}': failed to create BPF link for perf_event FD {#fd}: {error}",
      "prog '{program}': failed to create BPF link for perf_event FD: {error}",
      "prog '{program}': failed to attach to perf_event FD {#fd}: {error}",
      "prog '{program}': failed to attach to pfd {#fd}: {error}",
      "prog '{program}': failed to attach to tracepoint '{event}': {error}",
      "prog '{program}': failed to enable perf_event FD {#fd}: {error}",
    ],
    says: 'the kernel does not attach the program {program}: {error}',
    help: 'For a tracepoint EACCES means that it reads beyond the event’s record, EPERM that the privilege is missing, EEXIST that another one holds the place.',
  },
  {
    rule: 'probe-missing',
    texts: [
      "prog '{program}': failed to create {kind} '{function}' perf event: {error}",
      "prog '{program}': failed to attach to {kind} '{function}': {error}",
      "failed to add legacy kprobe event for '{function}': {error}",
      "failed to determine legacy kprobe event id for '{function}': {error}",
      'legacy kprobe perf_event_open() failed: {error}',
      'failed to determine {kind} perf type: {error}',
      'failed to determine {kind} retprobe bit: {error}',
    ],
    says: 'the probe[ on {function}] cannot be set: {error}',
    help: 'The function must exist and be traceable (available_filter_functions): it may be inlined, renamed, or end in .isra.0; the kernel needs CONFIG_KPROBES, for uprobes CONFIG_UPROBES.',
  },
  {
    rule: 'uprobe-target',
    texts: [
      "prog '{program}': failed to resolve full path for '{path}': {error}",
      "prog '{program}': section '{section}' missing ':function[+offset]' specification",
      "prog '{program}': invalid format of section definition '{section}'",
      'failed to open {path}: {error}',
      'elf: could not read elf file {path} from {*}: {error}',
      "elf: failed to find symbol '{function}' in '{path}': {error}",
      'invalid section \'{section}\', expected SEC("usdt/<path>:<provider>:<name>")',
      "prog '{program}': failed to attach multi-uprobe: {error}",
      "prog '{program}': uretprobes do not support offset specification",
    ],
    says: 'the target of the user probe cannot be found[: {path}][: {section}]',
    help: 'Write SEC("uprobe//path/of/program:function"): the file must exist on the host and have the symbol.',
  },
  {
    rule: 'uprobe-ambiguous',
    texts: [
      "elf: ambiguous match for '{function}' in '{path}'",
      "elf: ambiguous match for '{function}', '{other}' in '{path}'",
    ],
    says: 'the file {path} has more than one {function}, and the name does not say which',
    help: 'Probe a function that calls it, or give the offset of one of them in the file: `readelf --dyn-syms`. libbpf from 1.3 on takes the version too: SEC("uprobe//path:function@VERSION").',
  },
  {
    rule: 'usdt-header',
    texts: ['usdt: failed to find USDT support BPF maps, did you forget to include bpf/usdt.bpf.h?'],
    says: 'a static probe is attached by maps that the object does not have',
    help: 'Add `#include <bpf/usdt.bpf.h>`, which declares them.',
  },
  {
    rule: 'attach-refused',
    texts: [
      "prog '{program}': failed to attach: {error}",
      "prog '{program}': failed to attach to {kind}: {error}",
      "prog '{program}': failed to attach to iterator: {error}",
      "prog '{program}': failed to auto-attach: {error}",
      "map '{map}': failed to auto-attach: {error}",
    ],
    says: 'the kernel does not attach the program: {error}',
    help: 'EBUSY: another program holds the place. EPERM: the privilege is missing, or lockdown forbids it. ENOTSUPP (524) and EOPNOTSUPP: this kernel or architecture cannot attach there.',
  },
  {
    rule: 'attach-section',
    texts: ["prog '{program}': invalid section name '{section}'"],
    says: 'the section {section} does not say what the program attaches to',
    help: 'Complete it: `tp/category/name`, `kprobe/function`, `raw_tp/name`.',
  },
  {
    rule: 'attach-before-load',
    texts: [
      "prog '{program}': can't attach before loaded",
      "prog '{program}': can't attach BPF program without FD (was it loaded?)",
      "prog '{program}': can't use BPF program without FD (was it loaded?)",
      "map '{map}': can't use BPF map without FD (was it created?)",
    ],
    says: 'the program or map is used before it is loaded',
    help: 'Load the object first; a program with autoload off (SEC("?…")) is not loaded at all.',
  },
];
