/**
 * Where the parts of a log are: its functions and branches, as an editor folds them, and every stay on a line of the
 * source. Lines of the log count from 1, as everywhere.
 */
import { readLogLine } from './log-lines';
import type { LogLine } from './log-lines';
import type { SourcePosition } from './model';
import { readSourceComment } from './source-comment';

export interface LogOutline {
  readonly folds: readonly LogFold[];
  /** In the order of the log. */
  readonly visits: readonly Visit[];
}

export interface LogFold {
  readonly kind: 'program' | 'function' | 'branch' | 'line' | 'table';
  readonly first: number;
  readonly last: number;
}

/** The verifier walks over instructions of one line of source, one after another. */
export interface Visit {
  readonly position: SourcePosition;
  /** The line of the log that shows the source, or else the first instruction. */
  readonly from: number;
  /** The first and the last instruction. */
  readonly first: number;
  readonly last: number;
}

/** Where an instruction belongs: the object may know more than the log, which is what it is given. */
export type Locate = (instruction: number, printed: SourcePosition | undefined) => SourcePosition | undefined;

export function outlineLog(text: string, locate: Locate = (_, printed) => printed): LogOutline {
  const outline = new Outline(locate);
  let line = 0;
  for (let start = 0; start <= text.length;) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    outline.read(text.slice(start, end), ++line);
    start = end + 1;
  }
  return outline.end();
}

/** The visit that a line of the log belongs to. */
export function visitAt(visits: readonly Visit[], logLine: number): Visit | undefined {
  let low = 0;
  let high = visits.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((visits[middle]?.from ?? Infinity) <= logLine) low = middle + 1;
    else high = middle;
  }
  const visit = visits[low - 1];
  return visit && logLine <= visit.last ? visit : undefined;
}

/** From the outermost to the innermost. */
const nesting = ['program', 'function', 'branch', 'line', 'table'] as const;

class Outline {
  readonly #locate: Locate;
  readonly #folds: LogFold[] = [];
  readonly #visits: Visit[] = [];
  /** Where the parts begin that are not over yet. */
  readonly #open = new Map<LogFold['kind'], number>();
  /** The last line that belongs to them. */
  #last = 0;
  #printed: SourcePosition | undefined;
  /** The line that shows `#printed`, until an instruction of another line comes. */
  #shownAt: number | undefined;
  #visit: Visit | undefined;
  /** The instruction that was read last, where it ends a function. */
  #exit: number | undefined;

  constructor(locate: Locate) {
    this.#locate = locate;
  }

  read(raw: string, number: number): void {
    const line = readLogLine(raw);
    if (this.#open.has('table') && line.kind !== 'noise') this.#close('table');
    this.#take(line, raw, number);
    if (raw.trim() !== '') this.#last = number;
  }

  end(): LogOutline {
    this.#close('program');
    // The outer one first, where two begin on one line.
    const folds = this.#folds.sort((a, b) => a.first - b.first || b.last - a.last);
    return { folds, visits: this.#visits };
  }

  #take(line: LogLine, raw: string, number: number): void {
    switch (line.kind) {
      case 'begin':
        this.#begin('program', number);
        return;
      case 'end':
        this.#close('function');
        this.#last = number;
        this.#close('program');
        return;
      case 'function':
        this.#begin('function', number);
        return;
      case 'branch':
        // Behind a return it is no branch: the caller goes on.
        if (line.from === this.#exit && !line.safe) this.#close('line');
        else if (line.safe) this.#close('branch');
        else this.#begin('branch', number);
        this.#printed = undefined;
        return;
      case 'state':
        if (!this.#open.has('branch')) this.#begin('branch', number);
        return;
      case 'source':
        this.#begin('line', number);
        this.#printed = readSourceComment(line.text);
        this.#shownAt = number;
        return;
      case 'instruction':
        this.#instruction(line.index, line.rest, number);
        return;
      case 'cost':
      case 'report':
      case 'loader':
        this.#close('function');
        return;
      case 'message':
        this.#endVisit();
        return;
      case 'noise':
        if (raw.trim() === 'Live regs before insn:') this.#begin('table', number);
    }
  }

  #instruction(index: number, rest: string, number: number): void {
    const position = this.#locate(index, this.#printed);
    const shownAt = this.#shownAt;
    this.#shownAt = undefined;
    this.#exit = rest.startsWith('(95) exit') ? index : undefined;
    if (position === undefined) this.#endVisit();
    else if (this.#visit && isSame(this.#visit.position, position))
      this.#visit = { ...this.#visit, last: number };
    else {
      this.#endVisit();
      this.#visit = { position, from: shownAt ?? number, first: number, last: number };
    }
  }

  /** Ends what cannot go on in it. */
  #begin(kind: LogFold['kind'], number: number): void {
    this.#close(kind);
    this.#open.set(kind, number);
  }

  /** Ends a part and all in it. */
  #close(kind: LogFold['kind']): void {
    if (kind !== 'line' && kind !== 'table') this.#endVisit();
    for (const inner of nesting.slice(nesting.indexOf(kind)).reverse()) {
      const first = this.#open.get(inner);
      this.#open.delete(inner);
      if (first !== undefined && this.#last > first)
        this.#folds.push({ kind: inner, first, last: this.#last });
    }
  }

  #endVisit(): void {
    if (this.#visit) this.#visits.push(this.#visit);
    this.#visit = undefined;
  }
}

function isSame(a: SourcePosition, b: SourcePosition): boolean {
  return a.file === b.file && a.line === b.line && (a.line !== undefined || a.text === b.text);
}
