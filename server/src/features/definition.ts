/**
 * Go to definition: a SEC string leads to the event's format file, a struct's tag and a member of ctx to the struct:
 * in this file, in a header of the project, or as the kernel's BTF has it.
 */
import { syscallArguments, syscallSide } from '#core/kernel/fields';
import type { TracepointFormat } from '#core/kernel/model';
import type { CtxUse, Span } from '../analysis/model';
import { stripFlavour } from '../ctx/read';
import { formatOf } from '../ctx/tracepoint-uses';
import { contains, formatAt, type DocumentView } from '../view';
import { formatDocument, typeDocument, type ReadOnlyDocument } from './read-only-documents';
import { tagAt } from './word';

export interface Definition {
  /** What was asked about, as the client underlines it. */
  readonly origin: Span;
  readonly uri: string;
  readonly target:
    /** Offsets of this document. */
    | { readonly kind: 'here'; readonly span: Span }
    /** Zero-based; the columns in UTF-16 units. */
    | { readonly kind: 'there'; readonly line: number; readonly character: number; readonly length: number };
}

export function definition(view: DocumentView, offset: number): Definition | undefined {
  const here = view.source.lookup.at(offset);
  const section = here.sections.find(({ span, literal }) => contains(literal ?? span, offset));
  if (section !== undefined)
    return formatDefinition(view, section.literal ?? section.span, formatAt(view, section.tracepoint));
  const use = here.ctxUses.find(({ span }) => contains(span, offset));
  if (use !== undefined) return memberDefinition(view, use, offset);
  const tag = tagAt(view.text, offset);
  return tag && structDefinition(view, view.text.slice(tag.span.start, tag.span.end), tag.span);
}

function formatDefinition(
  view: DocumentView,
  origin: Span,
  format: TracepointFormat | undefined,
  field?: string,
): Definition | undefined {
  const document = format && formatDocument(view.kernel.index, format.category, format.name);
  if (document === undefined) return undefined;
  return inDocument(document, origin, field === undefined ? undefined : `field:[^;]*\\b${field}\\b(?:\\[|;)`);
}

/** `ctx->args[1]` is a line of the format; any other member, one of its struct. */
function memberDefinition(view: DocumentView, use: CtxUse, offset: number): Definition | undefined {
  const step = use.path.find(({ span }) => contains(span, offset)) ?? use.path[0];
  const [first, second] = use.path;
  const format = formatOf(view, use.programs[0]);
  if (first.kind === 'member' && first.name === 'args' && second?.kind === 'index' && format) {
    const argument =
      second.value !== undefined && syscallSide(format) === 'enter'
        ? syscallArguments(format)[second.value]
        : undefined;
    if (argument !== undefined) return formatDefinition(view, use.span, format, argument.name);
  }
  if (use.structName === undefined || first.kind !== 'member') return undefined;
  return structDefinition(view, use.structName, step.span, first.name);
}

function structDefinition(
  view: DocumentView,
  tag: string,
  origin: Span,
  member?: string,
): Definition | undefined {
  const own = view.source.structs.find(({ name }) => name === tag);
  if (own !== undefined) {
    const field = own.fields.find(({ name }) => name === member);
    return { origin, uri: view.uri, target: { kind: 'here', span: field?.span ?? own.nameSpan } };
  }
  const header = view.headers.struct(tag);
  if (header !== undefined) {
    const { uri, line, character } = header;
    return { origin, uri, target: { kind: 'there', line, character, length: tag.length } };
  }
  const document = typeDocument(view.kernel.index, stripFlavour(tag));
  if (document === undefined) return undefined;
  return inDocument(
    document,
    origin,
    member === undefined ? `\\b${stripFlavour(tag)}\\b` : `\\b${member}\\b[^\\n;]*;`,
  );
}

/** The first line that has the pattern; the document's beginning where none has. */
function inDocument({ uri, text }: ReadOnlyDocument, origin: Span, pattern?: string): Definition {
  const lines = text.split('\n');
  const expression = pattern === undefined ? undefined : new RegExp(pattern);
  const line =
    expression === undefined
      ? -1
      : lines.findIndex((content) => !content.startsWith('//') && expression.test(content));
  const target = {
    kind: 'there',
    line: Math.max(line, 0),
    character: 0,
    length: lines[Math.max(line, 0)]?.length ?? 0,
  } as const;
  return { origin, uri, target };
}
