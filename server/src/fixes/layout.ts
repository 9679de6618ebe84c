/** Where new lines go: before, behind and around statements, in the file's own style. */
import type { Edit } from './model';
import { before, isDeclaration, type Statement } from './statements';

/** A line to write, without indentation; deeper ones begin with tabs, which become the file's own. */
export type Line = string;

function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? '';
}

/** One step of indentation, as the function has it. */
function step(text: string, statement: Statement): string {
  let body = statement;
  while (body.parent) body = body.parent;
  const first = body.body[0];
  return (first && indentAt(text, first.span.start)) || '\t';
}

function indented(text: string, statement: Statement, lines: readonly Line[], base: string): string[] {
  const unit = step(text, statement);
  return lines.map((line) =>
    line === '' ? '' : base + line.replace(/^\t+/, (tabs) => unit.repeat(tabs.length)),
  );
}

/**
 * Lines before a statement, apart from declarations; under an `if` or a loop that has no braces it gets some.
 */
export function linesBefore(text: string, statement: Statement, lines: readonly Line[]): Edit[] | undefined {
  const { start } = statement.span;
  const line = text.lastIndexOf('\n', start - 1) + 1;
  if (text.slice(line, start).trim() !== '') return undefined;
  const indent = text.slice(line, start);
  const all = followsDeclaration(text, statement) && !declares(lines[0] ?? '') ? ['', ...lines] : lines;
  const newText = indented(text, statement, all, indent)
    .map((one) => `${one}\n`)
    .join('');
  const insert: Edit = { span: { start: line, end: line }, newText };
  if (statement.parent?.kind === 'block') return [insert];
  const braces = bracesAround(text, statement);
  return braces && [braces[0], insert, braces[1]];
}

/** A declaration stands right before it, with no empty line between them. */
function followsDeclaration(text: string, statement: Statement): boolean {
  const previous = before(statement).at(-1);
  return (
    previous !== undefined &&
    isDeclaration(previous) &&
    !/\n[ \t]*\r?\n/.test(text.slice(previous.span.end, statement.span.start))
  );
}

const declares = (line: Line): boolean => /^\w+ [\w *]*\w+(?: = .*)?;$/.test(line) && !/^return\b/.test(line);

function bracesAround(text: string, statement: Statement): [Edit, Edit] | undefined {
  const { parent, span } = statement;
  if (parent === undefined || !/^(?:if|loop)$/.test(parent.kind) || parent.body.length !== 1)
    return undefined;
  const head = text.slice(0, span.start).trimEnd().length;
  const parentIndent = indentAt(text, parent.span.start);
  const isElse = parent.parent?.kind === 'if';
  if (isElse || text.slice(head, span.start).includes('//') || restOfLine(text, span.end).trim() !== '')
    return undefined;
  return [
    { span: { start: head, end: head }, newText: ' {' },
    { span: { start: span.end, end: span.end }, newText: `\n${parentIndent}}` },
  ];
}

/** Lines behind a statement of a block, after a comment on its last line. */
export function linesAfter(text: string, statement: Statement, lines: readonly Line[]): Edit[] | undefined {
  const { span, parent } = statement;
  if (
    parent?.kind !== 'block' ||
    !/^\s*(?:\/\/.*|\/\*(?:(?!\*\/).)*\*\/\s*)?$/.test(restOfLine(text, span.end))
  )
    return undefined;
  const end = span.end + restOfLine(text, span.end).length;
  const newText = indented(text, statement, lines, indentAt(text, span.start))
    .map((one) => `\n${one}`)
    .join('');
  return [{ span: { start: end, end }, newText }];
}

/** Lines before the closing brace of a block. */
export function linesAtEnd(text: string, block: Statement, lines: readonly Line[]): Edit[] | undefined {
  const last = block.body.at(-1);
  return last && linesAfter(text, last, lines);
}

/**
 * A statement that comes after the declarations around another one: directly behind it where that is no declaration.
 * @param isLast whether what follows must not be passed
 */
export function linesAfterDeclarations(
  text: string,
  statement: Statement,
  lines: readonly Line[],
  isLast: (next: Statement) => boolean,
): Edit[] | undefined {
  let last = statement;
  if (isDeclaration(statement)) {
    for (const next of statement.parent?.body ?? []) {
      if (next.span.start < statement.span.end) continue;
      if (!isDeclaration(next) || isLast(next)) break;
      last = next;
    }
  }
  if (!isDeclaration(last)) return linesAfter(text, last, lines);
  return linesAfter(text, last, ['', ...lines]);
}

/** Without the statement, and without its line where nothing else is on it. */
export function removed(text: string, { span }: Statement): Edit {
  const start = text.lastIndexOf('\n', span.start - 1) + 1;
  const isAlone = text.slice(start, span.start).trim() === '' && restOfLine(text, span.end).trim() === '';
  const end = text.indexOf('\n', span.end) + 1;
  return { span: isAlone && end > 0 ? { start, end } : span, newText: '' };
}

function restOfLine(text: string, offset: number): string {
  const end = text.indexOf('\n', offset);
  return text.slice(offset, end < 0 ? text.length : end).replace(/\r$/, '');
}
