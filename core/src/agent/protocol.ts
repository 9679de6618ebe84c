/**
 * What the agent (agent/, C) and the runner say to each other: docs/agent-protocol.md.
 *
 * Runner to agent, on stdin: one command a line, words separated by one blank; `load` is followed by that many bytes.
 *
 *     ping                                  at least every two seconds; see `heartbeat`
 *     load SESSION SIZE [verify] [only=PROGRAM]… [level=1|2|4] [dump=MILLISECONDS] [stats]
 *     stop SESSION
 *     facts | vmlinux | btf | features
 *     quit
 *
 * Agent to runner, on stdout: one JSON object a line. `SESSION` is a number that the runner chose; records and states
 * that come late are told apart by it.
 */
import * as v from 'valibot';

export const protocolVersion = 1;

/** The agent ends, and with it every program it loaded, after so long without a command. */
export const heartbeatTimeoutMs = 4000;

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));
const Session = v.object({ session: Count });
/**
 * The error as `errno` has it, above zero, with its name (`EACCES`) and strerror()'s text. From 4000 on it is libbpf's
 * own, named `LIBBPF_ERRNO`; 524 is the kernel's `ENOTSUPP`.
 */
const Errno = v.object({ errno: Count, code: v.string(), text: v.string() });
export type AgentErrno = v.InferOutput<typeof Errno>;

/** The first line. */
const Hello = v.object({
  type: v.literal('hello'),
  protocol: v.number(),
  /** The release of the agent. */
  agent: v.string(),
  libbpf: v.string(),
  pid: Count,
});

/** What the host is, and what it lets us do. Every member is read from the host, none is guessed. */
export const HostFacts = v.object({
  type: v.literal('facts'),
  release: v.string(),
  machine: v.string(),
  hostname: v.string(),
  uid: Count,
  /** Effective capabilities as in /proc/self/status, hexadecimal. */
  capabilities: v.string(),
  /** /sys/kernel/btf/vmlinux is readable; its size in bytes and a hash of its contents. */
  btf: v.nullable(v.object({ size: Count, hash: v.string() })),
  /** Where tracefs is mounted for the agent, and whether the agent had to mount it for itself. */
  tracefs: v.nullable(v.object({ path: v.string(), private: v.boolean() })),
  bpffs: v.boolean(),
  /** `none`, `integrity`, `confidentiality`, or `unknown`. */
  lockdown: v.string(),
  /** Values of /proc/sys as text; null where there is no such file. */
  sysctl: v.object({
    unprivilegedBpfDisabled: v.nullable(v.string()),
    bpfJitEnable: v.nullable(v.string()),
    perfEventParanoid: v.nullable(v.string()),
    bpfStatsEnabled: v.nullable(v.string()),
  }),
  /** RLIMIT_MEMLOCK in bytes; null for no limit. */
  memlock: v.nullable(Count),
  cpus: Count,
  /** Inside a container or another PID namespace than init's, as far as that can be told. */
  container: v.boolean(),
  /** CONFIG_… of /proc/config.gz or /boot/config-<release> that BPF needs; absent ones are left out. */
  config: v.record(v.string(), v.string()),
});
export type HostFacts = v.InferOutput<typeof HostFacts>;

/** A map of the loaded object; `index` names it in the lines that follow. */
const MapInfo = v.object({
  index: Count,
  name: v.string(),
  /** `BPF_MAP_TYPE_…` without its prefix, lower case: `ringbuf`, `lru_percpu_hash`; the number where it is not known. */
  kind: v.string(),
  keySize: Count,
  valueSize: Count,
  maxEntries: Count,
  /** `.rodata`, `.bss`, …: the object's global variables. */
  internal: v.boolean(),
});
export type AgentMap = v.InferOutput<typeof MapInfo>;

const Maps = v.object({ type: v.literal('maps'), ...Session.entries, maps: v.array(MapInfo) });

/**
 * A part of a program's log, which is too long for one line: about a megabyte. The `program` line that follows has the
 * last part.
 */
const Log = v.object({ type: v.literal('log'), ...Session.entries, name: v.string(), text: v.string() });

/** Each program is loaded by itself: one that is refused does not hide the verdict on the others. */
const Program = v.object({
  type: v.literal('program'),
  ...Session.entries,
  name: v.string(),
  section: v.string(),
  /** Null where it loaded. */
  error: v.nullable(Errno),
  /** The verifier's log, whole but for what `log` lines said before; it begins with libbpf's own words. */
  log: v.string(),
  /** Instructions after libbpf's relocations; what the verifier says it processed is in the log. */
  instructions: Count,
  /** What the host's facts say about the cause, a sentence or two; absent where they say nothing. */
  cause: v.exactOptional(v.string()),
});

