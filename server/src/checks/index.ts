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
import { helperLicense } from './helper-license';
import { helperUnavailable } from './helper-unavailable';
import { helperUnknown } from './helper-unknown';
import { kfuncUnknown } from './kfunc-unknown';
import { licenseMissing } from './license-missing';
import { mapDefinition } from './map-definition';
import { mapValueSize } from './map-value-size';
import { merged, weakened } from './merge';
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
  const { kernel } = view;
  const target = {
    label: kernel.label,
    findings: settled(
      view,
      checks.flatMap((check) => check.run(view)),
    ),
  };
  const others = kernel.others.map((other) => ({ label: other.label, findings: findingsOn(view, other) }));
  return merged(target, others)
    .map((finding) => soften(finding, kernel))
    .sort((a, b) => a.span.start - b.span.start);
}

function findingsOn(view: DocumentView, kernel: KernelView): readonly Finding[] {
  const own = { ...view, kernel };
  return settled(
    own,
    checks.flatMap((check) => (check.sourceOnly ? [] : check.run(own))),
  );
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
