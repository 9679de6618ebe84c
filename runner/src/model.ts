/**
 * What the runner takes and gives: types alone. One `startRun` builds a program, brings it to one or more hosts and
 * streams what it says until it is stopped. The runner knows no user interface: it asks through `RunnerUi`.
 */
import type { AgentMap, AgentMessageOf, HostFacts } from '#core/agent/protocol';

/** Where a program runs. `host` is whatever the user's ssh knows: an alias of ~/.ssh/config, a name, `user@name`. */
export type Target = { readonly kind: 'local' } | { readonly kind: 'ssh'; readonly host: string };

/** The name of this machine as a target, in events and on the command line. */
export const localHost = 'local';

/** The source of a program, or an object that somebody else built. Paths are absolute. */
export interface Source {
  readonly path: string;
}

export interface BuildOptions {
  /** The compiler: a name on PATH or an absolute path. Default `clang`. */
  readonly clang?: string;
  /** Further arguments for it. */
  readonly flags?: readonly string[];
  /**
   * The project's own build, instead: an argv in which `${file}` is the source, `${output}` the object to write,
   * `${arch}` the architecture as libbpf calls it (x86, arm64) and `${vmlinuxDir}` the folder with a vmlinux.h that
   * fits the target. Without `${output}` the object is looked for where `object` says.
   */
  readonly command?: readonly string[];
  /** Where `command` leaves the object, if not in `${output}`. Relative to `cwd`. */
  readonly object?: string;
  /** Folder that `command` runs in, and that quoted includes may be relative to. Default: the source's folder. */
  readonly cwd?: string;
}

/** Folders of this installation and of the user. */
export interface Places {
  /** With `manifest.json` and one folder per machine: `dist/agent`. */
  readonly agents: string;
  /** The program that ssh runs to ask for a secret: `dist/askpass.js`. */
  readonly askpass: string;
  /** Where vmlinux.h of targets are kept. */
  readonly cache: string;
}

/** How ssh is called. Everything else is the user's own configuration. */
export interface SshOptions {
  /** Default `ssh`. */
  readonly program?: string;
  /** Arguments before the host; tests pass `-F`. */
  readonly args?: readonly string[];
  /** Seconds until a host that does not answer is given up. Default 15, unless the user's configuration says. */
  readonly connectTimeout?: number;
}

export interface RunOptions {
  readonly targets: readonly Target[];
  readonly source: Source;
  readonly build?: BuildOptions;
  /** `verify` loads without attaching, and ends; `inspect` ends after `facts` and does not look at the source. Default `run`. */
  readonly mode?: 'run' | 'verify' | 'inspect';
  /** Names of the programs to load; absent for all. */
  readonly programs?: readonly string[];
  /** The verifier's log level of programs that load; one that is refused always has its log. */
  readonly logLevel?: 1 | 2 | 4;
  /** Milliseconds between dumps of maps; absent for none. */
  readonly dumpInterval?: number;
  /** Count runs and run time of programs. */
  readonly stats?: boolean;
  /**
   * Whether a host stays connected after its program failed to build or to load, or was verified, and waits for
   * `reload`. Default false: it ends.
   */
  readonly keepConnected?: boolean;
  readonly ui: RunnerUi;
  readonly places: Places;
  readonly ssh?: SshOptions;
}

/** How the runner speaks to the user. Every question may be answered with undefined or false: declined. */
export interface RunnerUi {
  secret(request: SecretRequest, signal: AbortSignal): Promise<string | undefined>;
  /** Whether this unknown host key is the right one. Only `true` accepts it. */
  confirmHostKey(request: HostKeyRequest, signal: AbortSignal): Promise<boolean>;
  /** Something that the user has to do elsewhere: to touch a security key. Withdrawn when `signal` aborts. */
  notify(message: string, host: string, signal: AbortSignal): void;
  /** A line for the log: commands that are run, what tools say. Contains no secret. */
  log(line: string): void;
}

export interface SecretRequest {
  /** `answer`: some other question of the server, such as a one-time code. */
  readonly kind: 'password' | 'passphrase' | 'pin' | 'sudo' | 'answer';
  readonly host: string;
  /** The question in ssh's or sudo's words, without control characters. */
  readonly prompt: string;
  /** What the secret is for, as far as it is known: `user@host`, or the path of a key. Secrets are kept under it. */
  readonly subject: string;
  /** 1 for the first; above it, the secret before was refused. */
  readonly attempt: number;
}

export interface HostKeyRequest {
  readonly host: string;
  /** `ED25519`. */
  readonly keyType: string;
  /** `SHA256:…`. */
  readonly fingerprint: string;
  /** The whole question in ssh's words. */
  readonly prompt: string;
}

export const stepNames = [
  'connect',
  'preflight',
  'build',
  'upload',
  'load',
  'attach',
  'stream',
  'stop',
] as const;
export type StepName = (typeof stepNames)[number];

/** Failures of the program; all others are of a host or a tool. */
export const programFailureCodes = [
  'compile-error',
  'build-command-failed',
  'object-unusable',
  'program-refused',
  'event-missing',
  'attach-denied',
  'attach-failed',
] as const;

