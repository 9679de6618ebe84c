/**
 * A generated program as edits of a file: each part at the place where such things stand in it, in the file's own
 * indentation and newlines. What the file has already is not among the parts.
 */
import type { SectionSite, SourceAnalysis, Span } from '../analysis/model';
import type { GeneratedProgram, Part } from './model';
import { joined } from './parts';
import { declarationsEnd, includesEnd, lineEnd, programsEnd } from './places';
import { styled, styleOf } from './style';

export interface TextEdit {
  readonly span: Span;
  readonly newText: string;
}

/** What goes to the end of one line. */
interface Block {
  readonly offset: number;
  readonly text: string;
  /** No empty line before it. */
  readonly joins: boolean;
}

/** In the order of the file; no two touch. */
export function insertionEdits(
  file: SourceAnalysis,
  { parts }: Pick<GeneratedProgram, 'parts'>,
): readonly TextEdit[] {
  const { text } = file;
  const style = styleOf(text);
  const of = (...kinds: readonly Part['kind'][]) => parts.filter(({ kind }) => kinds.includes(kind));
  const edits: TextEdit[] = [];
  const blocks: Block[] = [];
  const put = (offset: number, some: readonly Part[], joins = false) => {
    if (some.length > 0) blocks.push({ offset, text: styled(joined(some), style), joins });
  };

  const head = includesEnd(file);
  const [firstInclude] = file.includes;
  const includes = of('include');
  const types = firstInclude === undefined ? [] : includes.filter(({ name }) => name === 'vmlinux.h');
  if (firstInclude !== undefined && types.length > 0) {
    // The kernel's types come before what uses them.
    const start = text.lastIndexOf('\n', firstInclude.span.start) + 1;
    edits.push({ span: { start, end: start }, newText: joined(types) + style.newline });
  }
  const rest = includes.filter((part) => !types.includes(part));
  put(head, rest, firstInclude !== undefined || text.startsWith('// SPDX'));
  put(head, of('license'));

  const open = openSections(file);
  const end = programsEnd(file);
  const declarations = declarationsEnd(file, open[0]?.span.start) ?? end;
  put(declarations, of('struct', 'map', 'global', 'helper'));
  const sites = new Map(
    of('program').map((part) => [part, open.find(({ tracepoint }) => isFor(part, tracepoint))]),
  );
  for (const [part, site] of sites) {
    if (site === undefined) continue;
    const line = { start: text.lastIndexOf('\n', site.span.start) + 1, end: lineEnd(text, site.span.end) };
    // Under the SEC line that waits for its function, where what the function needs is above it.
    if (declarations <= line.start)
      blocks.push({ offset: line.end, text: styled(withoutSection(part), style), joins: true });
    else edits.push({ span: line, newText: '' });
  }
  for (const [part, site] of sites)
    if (site === undefined || declarations > site.span.start) put(end, [part]);
  return [...edits, ...gathered(text, blocks, style.newline)].sort((a, b) => a.span.start - b.span.start);
}

/** The text with the edits made. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  return edits
    .toSorted((a, b) => b.span.start - a.span.start)
    .reduce((done, { span, newText }) => done.slice(0, span.start) + newText + done.slice(span.end), text);
}

/** SEC lines that no function follows; what stands behind them belongs to something else. */
function openSections(file: SourceAnalysis): readonly SectionSite[] {
  return file.sections.filter((site) => {
    if (site.tracepoint === undefined || site.form !== 'SEC' || site.conditional) return false;
    return site.on !== 'function' || /^\s*(?:SEC\s*\(|static\b)/.test(file.text.slice(site.span.end));
  });
}

function isFor({ event }: Part, target: SectionSite['tracepoint']): boolean {
  return event !== undefined && event.category === target?.category && event.name === target.name;
}

function withoutSection({ text }: Part): string {
  return text.slice(text.indexOf('\n') + 1);
}

/** One edit for each place. */
function gathered(text: string, blocks: readonly Block[], newline: string): readonly TextEdit[] {
  const offsets = [...new Set(blocks.map(({ offset }) => offset))];
  return offsets.map((offset) => {
    const newText = blocks
      .filter((block) => block.offset === offset)
      .map(({ text: block, joins }, i) => {
        const isFirstOfFile = i === 0 && text.slice(0, offset).trim() === '';
        return (isFirstOfFile ? '' : newline.repeat(joins && i === 0 ? 1 : 2)) + block;
      });
    return {
      span: { start: offset, end: offset },
      newText: newText.join('') + gapBefore(text.slice(offset), newline),
    };
  });
}

/** What keeps an empty line between what is inserted and what follows, and a newline at the end of the file. */
function gapBefore(rest: string, newline: string): string {
  if (rest.trim() === '') return rest.includes('\n') ? '' : newline;
  if (/^[^\S\n]*\n[^\S\n]*\n/.test(rest)) return '';
  return /^[^\S\n]*\n/.test(rest) ? newline : newline + newline;
}