/** `attached`; `skipped`: libbpf has no automatic attach for the section; `failed`. */
const Attach = v.object({
  type: v.literal('attach'),
  ...Session.entries,
  name: v.string(),
  state: v.picklist(['attached', 'skipped', 'failed']),
  error: v.nullable(Errno),
  /** libbpf's own words. */
  log: v.string(),
  /** As for a program. */
  cause: v.exactOptional(v.string()),
});

/**
 * `loaded` comes after the programs' verdicts, `running` after their attaching: from here on records arrive. The last
 * line of a session is `stopped`, or `failed`: nothing of the object is loaded.
 */
const State = v.object({
  type: v.literal('state'),
  ...Session.entries,
  state: v.picklist(['loaded', 'running', 'stopped', 'failed']),
  /** For `failed`: libbpf's words. */
  message: v.exactOptional(v.string()),
  /** For `failed`: null where the programs' own lines say it all. */
  error: v.exactOptional(v.nullable(Errno)),
  /** As for a program. */
  cause: v.exactOptional(v.string()),
});

/**
 * Records of one map, in the order in which they were taken. `data` is base64 of, for each: u32 size, i32 CPU (-1 for
 * a ring buffer, which does not say), u64 nanoseconds since 1970 when the agent took it, the record's bytes, zeroes up
 * to a multiple of eight. Numbers in the host's byte order, which is little-endian on all that we build for.
 */
const Records = v.object({
  type: v.literal('records'),
  ...Session.entries,
  map: Count,
  count: Count,
  data: v.string(),
});

/**
 * Records that were lost since the session began. `perf`: the kernel's own count of a perf buffer. `counter`: the
 * program's count, a global variable whose name begins with `dropped` or `lost`. `full`: a ring buffer was seen full
 * so many times while the program counts nothing: how many records are lost is not known.
 */
const Lost = v.object({
  type: v.literal('lost'),
  ...Session.entries,
  source: v.picklist(['perf', 'counter', 'full']),
  /** The map, or the variable. */
  name: v.string(),
  count: Count,
});

/** A dump of a hash, array, per-CPU or LRU map, or of global variables. Per-CPU values follow one another, each padded to 8 bytes. */
const MapDump = v.object({
  type: v.literal('map'),
  ...Session.entries,
  map: Count,
  /** [key, value] in base64. */
  entries: v.array(v.tuple([v.string(), v.string()])),
  /** More entries than are shown. */
  truncated: v.boolean(),
});

/** Once per dump interval, with `stats`. Totals since the session began. */
const Stats = v.object({
  type: v.literal('stats'),
  ...Session.entries,
  programs: v.array(v.object({ name: v.string(), runs: Count, nanoseconds: Count, missed: Count })),
});

/** A line that a bpf_printk of one of our programs may have written: its text fits one of their format strings. */
const Printk = v.object({
  type: v.literal('printk'),
  ...Session.entries,
  text: v.string(),
  comm: v.string(),
  pid: Count,
  cpu: Count,
  /** Seconds since boot. */
  time: v.number(),
});

/** Something the user should know. `trace-pipe-shared`: somebody else reads trace_pipe, and takes lines away from us. */
const Notice = v.object({ type: v.literal('notice'), code: v.string(), message: v.string() });

/** A part of the answer to `vmlinux` (C text), `btf` (raw BTF) or `features` (JSON); base64. */
const Chunk = v.object({
  type: v.literal('chunk'),
  of: v.picklist(['vmlinux', 'btf', 'features']),
  data: v.string(),
  last: v.boolean(),
});

/** A command that the agent did not understand, or could not carry out. */
const Failure = v.object({ type: v.literal('error'), message: v.string(), error: v.nullable(Errno) });

export const AgentMessage = v.variant('type', [
  Hello,
  HostFacts,
  Maps,
  Log,
  Program,
  Attach,
  State,
  Records,
  Lost,
  MapDump,
  Stats,
  Printk,
  Notice,
  Chunk,
  Failure,
]);
export type AgentMessage = v.InferOutput<typeof AgentMessage>;
export type AgentMessageOf<T extends AgentMessage['type']> = Extract<AgentMessage, { type: T }>;
