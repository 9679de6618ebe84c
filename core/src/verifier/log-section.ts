/** The log of one program while it is read. */
import { readCost } from './cost';
import { detach } from './detach';
import { readKernelReport } from './kernel-report';
import { isReportLine } from './kernel-report';
import type { LogLine } from './log-lines';
import type { LogMessage, ProgramLog, SourcePosition, VerificationCost, VerifiedInstruction } from './model';
import { parseRegisterState } from './register-state';
import { readSourceComment } from './source-comment';
import { cut, detachPiece, VerifiedPath } from './verified-path';
import type { PathEntry, Piece } from './verified-path';

const defaultPathLimit = 16_384;
const messageLimit = 200;
const reportLimit = 4000;

const aboutParameter = /^arg#\d+ reference type\('UNKNOWN /;

export class LogSection {
  readonly #path: VerifiedPath;
  readonly #report: string[] = [];
  #messages: LogMessage[] = [];
  #program: string | undefined;
  #function: string | undefined;
  /** The line of source that was printed last. */
  #source: Piece | undefined;
  /** Registers that were printed before the next instruction. */
  #state: Piece | undefined;
  #cost: VerificationCost | undefined;
  #inReport = false;
  /** libbpf says where it begins. */
  #wrapped = false;
  /** It has lines that only a verifier writes. */
  #isLog = false;
  #instructions = 0;
  /** It begins in the middle. */
  #headless = false;

  constructor(pathLimit = defaultPathLimit) {
    this.#path = new VerifiedPath(pathLimit);
  }

  begin(program: string | undefined): void {
    this.#program = program;
    this.#wrapped = true;
  }

  /** The verifier's last line was read; its statistics may go on. */
  get complete(): boolean {
    return !this.#wrapped && this.#cost !== undefined && this.#cost.limit > 0;
  }

  /** What was read of a text that is not a log. */
  get messages(): readonly LogMessage[] {
    return this.#messages;
  }

  /** Neither over nor in a report: instructions, states and lines of source mean what they look like. */
  get plain(): boolean {
    return !this.#inReport && !this.complete;
  }

  /** @param raw the whole line */
  read(line: LogLine, raw: string, number: number): void {
    if (this.#inReport && isReportLine(raw)) {
      if (this.#report.length < reportLimit) this.#report.push(raw);
      return;
    }
    this.#inReport = false;
    if (line.kind !== 'message' && line.kind !== 'noise' && line.kind !== 'source') this.#isLog = true;
    switch (line.kind) {
      case 'instruction':
        this.instruction(line.index, { text: line.rest, from: 0, to: line.rest.length }, number);
        return;
      case 'source':
        this.source({ text: line.text, from: 0, to: line.text.length });
        return;
      case 'state':
        this.state({ text: line.text, from: 0, to: line.text.length });
        return;
      case 'branch':
        // At level 1 the kernel erases the branches that are done, but not which line it printed last: it may leave
        // out the line of the next instruction although the log does not have it.
        if (this.#path.last?.index === line.from) this.#source = undefined;
        this.#path.resume(line.from);
        if (!line.safe) this.#state = { text: line.state, from: 0, to: line.state.length };
        return;
      case 'function':
        this.#function = line.name;
        this.#path.restart();
        return;
      case 'cost':
        this.#cost = readCost(line.text, this.#cost);
        return;
      case 'report':
        this.#inReport = true;
        this.#report.push(raw);
        return;
      case 'noise':
        // Of the parameters of a global function it is the verdict: nothing of it is verified then.
        if (this.#function === undefined || this.#path.last || !aboutParameter.test(raw.trim())) return;
        this.#messages.push({ text: detach(raw.trim()), logLine: number });
        return;
      case 'message':
        if (this.#messages.length < messageLimit) {
          this.#messages.push({ text: detach(line.text), logLine: number });
        }
        return;
      default:
    }
  }

  /** To be called when a part of the text was read, with its length: what is kept must not keep the part alive. */
  settle(partLength: number): void {
    this.#state &&= detachPiece(this.#state);
    this.#source &&= detachPiece(this.#source);
    this.#path.settle(partLength);
  }

  /** Undefined where nothing of it is a verifier's. */
  finish(): ProgramLog | undefined {
    if (!this.#isLog && !this.#wrapped) return undefined;
    const report = readKernelReport(this.#report);
    const cost = this.#cost && this.#cost.limit > 0 ? this.#cost : undefined;
    const cutOff = this.#instructions > 0 && cost === undefined;
    return {
      ...(this.#program !== undefined && { program: this.#program }),
      ...(this.#function !== undefined && { globalFunction: detach(this.#function) }),
      path: this.#path.entries.map(createEntryReader()),
      messages: this.#messages,
      refused: this.#messages.length > 0 || report !== undefined,
      truncated: this.#headless || cutOff || !this.#path.complete,
      ...(cost && { cost }),
      ...(report && { report }),
    };
  }

  source(piece: Piece): void {
    this.#source = piece;
  }

  state(piece: Piece): void {
    this.#isLog = true;
    this.#state = piece;
  }

  /** @param piece from behind `12: ` to the end of the line */
  instruction(index: number, { text, from, to }: Piece, logLine: number): void {
    this.#isLog = true;
    // Kernels from 6.4 on keep the end of a log that is too long: then it begins anywhere.
    if (this.#instructions === 0 && index > 0 && this.#function === undefined) this.#headless = true;
    this.#instructions++;
    // What was said before an instruction was no refusal.
    if (this.#messages.length > 0) this.#messages = [];
    // Where a branch was erased, the state of the next instruction can stand in the same line.
    const colon = text.indexOf(': ', from);
    const joint = colon >= 0 && colon < to ? jointState.exec(text.slice(from, to)) : null;
    const end = joint ? from + (joint[1]?.length ?? 0) : to;
    this.#path.push({ index, text, from, to: end, before: this.#state, source: this.#source, logLine });
    const state = joint?.[2];
    this.#state = state === undefined ? undefined : { text: state, from: 0, to: state.length };
    if (joint) this.#source = undefined;
  }
}

const jointState = /^(\([0-9a-f]{2}\) [^;]*?) \d+: ?((?:frame|R|fp-)\d.*)$/;

function createEntryReader(): (entry: PathEntry) => VerifiedInstruction {
  const positions = new Map<string, SourcePosition | undefined>();
  /** One value per line of source, however often it comes. */
  const positionOf = (text: string): SourcePosition | undefined => {
    if (!positions.has(text)) positions.set(detach(text), readSourceComment(text));
    return positions.get(text);
  };
  return (entry) => {
    const { index, before, source, logLine } = entry;
    const line = cut(entry);
    const position = source && positionOf(cut(source));
    // Behind the instruction: `    ; R0=scalar()`; the instruction itself has no semicolon.
    const comment = line.indexOf('; ');
    const after = comment < 0 ? undefined : line.slice(comment + 1);
    return {
      index,
      text: (comment < 0 ? line : line.slice(0, comment)).trim(),
      ...(before && { before: parseRegisterState(cut(before)) }),
      ...(after !== undefined && { after: parseRegisterState(after) }),
      ...(position && { position }),
      logLine,
    };
  };
}
