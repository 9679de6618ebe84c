/**
 * The reStructuredText of the kernel's headers as Markdown: paragraphs, lists, definitions and literal blocks. What is
 * bold or emphasised there is mostly C, and becomes code.
 */
import { code, inline } from './markdown';

/** @param names what is code where it is emphasised: the parameters of a helper */
export function markdownOf(rst: string, names: ReadonlySet<string>): string {
  const lines = rst.split('\n').map((line) => line.replace(/\t/g, '        ').trimEnd());
  return blocks(lines, names).join('\n\n');
}

const bullet = /^[*+-] +/;

function blocks(lines: readonly string[], names: ReadonlySet<string>): readonly string[] {
  const out: string[] = [];
  for (let at = 0; at < lines.length;) {
    const line = lines[at] ?? '';
    if (line === '') {
      at++;
      continue;
    }
    if (line.startsWith(' ')) {
      const end = endOfIndented(lines, at, 1);
      out.push(...blocks(dedent(lines.slice(at, end)), names));
      at = end;
    } else if (bullet.test(line) || isIndented(lines[at + 1])) {
      const items: string[] = [];
      while (at < lines.length && startsItem(lines, at)) {
        const end = endOfIndented(lines, at + 1, 1);
        items.push(item(lines.slice(at, end), names));
        at = end;
      }
      out.push(items.join('\n'));
    } else {
      const blank = lines.findIndex((other, n) => n > at && (other === '' || isIndented(other)));
      const end = blank < 0 ? lines.length : blank;
      const text = lines.slice(at, end).join(' ');
      at = end;
      if (text !== '::') out.push(inlines(text.replace(/::$/, ':'), names));
      if (text.endsWith('::')) {
        const literal = endOfIndented(lines, at, 1);
        out.push(code(dedent(lines.slice(at, literal)).join('\n').trim()));
        at = literal;
      }
    }
  }
  return out;
}

/** A bullet with its text, or a term with its definition. */
function item([first = '', ...rest]: readonly string[], names: ReadonlySet<string>): string {
  const mark = bullet.exec(first)?.[0];
  const content =
    mark === undefined
      ? [`${inlines(first, names)}:`, ...blocks(dedent(rest), names)]
      : blocks([first.slice(mark.length), ...dedent(rest)], names);
  const [head = '', ...others] = content;
  const tight = mark === undefined ? [`${head} ${others[0] ?? ''}`, ...others.slice(1)] : [head, ...others];
  return `- ${tight.join('\n\n').trimEnd().replaceAll('\n', '\n  ')}`;
}

function startsItem(lines: readonly string[], at: number): boolean {
  const line = lines[at] ?? '';
  return line !== '' && !isIndented(line) && (bullet.test(line) || isIndented(lines[at + 1]));
}

const isIndented = (line: string | undefined): boolean => line?.startsWith(' ') ?? false;

/** Behind the lines from here on that are indented or blank, without the blank ones at their end. */
function endOfIndented(lines: readonly string[], from: number, indent: number): number {
  let end = from;
  for (let at = from; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (line.startsWith(' '.repeat(indent))) end = at + 1;
    else if (line !== '') break;
  }
  return end;
}

function dedent(lines: readonly string[]): readonly string[] {
  const depths = lines.filter((line) => line !== '').map((line) => line.search(/\S/));
  const depth = Math.min(...depths);
  return lines.map((line) => line.slice(depth));
}

/** ``x``, **x** or *x*. */
const mark = String.raw`\`\`.+?\`\`|\*\*[^*\s](?:[^*]*[^*\s])?\*\*|\*[^*\s](?:[^*]*[^*\s])?\*(?!\w)`;
const joined = String.raw`(?:${mark})(?:\\ +(?:${mark}))*`;
/** Marked text and what `\ ` joins to it without a blank: `*skops*\ **->op**`, `**bpf_loop**\ ()`, `**sizeof**\ (*x*)`. */
const run = new RegExp(
  String.raw`${joined}(?:\\ +(?:[([]+(?:(?:\\ +)?${joined}(?:\\ +)?)?[)\]]?|[)\];]+))*`,
  'g',
);

function inlines(text: string, names: ReadonlySet<string>): string {
  let out = '';
  let at = 0;
  for (const match of text.matchAll(run)) {
    out += plain(text.slice(at, match.index)) + marked(match[0], names);
    at = match.index + match[0].length;
  }
  // A paragraph is no quotation, list or heading.
  return (out + plain(text.slice(at))).replace(/^(?=[>#+-])/, '\\');
}

function marked(text: string, names: ReadonlySet<string>): string {
  const bare = text.replace(/\\ +/g, '').replace(/``|\*+/g, '');
  const isWord = /^\*[a-z]+\*$/.test(text) && !names.has(bare);
  return isWord ? `*${bare}*` : inline(bare);
}

/** Other text keeps its letters in Markdown. */
function plain(text: string): string {
  return text.replace(/\\ +/g, '').replace(/</g, '\\<');
}
