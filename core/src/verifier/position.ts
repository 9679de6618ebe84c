/**
 * Puts a log on the lines of the source by the line information of the object file (`.BTF.ext`): with the path of the
 * file and the column, which no log has, in headers and inlined functions too.
 */
import type { BpfObject } from '../elf/bpf-object';
import type { LineInfo } from '../elf/btf-ext';
import type { Parsed } from '../result';
import type { ProgramLog, SourcePosition } from './model';
import { programLayouts } from './program-layout';
import type { CodeRange, ProgramLayout } from './program-layout';

/** The lines of one loaded program. */
export interface ProgramLines {
  readonly program: string;
  /** Of an instruction as the log counts them; undefined for what belongs to no line. */
  position(instruction: number): SourcePosition | undefined;
  function(instruction: number): CodeRange | undefined;
  /** The line where a function of the program begins. */
  start(name: string): SourcePosition | undefined;
}

/** By program; objects without BTF have none. */
export function programLines(object: BpfObject): ReadonlyMap<string, ProgramLines> {
  const bySection = new Map<string, LineInfo[]>();
  for (const line of object.ext.lines) {
    const lines = bySection.get(line.section);
    if (lines) lines.push(line);
    else bySection.set(line.section, [line]);
  }
  for (const lines of bySection.values()) lines.sort((a, b) => a.offset - b.offset);
  if (bySection.size === 0) return new Map();
  const layouts = [...programLayouts(object.elf)];
  return new Map(layouts.map(([name, layout]) => [name, new Lines(name, layout, bySection)]));
}

class Lines implements ProgramLines {
  readonly program: string;
  readonly #layout: ProgramLayout;
  readonly #lines: ReadonlyMap<string, readonly LineInfo[]>;

  constructor(program: string, layout: ProgramLayout, lines: ReadonlyMap<string, readonly LineInfo[]>) {
    this.program = program;
    this.#layout = layout;
    this.#lines = lines;
  }

  position(instruction: number): SourcePosition | undefined {
    const place = this.#layout.place(instruction);
    return place && this.#at(place.function, place.offset);
  }

  function(instruction: number): CodeRange | undefined {
    return this.#layout.place(instruction)?.function;
  }

  start(name: string): SourcePosition | undefined {
    const range = this.#layout.functions.find((one) => one.name === name);
    return range && this.#at(range, range.offset);
  }

  /** The last line information at or before an instruction, of the same function. */
  #at(range: CodeRange, offset: number): SourcePosition | undefined {
    const lines = this.#lines.get(range.section) ?? [];
    let low = 0;
    let high = lines.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((lines[middle]?.offset ?? Infinity) <= offset) low = middle + 1;
      else high = middle;
    }
    const found = lines[low - 1];
    if (!found || found.offset < range.offset || found.line === 0) return undefined;
    // With its indentation: the column counts from the start of the line.
    return { file: found.file, line: found.line, column: found.column, text: found.text.trimEnd() };
  }
}

/**
 * The log with the object's positions. Where the log shows other lines than the object has at the same instructions, it
 * is not this object's: then it stays as it is, and the problem says so.
 */
export function locate(log: ProgramLog, object: BpfObject): Parsed<ProgramLog> {
  const programs = programLines(object);
  const refuse = (message: string): Parsed<ProgramLog> => ({ value: log, problems: [{ message }] });
  if (programs.size === 0) return refuse('the object has no line information: compile it with -g');
  const named = log.program === undefined ? undefined : programs.get(log.program);
  if (log.program !== undefined && !named) return refuse(`the object has no program ${log.program}`);
  const candidates = named ? [named] : [...programs.values()];
  if (candidates.length > 1 && log.path.length === 0) {
    return refuse('the log does not say which of the programs of the object it is about');
  }
  const lines = candidates.find((one) => agrees(log, one));
  if (!lines) return refuse('the log is about another version of the object: its lines of source differ');
  const path = log.path.map(({ position: printed, ...instruction }) => {
    const position = lines.position(instruction.index) ?? printed;
    return { ...instruction, ...(position && { position }) };
  });
  return { value: { ...log, program: lines.program, path }, problems: [] };
}

/** Every line of source that the log shows is the one that the object has there. */
function agrees(log: ProgramLog, lines: ProgramLines): boolean {
  return log.path.every(({ index, position }) => {
    const known = lines.position(index);
    if (!position || !known) return lines.function(index) !== undefined;
    return position.text.trim() === known.text.trim() && (position.line ?? known.line) === known.line;
  });
}
