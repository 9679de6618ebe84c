/** docs/performance.md: what was measured, on what, and how it compares. */
import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';
import type { Floor } from './floor';
import type { IndexingTimes } from './indexing';
import type { Course } from './measure';
import { milliseconds } from './statistics';

interface Row {
  readonly what: string;
  readonly key: keyof Course;
  readonly unit: 'ms' | 'MB';
  /** What we hold ourselves to. */
  readonly target?: number;
}

const rows: readonly Row[] = [
  { what: 'spawn → `initialize` answered', key: 'initialize', unit: 'ms' },
  { what: 'spawn → first diagnostics', key: 'firstDiagnostics', unit: 'ms' },
  { what: 'spawn → first useful completion after `ctx->`', key: 'firstMember', unit: 'ms' },
  { what: 'spawn → first useful completion in `SEC("tp/`', key: 'firstSection', unit: 'ms', target: 150 },
  { what: 'completion while typing `ctx->args`, p50', key: 'completionP50', unit: 'ms' },
  { what: 'completion while typing `ctx->args`, p99', key: 'completionP99', unit: 'ms', target: 4 },
  { what: 'completion while typing in `SEC("tp/`, p50', key: 'sectionP50', unit: 'ms' },
  { what: 'completion while typing in `SEC("tp/`, p99', key: 'sectionP99', unit: 'ms', target: 4 },
  { what: 'hover on `ctx->args[2]`, p50', key: 'hoverP50', unit: 'ms' },
  { what: 'hover on `ctx->args[2]`, p99', key: 'hoverP99', unit: 'ms', target: 4 },
  { what: 'diagnostics after an edit, p50', key: 'editP50', unit: 'ms' },
  { what: 'diagnostics after an edit, p95', key: 'editP95', unit: 'ms', target: 20 },
  { what: 'peak resident memory (VmHWM)', key: 'peakMemory', unit: 'MB', target: 100 },
  { what: 'private memory at the end (RssAnon)', key: 'anonymousMemory', unit: 'MB' },
];

export interface Result {
  readonly floor: Floor;
  readonly ours: Course;
  readonly clangd: Course;
  readonly indexing: IndexingTimes;
  readonly vmlinuxBytes: number;
}

export function report({ floor, ours, clangd, indexing, vmlinuxBytes }: Result, date: string): string {
  const line = ({ what, key, unit, target }: Row) => {
    const show = (value: number) =>
      unit === 'ms' ? milliseconds(value) : Number.isNaN(value) ? '–' : `${value.toFixed(0)} MB`;
    const ratio = clangd[key] / ours[key];
    const goal = target === undefined ? '' : `${target} ${unit}${ours[key] <= target ? '' : ' (missed)'}`;
    return `| ${what} | ${show(ours[key])} | ${show(clangd[key])} | ${Number.isNaN(ratio) ? '' : `${ratio.toFixed(1)}×`} | ${goal} |`;
  };
  const goal = (value: number, target: number) => `${target} ms${value <= target ? '' : ' (missed)'}`;
  return `# Performance

Written by \`npm run bench\`; do not edit. Both servers get the same messages over the same protocol in the same run, on a
20-line program that includes the whole vmlinux.h (${(vmlinuxBytes / 1e6).toFixed(1)} MB). Times here drift by a quarter from run to
run: read the ratios.

${date}, ${cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${cpus().length} cores, ${(totalmem() / 1e9).toFixed(0)} GB, Linux ${release()},
Node ${process.version}, ${clangdVersion()}.

| | eBPF Workbench | clangd | clangd ÷ ours | target |
| --- | --- | --- | --- | --- |
${rows.map(line).join('\n')}

On this machine in this run, a Node that does nothing needs ${milliseconds(floor.firstByte)} from its spawn to its first byte, and one that
computes for exactly 1 ms answers within ${milliseconds(floor.answerP99)} at p99: of the times above, so much is not the server's.

clangd has nothing to say inside \`SEC("…")\`; “–” is no answer at all.

| indexing, each run in a fresh process, all formats parsed | | target |
| --- | --- | --- |
| this machine's kernel from scratch | ${milliseconds(indexing.fresh)} | ${goal(indexing.fresh, 150)} |
| this machine's kernel from the cache | ${milliseconds(indexing.cached)} | |
| a bundled kernel | ${milliseconds(indexing.bundled)} | |
`;
}

function clangdVersion(): string {
  const text = execFileSync('clangd', ['--version'], { encoding: 'utf8' });
  return /clangd version \S+/.exec(text)?.[0] ?? 'clangd';
}
