/**
 * Findings on several kernels, each said once. What the target has keeps its words and its fixes; what only others have
 * is a warning that names them, and its fixes are those that are right everywhere.
 */
import { inWords } from '../describe/words';
import type { Finding, Severity } from './check';

export interface KernelFindings {
  /** What messages call the kernel. */
  readonly label: string;
  readonly findings: readonly Finding[];
}

/** A finding on one kernel. */
interface Found {
  readonly label: string;
  readonly finding: Finding;
}

export function merged(target: KernelFindings, others: readonly KernelFindings[]): readonly Finding[] {
  const own = unique(target.findings.map(withAdvice));
  if (others.length === 0) return own;
  const elsewhere = new Map<string, Found[]>();
  for (const { label, findings } of others) {
    for (const finding of findings) {
      const place = placeOf(finding);
      elsewhere.set(place, [...(elsewhere.get(place) ?? []), { label, finding }]);
    }
  }
  const places = new Set(own.map(placeOf));
  return [
    ...own.map((finding) => alsoOn(finding, target.label, elsewhere.get(placeOf(finding)) ?? [])),
    ...Array.from(elsewhere).flatMap(([place, found]) => (places.has(place) ? [] : onOthers(found))),
  ];
}

function alsoOn(finding: Finding, target: string, found: readonly Found[]): Finding {
  const labels = labelsOf(found);
  const isWorthSaying = finding.dependsOnKernel && labels.length > 0;
  const message = isWorthSaying ? `${finding.message} Also on ${inWords(labels)}.` : finding.message;
  return { ...finding, message, holdsOn: [target, ...labels] };
}

/** One finding for what kernels that are not the target say of one place, each of their sentences once. */
function onOthers(found: readonly Found[]): readonly Finding[] {
  const [first] = found;
  if (first === undefined) return [];
  const messages = [...new Set(found.map(({ finding }) => finding.message))].map((message) => {
    const labels = labelsOf(found.filter(({ finding }) => finding.message === message));
    return `On ${inWords(labels)}: ${message}`;
  });
  const { finding } = first;
  return [
    {
      code: finding.code,
      span: finding.span,
      dependsOnKernel: finding.dependsOnKernel,
      severity: found.map((one) => weakened(one.finding.severity)).reduce(stronger),
      message: messages.join(' '),
      fixes: finding.fixes.filter(({ portable }) => portable),
      ...(finding.related && { related: finding.related }),
      holdsOn: labelsOf(found),
    },
  ];
}

/** Of what is an error on a kernel that is not the target, or that nobody chose. */
export function weakened(severity: Severity): Severity {
  return severity === 'error' ? 'warning' : severity;
}

const severities: readonly Severity[] = ['error', 'warning', 'information', 'hint'];

function stronger(a: Severity, b: Severity): Severity {
  return severities.indexOf(a) < severities.indexOf(b) ? a : b;
}

function withAdvice({ advice, ...finding }: Finding): Finding {
  return advice === undefined ? finding : { ...finding, message: `${finding.message} ${advice}` };
}

function placeOf({ code, span }: Finding): string {
  return `${code} ${span.start} ${span.end}`;
}

function labelsOf(found: readonly Found[]): readonly string[] {
  return [...new Set(found.map(({ label }) => label))];
}

function unique(findings: readonly Finding[]): readonly Finding[] {
  return [
    ...new Map(findings.map((finding) => [`${placeOf(finding)} ${finding.message}`, finding])).values(),
  ];
}
