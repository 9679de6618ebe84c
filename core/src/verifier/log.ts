/**
 * Reads verifier logs in a stream: raw ones, libbpf's with its words around them, several in one text. What is kept does
 * not grow with the log: of the instructions, the path that leads to the end, and of that the newest.
 */
import type { Parsed } from '../result';
import { detach } from './detach';
import { readLogLine } from './log-lines';
import { LogSection } from './log-section';
import type { LoaderMessage, ProgramLog, VerifierOutput } from './model';

export interface LogParser {
  /** The next part of the text; it may end anywhere. */
  push(text: string): void;
  end(): Parsed<VerifierOutput>;
}

export interface LogParserOptions {
  /** The program that the log is about, where the text does not say it. */
  readonly program?: string;
  /** Instructions that are kept of a path; 16384 where not given. */
  readonly pathLimit?: number;
}

export function createLogParser(options: LogParserOptions = {}): LogParser {
  return new Parser(options);
}

/** A whole text at once. */
export function parseLog(text: string, options: LogParserOptions = {}): Parsed<VerifierOutput> {
  const parser = createLogParser(options);
  parser.push(text);
  return parser.end();
}

const loaderLimit = 1000;

/** Characters that lines begin with. */
const [blank, parenthesis, zero, colon, semicolon] = [32, 40, 48, 58, 59] as const;

class Parser implements LogParser {
  readonly #options: LogParserOptions;
  readonly #programs: ProgramLog[] = [];
  readonly #loader: LoaderMessage[] = [];
  #section: LogSection;
  /** The program that libbpf spoke of last. */
  #announced: string | undefined;
  #rest = '';
  #line = 0;

  constructor(options: LogParserOptions) {
    this.#options = options;
    this.#section = new LogSection(options.pathLimit);
  }

  push(text: string): void {
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      if (this.#rest !== '') this.#read(this.#rest + text.slice(start, end));
      else if (!this.#readQuickly(text, start, end)) this.#read(text.slice(start, end));
      this.#rest = '';
      start = end + 1;
    }
    this.#rest += detach(text.slice(start));
    this.#section.settle(text.length);
  }

  end(): Parsed<VerifierOutput> {
    if (this.#rest !== '') this.#read(this.#rest);
    this.#rest = '';
    this.#finish();
    const value = { programs: this.#programs, loader: this.#loader };
    const empty = value.programs.length === 0 && value.loader.length === 0;
    return { value, problems: empty ? [{ message: 'there is no verifier log in it' }] : [] };
  }

  /** Instructions and lines of source, which most lines are; as `readLogLine`, but without cutting them out. */
  #readQuickly(text: string, start: number, end: number): boolean {
    const first = text.charCodeAt(start);
    if (end - start < 4 || text.charCodeAt(end - 1) <= blank || !this.#section.plain) return false;
    if (first === semicolon && text.charCodeAt(start + 1) === blank) {
      this.#line++;
      this.#section.source({ text, from: start + 2, to: end });
      return true;
    }
    let at = start;
    let index = 0;
    for (let digit = first - zero; digit >= 0 && digit <= 9; digit = text.charCodeAt(at) - zero) {
      index = index * 10 + digit;
      at++;
    }
    if (at === start || text.charCodeAt(at) !== colon || text.charCodeAt(at + 1) !== blank) return false;
    if (text.charCodeAt(at + 2) !== parenthesis) return false;
    this.#line++;
    this.#section.instruction(index, { text, from: at + 2, to: end }, this.#line);
    return true;
  }

  #read(text: string): void {
    this.#line++;
    const line = readLogLine(text);
    switch (line.kind) {
      case 'begin':
        this.#finish();
        this.#section.begin(line.program ?? this.#announced);
        return;
      case 'end':
        this.#finish();
        return;
      case 'loader':
        this.#readLoader(line.text, line.program);
        return;
      default:
        // A log without libbpf's words around it ends with its statistics.
        if (this.#section.complete && line.kind !== 'cost' && line.kind !== 'noise') this.#finish();
        this.#section.read(line, text, this.#line);
    }
  }

  #readLoader(text: string, program: string | undefined): void {
    if (this.#section.complete) this.#finish();
    if (this.#loader.length < loaderLimit) {
      this.#loader.push({
        text: detach(text),
        logLine: this.#line,
        ...(program !== undefined && { program }),
      });
    }
    if (program === undefined) return;
    this.#announced = program;
    // libbpf before 0.7 names the program behind its log.
    const last = this.#programs[this.#programs.length - 1];
    if (text.startsWith('failed to load program') && last && last.program === undefined) {
      this.#programs[this.#programs.length - 1] = { ...last, program, refused: true };
    }
  }

  #finish(): void {
    const log = this.#section.finish();
    const other = this.#section.messages;
    this.#section = new LogSection(this.#options.pathLimit);
    if (!log) {
      this.#loader.push(...other.slice(0, loaderLimit - this.#loader.length));
      return;
    }
    const program = log.program ?? this.#options.program ?? this.#announced;
    this.#announced = undefined;
    this.#programs.push({ ...log, ...(program !== undefined && { program: detach(program) }) });
  }
}
