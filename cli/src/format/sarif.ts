/** Findings as SARIF. */
import type { Finding, Severity } from '#server/checks/check';
import { checks } from '#server/checks/index';
import type { CheckedFile, Report } from './report';
import { artifact, region, sarifFixes, sarifLog } from './sarif-log';

const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  warning: 'warning',
  information: 'note',
  hint: 'note',
};

export const sarifReport: Report = (files, { kernel }) =>
  sarifLog({
    rules: checks.map(({ code }) => ({ id: code })),
    properties: { kernel },
    results: files.flatMap((file) => file.findings.map((finding) => result(file, finding))),
  });

function result(file: CheckedFile, finding: Finding) {
  return {
    ruleId: finding.code,
    ruleIndex: checks.findIndex(({ code }) => code === finding.code),
    level: levels[finding.severity],
    message: { text: finding.message },
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
