/** SARIF 2.1.0, for code scanning services: what all logs have in common. */
import type { Finding, Fix } from '#server/checks/check';
import { positionAt } from './report';

const schema = 'https://json.schemastore.org/sarif-2.1.0.json';

export interface SarifRun {
  readonly rules: readonly { readonly id: string }[];
  readonly results: readonly object[];
  readonly properties?: object;
  readonly invocations?: readonly object[];
}

export function sarifLog({ rules, results, properties, invocations }: SarifRun): string {
  const run = {
    tool: { driver: { name: 'ebpf-workbench', rules } },
    columnKind: 'utf16CodeUnits',
    ...(invocations && { invocations }),
    ...(properties && { properties }),
    results,
  };
  return `${JSON.stringify({ $schema: schema, version: '2.1.0', runs: [run] }, null, 2)}\n`;
}

/** An edit of a file. */
export interface SarifFix extends Fix {
  readonly path: string;
  /** What is in the file. */
  readonly text: string;
}

/** To be spread into a result. */
export function sarifFixes(fixes: readonly SarifFix[]): { readonly fixes?: readonly object[] } {
  if (fixes.length === 0) return {};
  return {
    fixes: fixes.map(({ title, path, text, edits }) => ({
      description: { text: title },
      artifactChanges: [
        {
          artifactLocation: artifact(path),
          replacements: edits.map(({ span, newText }) => ({
            deletedRegion: region(text, span),
            insertedContent: { text: newText },
          })),
        },
      ],
    })),
  };
}

export function region(text: string, span: Finding['span']) {
  const start = positionAt(text, span.start);
  const end = positionAt(text, span.end);
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
}

/** A path as SARIF has it: relative ones stay so, absolute ones are file URIs. */
export function artifact(path: string): { readonly uri: string } {
  const uri = path.split('/').map(encodeURIComponent).join('/');
  return { uri: path.startsWith('/') ? `file://${uri}` : uri };
}
