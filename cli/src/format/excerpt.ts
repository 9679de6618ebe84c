/** Lines of source with marked places, drawn as rustc draws them. */
import { styleText } from 'node:util';
import type { Label, SourcePosition } from '#core/verifier/model';
import type { Fixes } from '../fixes';

export interface Drawing {
  readonly colour: boolean;
  /** How the path of a file is shown. */
  readonly shown: (file: string) => string;
  readonly source: (file: string) => readonly string[] | undefined;
  /** Edits to propose; none unless given. */
  readonly fixes?: Fixes;
}

/** Columns from 0, of the text as it is. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** From the column, where it is known, to the end of the code in the line. */
export function spanOf({ text, column = 0 }: SourcePosition): Span {
  const first = text.length - text.trimStart().length;
  const start = column > 0 && column <= text.length ? column - 1 : first;
  const code = text.slice(start).replace(/\s*(?:\/\/.*|\/\*.*\*\/\s*)$/, '');
  const length = code.replace(/[\s;{]+$/, '').length;
  return { start, end: start + Math.max(1, length) };
}

/** The number of columns that line numbers take. */
export function gutterOf(labels: readonly Label[]): number {
  return Math.max(1, ...labels.map(({ position }) => String(position.line ?? '').length));
}

/** The first label is the one that counts. Files come in the order of their labels. */
export function excerpt(labels: readonly Label[], drawing: Drawing): readonly string[] {
  const gutter = gutterOf(labels);
  const files = [...new Set(labels.map(({ position }) => position.file))];
  return files.flatMap((file, at) => {
    const own = labels.filter(({ position }) => position.file === file);
    const [first] = own;
    if (!first) return [];
    const bar = paint(drawing, 'blue', `${' '.repeat(gutter)} |`);
    const head = placeOf(first.position, drawing);
    const arrow = paint(drawing, 'blue', `${' '.repeat(gutter)}${at === 0 ? '-->' : ':::'}`);
    return [
      ...(head === undefined ? [] : [`${arrow} ${head}`]),
      bar,
      ...body(own, labels[0], gutter, drawing),
    ];
  });
}

function body(
  labels: readonly Label[],
  primary: Label | undefined,
  gutter: number,
  drawing: Drawing,
): readonly string[] {
  const lines = [...new Set(labels.map(({ position }) => position.line))].sort((a, b) => (a ?? 0) - (b ?? 0));
  let previous: number | undefined;
  return lines.flatMap((line) => {
    const own = labels.filter(({ position }) => position.line === line);
    const text = own[0]?.position.text ?? '';
    const numbered =
      `${paint(drawing, 'blue', `${String(line ?? '').padStart(gutter)} |`)} ${flat(text)}`.trimEnd();
    const bar = paint(drawing, 'blue', `${' '.repeat(gutter)} |`);
    const marks = own.map((label) => {
      const { start, end } = spanOf(label.position);
      const from = flat(text.slice(0, start)).length;
      const width = Math.max(1, flat(text.slice(0, end)).length - from);
      const isPrimary = label === primary;
      const mark = `${(isPrimary ? '^' : '-').repeat(width)} ${label.text}`;
      return `${bar} ${' '.repeat(from)}${paint(drawing, isPrimary ? 'red' : 'blue', mark)}`;
    });
    const gap = gapBefore(previous, line, labels[0]?.position.file, gutter, drawing);
    previous = line;
    return [...gap, numbered, ...marks];
  });
}

/** One line between two is shown, more are three dots. */
function gapBefore(
  previous: number | undefined,
  line: number | undefined,
  file: string | undefined,
  gutter: number,
  drawing: Drawing,
): readonly string[] {
  if (previous === undefined || line === undefined || line <= previous + 1) return [];
  const between = file === undefined ? undefined : drawing.source(file)?.[line - 2];
  if (line === previous + 2 && between !== undefined) {
    const number = paint(drawing, 'blue', `${String(line - 1).padStart(gutter)} |`);
    return [`${number} ${flat(between)}`.trimEnd()];
  }
  return [paint(drawing, 'blue', '...')];
}

function placeOf({ file, line, column = 0, text }: SourcePosition, { shown }: Drawing): string | undefined {
  if (file === undefined) return undefined;
  const start = column > 0 ? column : spanOf({ text }).start + 1;
  return `${shown(file)}:${line ?? 1}:${start}`;
}

/** Tabs as four blanks, so that marks stand below what they mark. */
function flat(text: string): string {
  return text.replaceAll('\t', '    ');
}

function paint({ colour }: Drawing, style: 'blue' | 'red', text: string): string {
  return colour ? styleText(['bold', style], text) : text;
}
