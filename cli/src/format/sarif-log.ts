/** SARIF 2.1.0, for code scanning services: what all logs have in common. */
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

/** A path as SARIF has it: relative ones stay so, absolute ones are file URIs. */
export function artifact(path: string): { readonly uri: string } {
  const uri = path.split('/').map(encodeURIComponent).join('/');
  return { uri: path.startsWith('/') ? `file://${uri}` : uri };
}
