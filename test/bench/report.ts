/** docs/performance.md: on what it was measured, and the sections. */
import { cpus, release, totalmem } from 'node:os';

export function report(sections: readonly string[], date: string): string {
  return `# Performance

Written by \`npm run bench\`; do not edit. Times here drift by a quarter from run to run: read the ratios.

${date}, ${cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${cpus().length} cores, ${(totalmem() / 1e9).toFixed(0)} GB, Linux ${release()},
Node ${process.version}.

${sections.join('\n')}`;
}
