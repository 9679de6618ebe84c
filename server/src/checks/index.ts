/** Every check, in the order of docs/diagnostics. */
import type { DocumentView } from '../view';
import type { Check, Finding } from './check';
import { ctxArgsRange } from './ctx-args-range';
import { ctxCommonField } from './ctx-common-field';
import { ctxDataLoc } from './ctx-data-loc';
import { ctxLayout } from './ctx-layout';
import { ctxRecordRange } from './ctx-record-range';
import { ctxType } from './ctx-type';
import { ctxUnknownField } from './ctx-unknown-field';
import { helperLicense } from './helper-license';
import { licenseMissing } from './license-missing';
import { progArgs } from './prog-args';
import { unknownSection } from './unknown-section';
import { unknownTracepoint } from './unknown-tracepoint';

export const checks: readonly Check[] = [
  unknownSection,
  unknownTracepoint,
  ctxType,
  ctxLayout,
  ctxArgsRange,
  ctxRecordRange,
  ctxCommonField,
  ctxDataLoc,
  ctxUnknownField,
  progArgs,
  helperLicense,
  licenseMissing,
];

/** All findings for a document, in the order of its text. */
export function runChecks(view: DocumentView): readonly Finding[] {
  const findings = checks.flatMap((check) => check.run(view)).map((finding) => soften(finding, view));
  return findings.sort((a, b) => a.span.start - b.span.start);
}

/** A kernel that nobody chose cannot make an error: the program may be meant for another. */
function soften(finding: Finding, view: DocumentView): Finding {
  if (!finding.dependsOnKernel || view.kernel.chosen) return finding;
  const { release, machine } = view.kernel.index.provenance;
  return {
    ...finding,
    severity: finding.severity === 'error' ? 'warning' : finding.severity,
    message: `${finding.message} (Judged by the bundled kernel ${release} ${machine}: choose the kernel that you write for.)`,
  };
}