export const failureCodes = [
  // ssh
  'ssh-missing',
  'host-unknown',
  'connection-refused',
  'host-unreachable',
  'host-key-unknown',
  'host-key-changed',
  'authentication-failed',
  'password-needed',
  'connection-lost',
  'ssh-failed',
  // the host
  'host-unsupported',
  'not-root',
  'sudo-password-needed',
  'sudo-refused',
  'no-writable-directory',
  'disk-full',
  'tracefs-missing',
  'btf-missing',
  'lockdown',
  // the agent
  'agent-missing',
  'agent-damaged',
  'wrong-architecture',
  'agent-ended',
  'protocol-mismatch',
  // the build
  'source-missing',
  'clang-missing',
  'vmlinux-missing',
  'headers-missing',
  ...programFailureCodes,
  // ours
  'cancelled',
  'internal',
] as const;
export type FailureCode = (typeof failureCodes)[number];

/** What went wrong. Free of control characters, whatever the host sent. */
export interface Failure {
  readonly code: FailureCode;
  /** One sentence: what happened. */
  readonly message: string;
  /** What to do about it: a sentence or two. */
  readonly help: string;
  /** The tool's own words, several lines: ssh's stderr, the verifier's log, the compiler's errors. */
  readonly detail?: string;
}

/** A message of the compiler. Lines and columns count from 1, columns in bytes. */
export interface BuildDiagnostic {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly severity: 'error' | 'warning' | 'note';
  readonly message: string;
}

/** One record of a ring or perf buffer: where it is in the bytes of its batch. */
export interface RunRecord {
  /** -1 for a ring buffer, which does not say. */
  readonly cpu: number;
  /** Milliseconds since 1970, with a fraction, when the agent took it. */
  readonly time: number;
  readonly at: number;
  readonly end: number;
}

/** Records of one map. Who only counts them pays for nothing else. */
export interface RecordBatch extends Iterable<RunRecord> {
  readonly count: number;
  /** All of them, unpacked when it is first asked for. */
  readonly bytes: Uint8Array;
}

export type StepEvent = { readonly type: 'step'; readonly step: StepName } & (
  | { readonly state: 'started' }
  | { readonly state: 'done'; readonly milliseconds: number; readonly detail?: string }
  | { readonly state: 'skipped'; readonly detail: string }
  | { readonly state: 'failed'; readonly milliseconds: number; readonly failure: Failure }
);

/** `T` without the session's number; `run` counts the objects that a host was given, from 1. */
type OfRun<T> = Omit<T, 'session'> & { readonly run: number };

type HostEvent =
  | StepEvent
  | { readonly type: 'facts'; readonly facts: HostFacts }
  /** The object that is about to be loaded; decode records with it. */
  | { readonly type: 'built'; readonly run: number; readonly object: Uint8Array }
  /** What the compiler said about this build, also where it succeeded; empty to clear. */
  | { readonly type: 'diagnostics'; readonly run: number; readonly diagnostics: readonly BuildDiagnostic[] }
  | OfRun<AgentMessageOf<'maps'>>
  | (OfRun<AgentMessageOf<'program'>> & { readonly failure?: Failure })
  | (OfRun<AgentMessageOf<'attach'>> & { readonly failure?: Failure })
  | OfRun<AgentMessageOf<'state'>>
  | { readonly type: 'records'; readonly run: number; readonly map: AgentMap; readonly records: RecordBatch }
  | OfRun<AgentMessageOf<'lost'>>
  | {
      readonly type: 'map';
      readonly run: number;
      readonly map: AgentMap;
      readonly entries: readonly (readonly [key: Uint8Array, value: Uint8Array])[];
      readonly truncated: boolean;
    }
  | OfRun<AgentMessageOf<'stats'>>
  | OfRun<AgentMessageOf<'printk'>>
  | AgentMessageOf<'notice'>
  /** The last event of this host. Without a failure it was stopped, or did all that was asked. */
  | { readonly type: 'ended'; readonly failure?: Failure };

/** What happens on a host. `host` is `targetName` of its target. */
export type RunEvent = HostEvent & { readonly host: string };
export type RunEventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

export interface HostOutcome {
  readonly host: string;
  /** Absent: it was stopped, or did all that was asked. */
  readonly failure?: Failure;
  /** Programs that loaded and, unless verifying, attached; and those that did not. */
  readonly programs: { readonly good: readonly string[]; readonly bad: readonly string[] };
}

/**
 * A run on all its hosts. The failure of one does not stop the others. Who does not read `events` slows the hosts
 * down: records are lost there, and counted.
 */
export interface RunSession {
  /** For one reader. Ends after the last host's `ended`. */
  readonly events: AsyncIterable<RunEvent>;
  /**
   * Builds again and replaces the program on every host that is connected, without a new connection or upload; hosts
   * that have ended are started anew. Takes effect while another reload is on its way: the last one wins.
   */
  reload(source?: Source): void;
  /** Ends everything, at whatever step, within five seconds. Never rejects. */
  stop(): Promise<void>;
  /** Settles when every host has ended. Never rejects. */
  readonly done: Promise<readonly HostOutcome[]>;
}

/** `runner/src/run/start-run.ts`. */
export type StartRun = (options: RunOptions) => RunSession;

/** What `doctor` says about one thing of a host. */
export interface HostFinding {
  readonly what: string;
  readonly state: 'ok' | 'warning' | 'problem';
  /** What was found. */
  readonly found: string;
  /** What to do about it; absent where it is ok. */
  readonly help?: string;
}
