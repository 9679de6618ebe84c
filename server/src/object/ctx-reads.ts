/**
 * Loads of the compiled tracepoint programs through ctx, beside what the source's checks say of the record: the object knows what
 * the compiler made of macros, functions and casts, and what it left out.
 */
import { parseSectionName } from '#core/bpf/section-name';
import { syscallArguments, syscallSide } from '#core/kernel/fields';
import type { TracepointFormat } from '#core/kernel/model';
import { ctxReads } from '#core/object/ctx-reads';
import type { CtxRead } from '#core/object/ctx-reads';
import type { LinkedProgram } from '#core/object/link';
import type { ObjectVerdict } from '#core/object/verdict';
import type { DiagnosticCode, Finding } from '../checks/check';
import { argsMessage, commonMessage, rangeMessage } from '../ctx/messages';
import type { DocumentView } from '../view';
import { lineAt, placeOfCall } from './calls';

/** The verifier refuses to load the first bytes of a record. */
const commonBytes = 8;

const pastTheEnd: readonly DiagnosticCode[] = ['ctx-record-range', 'ctx-args-range'];
/** Where a program takes ctx for another struct, what it reads is a consequence. */
const causes: readonly DiagnosticCode[] = ['ctx-type', 'ctx-layout', 'unknown-tracepoint'];

interface Traced {
  readonly program: LinkedProgram;
  readonly format: TracepointFormat;
}

/** The findings of one kernel, without what the object shows to be wrong, and with what it alone shows. */
export function withCtxReads(
  view: DocumentView,
  verdict: ObjectVerdict,
  findings: readonly Finding[],
): readonly Finding[] {
  const traced = verdict.programs.flatMap(({ program }) => tracedBy(view, program));
  const kept = findings.filter((one) => !isDisproved(view, traced, one));
  const said = new Set(kept.flatMap((one) => (isAboutReads(one) ? [`${lineAt(view, one.span)}`] : [])));
  const added = traced.flatMap(({ program, format }) => {
    if (kept.some((one) => causes.includes(one.code) && isIn(view, one, program.name))) return [];
    return offending(program, format).flatMap((read): Finding[] => {
      const span = read.reached === 'yes' ? placeOfCall(view, { program, at: read.at }, []) : undefined;
      if (!span || said.has(`${lineAt(view, span)}`)) return [];
      return [{ ...judged(read, format), span, severity: 'error', fixes: [] }];
    });
  });
  return [...kept, ...added];
}

function tracedBy({ kernel }: DocumentView, program: LinkedProgram): readonly Traced[] {
  const parsed = parseSectionName(program.section);
  if (parsed?.def.programType !== 'BPF_PROG_TYPE_TRACEPOINT' || parsed.optional) return [];
  const [category = '', name = ''] = (parsed.target ?? '').split('/');
  const format = kernel.index.format(category, name);
  return format ? [{ program, format }] : [];
}

const isOffending = ({ recordSize }: TracepointFormat, offset: number, size: number): boolean =>
  // The verifier refuses others for other reasons.
  offset >= 0 && offset % size === 0 && (offset < commonBytes || offset + size > recordSize);

const offending = (program: LinkedProgram, format: TracepointFormat): readonly CtxRead[] =>
  ctxReads(program, (offset, size) => isOffending(format, offset, size));

const isAboutReads = ({ code }: Finding): boolean => code.startsWith('ctx-');

/** An error about loads, in a program that makes none such. */
function isDisproved(view: DocumentView, traced: readonly Traced[], finding: Finding): boolean {
  const isAboutCommon = finding.code === 'ctx-common-field';
  if (finding.severity !== 'error' || (!isAboutCommon && !pastTheEnd.includes(finding.code))) return false;
  const own = view.source.programs.find((one) => isIn(view, finding, one.function.name));
  const suspects = traced.filter(({ program }) => program.name === own?.function.name);
  // One in another function, or of a program that was not compiled.
  if (suspects.length === 0) return false;
  return suspects.every(({ program, format }) =>
    ctxReads(program, () => true).every(({ offset, size, reached }) =>
      isOffending(format, offset, size) ? reached === 'no' : reached !== 'unsure',
    ),
  );
}

function isIn({ source }: DocumentView, { span }: Finding, program: string): boolean {
  return source.programs.some(
    ({ section, function: fn }) =>
      fn.name === program &&
      span.start >= Math.min(section.span.start, fn.span.start) &&
      span.end <= fn.span.end,
  );
}

function judged(
  { offset, size }: CtxRead,
  format: TracepointFormat,
): Pick<Finding, 'code' | 'message' | 'dependsOnKernel'> {
  if (offset < commonBytes)
    return { code: 'ctx-common-field', message: commonMessage, dependsOnKernel: false };
  const argument = (offset - 2 * commonBytes) / commonBytes;
  const isArgument = syscallSide(format) === 'enter' && Number.isInteger(argument);
  const message =
    isArgument && argument >= syscallArguments(format).length
      ? argsMessage(format, argument)
      : rangeMessage(format, offset, size);
  return { code: isArgument ? 'ctx-args-range' : 'ctx-record-range', message, dependsOnKernel: true };
}
