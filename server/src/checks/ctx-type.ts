/**
 * The ctx struct is not the event's. Reported where the tag is written, once, and only when the program reads a member
 * that the record does not have at that place, or when libbpf cannot relocate the tag because the kernel has none.
 */
import type { TracepointFormat } from '#core/kernel/model';
import type { CtxUse, Span } from '../analysis/model';
import { ctxTypeFits, relocationOf, rightStructs } from '../ctx/ctx-type';
import { definitionOf, recordRead, stripFlavour } from '../ctx/read';
import { certainUses, eventName } from '../ctx/tracepoint-uses';
import type { TracepointUse } from '../ctx/tracepoint-uses';
import { fieldGuard } from '../fixes/field-guard';
import type { DocumentView } from '../view';
import type { Check, Finding, Severity } from './check';

interface WrongUse extends TracepointUse {
  readonly structName: string;
  readonly structSpan: Span;
}

export const ctxType: Check = {
  code: 'ctx-type',
  run: (view) => {
    const bySpan = new Map<number, WrongUse[]>();
    for (const { use, format } of certainUses(view)) {
      const { structName, structSpan } = use;
      if (structName === undefined || !structSpan || isFit(view, use, format)) continue;
      const uses = bySpan.get(structSpan.start) ?? [];
      uses.push({ use, format, structName, structSpan });
      bySpan.set(structSpan.start, uses);
    }
    return [...bySpan.values()].flatMap((uses) => finding(view, uses));
  },
};

function isFit(view: DocumentView, use: CtxUse, format: TracepointFormat): boolean {
  if (use.access === 'address' || use.structName === undefined) return true;
  return definitionOf(view, use.structName).kind === 'missing'
    ? rightStructs(view, format).length === 0
    : ctxTypeFits(view, use, format);
}

function finding(view: DocumentView, uses: readonly WrongUse[]): Finding[] {
  const [first] = uses;
  if (!first) return [];
  const { structName, structSpan, format } = first;
  const right = rightStructs(view, format);
  const [best] = right;
  if (best === undefined) return [];
  const missing = definitionOf(view, structName).kind === 'missing';
  const lost = uses.map(({ use }) => use).filter((use) => missing || relocationOf(view, use) !== 'found');
  const guard = lost.length === uses.length ? fieldGuard(view, lost) : undefined;
  const refused = uses.some(({ use }) => use.access === 'read' && pastTheEnd(view, use, format));
  const severity: Severity = lost.length > 0 || refused ? 'error' : 'warning';
  return [
    {
      code: 'ctx-type',
      span: structSpan,
      severity,
      dependsOnKernel: true,
      message:
        (missing
          ? `This kernel has no struct ${stripFlavour(structName)}; ${eventName(format)} uses struct ${best}. `
          : `The ctx of ${eventName(format)} is struct ${right.join(' or struct ')}, not struct ${structName}. `) +
        consequence(lost.length > 0, refused),
      fixes: [
        {
          title: `Change to struct ${best}`,
          edits: [{ span: structSpan, newText: best }],
          preferred: true,
        },
        ...(guard ? [{ ...guard, preferred: false }] : []),
      ],
      related: uses.slice(0, 5).map(({ use }) => ({
        span: use.span,
        message: missing
          ? 'read through it here'
          : `the record of ${eventName(format)} has no such field at this place`,
      })),
    },
  ];
}

function consequence(lost: boolean, refused: boolean): string {
  if (lost) return 'libbpf cannot relocate the reads, and the program does not load.';
  return refused
    ? 'A read goes past the record, so the kernel refuses to attach the program (EACCES).'
    : 'The program loads and reads the wrong bytes.';
}

function pastTheEnd(view: DocumentView, use: CtxUse, format: TracepointFormat): boolean {
  const read = recordRead(view, use);
  return read !== undefined && read.offset >= format.recordSize;
}
