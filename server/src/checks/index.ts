/** Every check, in the order of docs/diagnostics. */
import type { DocumentView, KernelView } from '../view';
import type { Check, Finding } from './check';
import { coreRelocation } from './core-relocation';
import { ctxArgsRange } from './ctx-args-range';
import { ctxCommonField } from './ctx-common-field';
import { ctxDataLoc } from './ctx-data-loc';
import { ctxLayout } from './ctx-layout';
import { ctxRecordRange } from './ctx-record-range';
import { ctxType } from './ctx-type';
import { ctxUnknownField } from './ctx-unknown-field';
import { externUnresolved } from './extern-unresolved';
import { helperLicense } from './helper-license';
import { helperUnavailable } from './helper-unavailable';
import { helperUnknown } from './helper-unknown';
import { kfuncUnavailable } from './kfunc-unavailable';
import { kfuncUnknown } from './kfunc-unknown';
import { licenseMissing } from './license-missing';
import { mapDefinition } from './map-definition';
import { mapValueSize } from './map-value-size';
import { merged, weakened, type KernelFindings } from './merge';
import { nullCheck } from './null-check';
import { progArgs } from './prog-args';
import { returnValue } from './return-value';
import { settled } from '../object/settle';
import { ringbufLeak } from './ringbuf-leak';
import { stackLimit } from './stack-limit';
import { unknownField } from './unknown-field';
import { unknownFunction } from './unknown-function';
import { unknownSection } from './unknown-section';
import { unknownTracepoint } from './unknown-tracepoint';
import { untrustedPointer } from './untrusted-pointer';
import { userPointer } from './user-pointer';

export const checks: readonly Check[] = [
  unknownSection,
  unknownTracepoint,
  unknownFunction,
  ctxType,
  ctxLayout,
  ctxArgsRange,
  ctxRecordRange,
  ctxCommonField,
  ctxDataLoc,
  ctxUnknownField,
  progArgs,
  unknownField,
  untrustedPointer,
  userPointer,
  returnValue,
  kfuncUnknown,
  kfuncUnavailable,
  externUnresolved,
  helperUnknown,
  helperUnavailable,
  helperLicense,
  licenseMissing,
  nullCheck,
  ringbufLeak,
  mapDefinition,
  mapValueSize,
  stackLimit,
  coreRelocation,
];

/** All findings for a document, in the order of its text: on the target, and on each kernel of `alsoCheck`. */
export function runChecks(view: DocumentView): readonly Finding[] {
  const steps = checkSteps(view);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** `runChecks`, one check of one kernel, or a part of it, at a time. It is not to be gone on with when the document has changed. */
export function* checkSteps(view: DocumentView): Generator<undefined, readonly Finding[]> {
  const { kernel } = view;
  const target = { label: kernel.label, findings: yield* findingsOf(view, checks) };
  const others: KernelFindings[] = [];
  for (const other of kernel.others) {
    const own = { ...view, kernel: other };
    const dependent = checks.filter(({ sourceOnly }) => !sourceOnly);
    others.push({ label: other.label, findings: yield* findingsOf(own, dependent) });
  }
  return merged(target, others)
    .map((finding) => soften(finding, kernel))
    .sort((a, b) => a.span.start - b.span.start);
}

function* findingsOf(view: DocumentView, all: readonly Check[]): Generator<undefined, readonly Finding[]> {
  const findings: Finding[] = [];
  for (const check of all) {
    for (const part of check.parts?.(view) ?? [check.run(view)]) {
      findings.push(...part);
      yield;
    }
  }
  return settled(view, findings);
}

/** A kernel that nobody chose cannot make an error: the program may be meant for another. */
function soften(finding: Finding, { index, label, chosen }: KernelView): Finding {
  const isOnTarget = finding.holdsOn?.includes(label) ?? true;
  if (!finding.dependsOnKernel || chosen || !isOnTarget) return finding;
  const { release, machine } = index.provenance;
  return {
    ...finding,
    severity: weakened(finding.severity),
    message: `${finding.message} (Judged by the bundled kernel ${release} ${machine}: choose the kernel that you write for.)`,
  };
}
