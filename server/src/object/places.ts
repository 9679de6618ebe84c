/** From instructions to the text: the object says where each is from, with the line as it was compiled. */
import type { BpfObject } from '#core/elf/bpf-object';
import { CLASS, OP } from '#core/decode/instructions';
import type { Instruction } from '#core/decode/instructions';
import type { LinkedProgram } from '#core/object/link';
import { FRAME_POINTER } from '#core/object/reach/frame';
import type { Span } from '../analysis/model';
import type { ProgramLines } from '#core/verifier/position';
import type { DocumentView } from '../view';

type Document = Pick<DocumentView, 'uri' | 'text'>;

/** A statement of more lines is not looked through. */
const mostLines = 8;
/** The compiler computes an offset before the line that uses it: so many instructions further that may be. */
const furthest = 64;

interface Line {
  /** From 0. */
  readonly index: number;
  /** From 1; 0 where it is not known. */
  readonly column: number;
}

/**
 * Where the text has one of these names, in the statement of an instruction; else the rest of its line. Undefined where the
 * instruction is not of this document, or where the line is another than was compiled.
 */
export function placeOf(
  view: DocumentView,
  { code, name }: LinkedProgram,
  lines: ProgramLines,
  at: number,
  names: readonly string[],
): Span | undefined {
  const texts = view.text.split('\n');
  const places = [at, ...usesOf(code, at)];
  const found = places.map((n) => lineOf(view, texts, lines, n)).filter((line) => line !== undefined);
  const last = places.at(-1) ?? at;
  const best = lineOf(view, texts, lines, last);
  const startOf = (index: number): number =>
    texts.slice(0, index).reduce((sum, line) => sum + line.length + 1, 0);
  const rests = [...found].reverse().flatMap(({ index }) => restOfStatement(texts, index));
  for (const one of names.filter((text) => /^\w+$/.test(text))) {
    for (const index of [...found.map((line) => line.index), ...rests]) {
      const word = texts[index]?.search(new RegExp(String.raw`\b${one}\b`)) ?? -1;
      const start = startOf(index) + word;
      if (word >= 0) return { start, end: start + one.length };
    }
  }
  if (!best) return isOf(view, lines.position(last)?.file) ? undefined : headOf(view, name);
  const text = texts[best.index] ?? '';
  const indentation = text.length - text.trimStart().length;
  const from = Math.max(best.column - 1, indentation);
  const start = startOf(best.index);
  return { start: start + from, end: start + Math.max(from + 1, text.trimEnd().length) };
}

/** The program's name, for what it takes from a header. */
function headOf({ source }: DocumentView, name: string): Span | undefined {
  return source.programs.find((program) => program.function.name === name)?.function.nameSpan;
}

/** The lines behind one, to the end of the statement that it begins or is in. */
function restOfStatement(texts: readonly string[], index: number): readonly number[] {
  const rest: number[] = [];
  for (let n = index; rest.length < mostLines && !/[;{}]/.test(texts[n] ?? ';'); n++) rest.push(n + 1);
  return rest;
}

function lineOf(
  view: DocumentView,
  texts: readonly string[],
  lines: ProgramLines,
  at: number,
): Line | undefined {
  const position = lines.position(at);
  if (position?.line === undefined || !isOf(view, position.file)) return undefined;
  const text = texts[position.line - 1];
  // Clang keeps the text of a line where it can read the file.
  if (text === undefined || (position.text !== '' && position.text !== text.trimEnd())) return undefined;
  return { index: position.line - 1, column: position.column ?? 0 };
}

/** What is done with the number that an instruction puts into a register: added to an address, which is then read. */
function usesOf(code: readonly Instruction[], at: number): readonly number[] {
  const instruction = code[at];
  if (!instruction || !isMove(instruction)) return [];
  const use = nextWith(code, at, (one) => reads(one, instruction.destination));
  const sum = use === undefined ? undefined : code[use];
  if (use === undefined || !sum || (sum.opcode & 7) <= CLASS.storeRegister)
    return use === undefined ? [] : [use];
  const read = nextWith(code, use, (one) => one.opcode === OP.call || isMemory(one));
  return read === undefined ? [use] : [use, read];
}

function nextWith(
  code: readonly Instruction[],
  at: number,
  isWanted: (instruction: Instruction) => boolean,
): number | undefined {
  const found = code.slice(at + 1, at + furthest).findIndex(isWanted);
  return found < 0 ? undefined : at + 1 + found;
}

function isMove({ opcode }: Instruction): boolean {
  return opcode === OP.loadImmediate64 || opcode === OP.move64Immediate || opcode === OP.move32Immediate;
}

function isMemory({ opcode, source }: Instruction): boolean {
  return (opcode & 7) === CLASS.loadMemory && source !== FRAME_POINTER;
}

function reads({ opcode, source, destination }: Instruction, register: number): boolean {
  const isArithmetic = (opcode & 7) > CLASS.storeRegister;
  const usesSource = (opcode & 8) !== 0 || (opcode & 7) === CLASS.loadMemory;
  return (
    (usesSource && source === register) || (isArithmetic && opcode >> 4 !== 0xb && destination === register)
  );
}

/** Compilers are given paths of all kinds: the name alone tells a document from its headers. */
function isOf({ uri }: Pick<DocumentView, 'uri'>, file: string | undefined): boolean {
  const name = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
  return file !== undefined && name(file) === decodeURIComponent(name(uri));
}

/** Every line of the document that the object knows is as the text has it. False where it knows none. */
export function isMadeOf(object: BpfObject, view: Document): boolean {
  const texts = view.text.split('\n');
  const own = linesOf(object, view);
  return (
    own.length > 0 &&
    own.every(({ line, text }) => text === '' || texts[line - 1]?.trimEnd() === text.trimEnd())
  );
}

/** The document has code in it: not maps alone, nor programs of its headers. */
export function hasCodeOf(object: BpfObject, view: Document): boolean {
  return linesOf(object, view).length > 0;
}

function linesOf({ ext }: BpfObject, view: Document): BpfObject['ext']['lines'] {
  return ext.lines.filter(({ file, line }) => line > 0 && isOf(view, file));
}
