/** Lines as the file has them: its indentation, its newlines, at most 100 columns. */

export interface Style {
  /** One level of indentation. */
  readonly indent: string;
  readonly newline: string;
}

export const kernelStyle: Style = { indent: '\t', newline: '\n' };

/** The style that most of a text's lines are in. */
export function styleOf(text: string): Style {
  const lines = text.split('\n');
  const crlf = lines.filter((line) => line.endsWith('\r')).length;
  const tabs = lines.filter((line) => line.startsWith('\t')).length;
  // Lines of a comment and continued ones start at any column.
  const widths = lines.flatMap((line) => /^( +)[\w}]/.exec(line)?.[1]?.length ?? []);
  const narrowest = Math.min(...widths.filter((width) => width % 2 === 0));
  return {
    indent: widths.length > tabs && Number.isFinite(narrowest) ? ' '.repeat(Math.min(narrowest, 8)) : '\t',
    newline: crlf * 2 > lines.length ? '\r\n' : '\n',
  };
}

const columns = 100;
const tabWidth = 8;

/** @param text indented by tabs, with newlines, lines of any length */
export function styled(text: string, style: Style = kernelStyle): string {
  return text
    .split('\n')
    .flatMap((line) => wrapped(line, style))
    .join(style.newline);
}

/**
 * A call that is too long goes on under its first argument, as the kernel's sources have it; one level further in
 * where that leaves no room.
 */
function wrapped(line: string, style: Style): string[] {
  const level = /^\t*/.exec(line)?.[0].length ?? 0;
  const text = line.slice(level);
  const indentation = style.indent.repeat(level);
  if (widthOf(indentation) + text.length <= columns || text.startsWith('/*')) return [indentation + text];
  const pieces = argumentsOf(text);
  if (pieces === undefined) return [indentation + text];
  const head = indentation + pieces.head;
  const aligned = ' '.repeat(widthOf(head));
  const margin = style.indent === '\t' ? aligned.replaceAll(' '.repeat(tabWidth), '\t') : aligned;
  const fits = pieces.arguments.every((piece) => widthOf(margin) + piece.length <= columns);
  return filled(head, fits ? margin : indentation + style.indent, pieces.arguments);
}

/** As many arguments on a line as it takes. */
function filled(head: string, margin: string, [first = '', ...rest]: readonly string[]): string[] {
  const lines: string[] = [];
  let line = head + first;
  for (const piece of rest) {
    const longer = `${line} ${piece}`;
    if (widthOf(longer) <= columns) line = longer;
    else {
      lines.push(line);
      line = margin + piece;
    }
  }
  return [...lines, line];
}

/** `f(` and the arguments, each with the comma or the rest of the line behind it. */
function argumentsOf(
  text: string,
): { readonly head: string; readonly arguments: readonly string[] } | undefined {
  const call = /\b(?!if\b|for\b|while\b|sizeof\b)[a-z_]\w*\((?=.*,)/.exec(text);
  if (call === null) return undefined;
  const start = call.index + call[0].length;
  const pieces: string[] = [];
  let from = start;
  let depth = 0;
  let quoted = false;
  for (let i = start; i < text.length; i++) {
    const c = text[i];
    if (c === '\\') i++;
    else if (c === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (c === '(') depth++;
    else if (c === ')') {
      if (depth-- === 0) break;
    } else if (c === ',' && depth === 0) {
      pieces.push(text.slice(from, i + 1).trim());
      from = i + 1;
    }
  }
  return { head: text.slice(0, start), arguments: [...pieces, text.slice(from).trim()] };
}

function widthOf(line: string): number {
  let width = 0;
  for (const c of line) width += c === '\t' ? tabWidth - (width % tabWidth) : 1;
  return width;
}
