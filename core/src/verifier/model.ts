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
  /** Registers and stack as they are printed with it: `R0_w=map_value_or_null(…) R10=fp0`; empty where not printed. */
  readonly state: RegisterState;
  readonly position?: SourcePosition;
  /** Line of the log, from 1. */
  readonly logLine: number;
}

/** `R1` → `scalar(umin=0,umax=255)`, `fp-8` → `mmmmmmmm`; in the words of the log, without liveness marks. */
export type RegisterState = ReadonlyMap<string, string>;

/** What the verifier said about one program. */
export interface ProgramLog {
  /** Where libbpf or the agent says it. */
  readonly program?: string;
  /** The instructions that lead to the refusal, oldest first; bounded, the newest are kept. */
  readonly path: readonly VerifiedInstruction[];
  /** The verdict's own lines, without instructions and statistics; empty where it was accepted. */
  readonly messages: readonly LogMessage[];
  readonly refused: boolean;
  /** The log lacks its beginning or its end. */
  readonly truncated: boolean;
  readonly cost?: VerificationCost;
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
  /** What a fix needs to know: `{ kind: 'null-check', variable: 'value' }`; absent where there is no mechanical fix. */
  readonly fix?: FixHint;
}

export interface Label {
  readonly position: SourcePosition;
  readonly text: string;
}

export interface FixHint {
  readonly kind: 'null-check' | 'core-read' | 'bound' | 'mask' | 'license' | 'user-read' | 'zero' | 'release';
  /** Expressions of the source that it is about, as far as they are known. */
  readonly names: readonly string[];
}
