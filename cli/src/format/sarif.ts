/** SARIF 2.1.0, for code scanning services. */
import type { Finding, Severity } from '#server/checks/check';
import { checks } from '#server/checks/index';
import { positionAt } from './report';
import type { CheckedFile, Report } from './report';

const schema = 'https://json.schemastore.org/sarif-2.1.0.json';
const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  warning: 'warning',
  information: 'note',
  hint: 'note',
};

export const sarifReport: Report = (files, { kernel }) => {
  const rules = checks.map(({ code }) => ({ id: code }));
  const run = {
    tool: { driver: { name: 'ebpf-workbench', rules } },
    columnKind: 'utf16CodeUnits',
    properties: { kernel },
    results: files.flatMap((file) => file.findings.map((finding) => result(file, finding))),
  };
  return `${JSON.stringify({ $schema: schema, version: '2.1.0', runs: [run] }, null, 2)}\n`;
};

function result(file: CheckedFile, finding: Finding) {
  return {
    ruleId: finding.code,
    ruleIndex: checks.findIndex(({ code }) => code === finding.code),
    level: levels[finding.severity],
    message: { text: finding.message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(file.path) },
          region: region(file, finding.span),
        },
      },
    ],
    ...(finding.fixes.length > 0 && {
      fixes: finding.fixes.map((fix) => ({
        description: { text: fix.title },
        artifactChanges: [
          {
            artifactLocation: { uri: encodeURI(file.path) },
            replacements: fix.edits.map(({ span, newText }) => ({
              deletedRegion: region(file, span),
              insertedContent: { text: newText },
            })),
          },
        ],
      })),
    }),
  };
}

function region(file: CheckedFile, span: Finding['span']) {
  const start = positionAt(file.text, span.start);
  const end = positionAt(file.text, span.end);
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
}
