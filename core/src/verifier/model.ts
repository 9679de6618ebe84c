/**
 * What a verifier's log says, as plain data. A log is read in a stream (`log.ts`), put on the lines of the source
 * (`position.ts`) and explained (`explain.ts`). Kernel: kernel/bpf/verifier.c, log.c; words of libbpf: src/libbpf.c.
 */

/** A place in a source file. Lines and columns count from 1; a column of 0 is not known. */
export interface SourcePosition {
  /** As the compiler was given it; undefined where the log has the text of the line alone. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** The line's text as the log or the object has it. */
  readonly text: string;
}

/** An instruction as it was verified once; the same one comes again on other branches. */
export interface VerifiedInstruction {
  readonly index: number;
  /** `(85) call bpf_map_lookup_elem#1` */
  readonly text: string;
  /** What is printed before it: of all registers and stack slots at a branch, else of those that changed, if at all. */
  readonly before?: RegisterState;
  /** What is printed behind it (`; R0=…`, kernels from 5.18 on): of the registers and slots that it used or changed. */
  readonly after?: RegisterState;
  readonly position?: SourcePosition;
  /** Line of the log, from 1. */
  readonly logLine: number;
}

/** Of one frame, in the words of the log, without liveness marks. */
export interface RegisterState {
  /** 0 is the program's own frame, 1 the one of a function that it calls, and so on. */
  readonly frame: number;
  /** `R1` → `scalar(umin=0,umax=255)`, `fp-8` → `mmmmmmmm`. */
  readonly values: ReadonlyMap<string, string>;
  /** Ids of the references that are held. */
  readonly references: readonly number[];
}

/** What a text of one or more logs says. */
export interface VerifierOutput {
  readonly programs: readonly ProgramLog[];
  /** What is said around the logs: libbpf's own words, without its prefix. */
  readonly loader: readonly LoaderMessage[];
}

export interface LoaderMessage extends LogMessage {
  /** Where the line names one: `prog 'x': …`. */
  readonly program?: string;
}

/** What the verifier said about one program. */
export interface ProgramLog {
  /** Where libbpf or the agent says it. */
  readonly program?: string;
  /** The global function that was verified by itself last: `Validating add() func#1...`. */
  readonly globalFunction?: string;
  /** The instructions that lead to the refusal, oldest first; bounded, the newest are kept. */
  readonly path: readonly VerifiedInstruction[];
  /** The verdict's own lines, without instructions and statistics; empty where it was accepted. */
  readonly messages: readonly LogMessage[];
  readonly refused: boolean;
  /** The log lacks its beginning or its end. */
  readonly truncated: boolean;
  readonly cost?: VerificationCost;
  /** The report that kernels from 7.3 on write after the messages. */
  readonly report?: KernelReport;
}

/** Kernel: kernel/bpf/diagnostics.c. */
export interface KernelReport {
  /** `Memory Safety` */
  readonly category: string;
  /** `Access outside bounds`; empty where there is none. */
  readonly problem: string;
  readonly reason: string;
  /** Where the verifier stopped, then the events that led there, oldest first. */
  readonly places: readonly ReportPlace[];
  readonly suggestion: string;
}

export interface ReportPlace {
  /** `error`, `update`, `branch`, `acquired`, … */
  readonly label: string;
  readonly text: string;
  readonly function?: string;
  readonly position?: SourcePosition;
  readonly instruction?: number;
}

export interface LogMessage {
  readonly text: string;
  readonly logLine: number;
}

/** `processed 104 insns (limit 1000000) max_states_per_insn 1 total_states 8 peak_states 8 mark_read 3`, `stack depth 16+0` */
export interface VerificationCost {
  readonly processed: number;
  readonly limit: number;
  readonly totalStates?: number;
  readonly peakStates?: number;
  readonly maxStatesPerInstruction?: number;
  /** Bytes, by frame. */
  readonly stackDepth?: readonly number[];
  readonly microseconds?: number;
}

/** Kebab-case and stable, like diagnostic codes: `null-check`, `scalar-deref`, `stack-read-uninitialised`. */
export type RuleId = string;

/** A refusal, said so that its reader knows what to change. */
export interface Explanation {
  readonly rule: RuleId;
  readonly program?: string;
  /** What is wrong, one sentence in the words of the source: `r0` only where the source has no name for it. */
  readonly sentence: string;
  /** Where the verifier stopped: the first is the squiggle, then where the bad value came from. */
  readonly labels: readonly Label[];
  /** What to write instead, one or two sentences. */
  readonly help: string;
  /** The kernel's own message. */
  readonly kernelText: string;
  readonly instruction?: number;
  /** Expressions of the source, where they are known: the value that is refused, and the index that is added to it. */
  readonly value?: string;
  readonly index?: string;
}

export interface Label {
  readonly position: SourcePosition;
  readonly text: string;
}
