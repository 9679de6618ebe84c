/** Findings as SARIF. */
import type { Finding, Severity } from '#server/checks/check';
import { checks } from '#server/checks/index';
import { kernelsOf } from './report';
import type { CheckedFile, Report } from './report';
import { artifact, region, sarifFixes, sarifLog } from './sarif-log';

const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  warning: 'warning',
  information: 'note',
  hint: 'note',
};

export const sarifReport: Report = (files, options) =>
  sarifLog({
    rules: checks.map(({ code }) => ({ id: code })),
    properties: kernelsOf(options),
    results: files.flatMap((file) => file.findings.map((finding) => result(file, finding))),
  });

function result(file: CheckedFile, finding: Finding) {
  return {
    ruleId: finding.code,
    ruleIndex: checks.findIndex(({ code }) => code === finding.code),
    level: levels[finding.severity],
    message: { text: finding.message },
    ...(finding.holdsOn && { properties: { kernels: finding.holdsOn } }),
    locations: [
      {
        physicalLocation: {
          artifactLocation: artifact(file.path),
          region: region(file.text, finding.span),
        },
      },
    ],
    ...sarifFixes(finding.fixes.map((fix) => ({ ...fix, path: file.path, text: file.text }))),
  };
}
