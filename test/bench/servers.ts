/** Our server beside clangd: the same messages in the same run. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { nodeArguments } from '#client/node-arguments';
import { measure } from './measure';
import type { Course } from './measure';
import { goal, table } from './section';
import type { Bench, Section } from './section';
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

export const servers: Section = {
  name: 'servers',
  async measure({ dist, workspace, floor }: Bench) {
    const ours = await measure(
      {
        name: 'ours',
        command: process.execPath,
        // As the extension starts it.
        args: [...nodeArguments, join(dist, 'server.js'), '--stdio'],
        initializationOptions: { kernel: { kind: 'bundled', id: '6.18-microvm-amd64' } },
      },
      workspace,
      { starts: 7, samples: 600, knowsSections: true },
    );
    const clangd = await measure(
      { name: 'clangd', command: 'clangd', args: ['--log=error', '--background-index=false'] },
      workspace,
      { starts: 3, samples: 200, knowsSections: false },
    );
    return `## The language server beside ${clangdVersion()}

Both servers get the same messages over the same protocol in the same run, on a 20-line program that includes the whole
vmlinux.h (${(workspace.vmlinuxBytes / 1e6).toFixed(1)} MB). clangd has nothing to say inside \`SEC("…")\`; “–” is no answer at all.

${table(
  ['', 'eBPF Workbench', 'clangd', 'clangd ÷ ours', 'target'],
  rows.map((row) => cells(row, ours, clangd)),
)}
On this machine in this run, a Node that does nothing needs ${milliseconds(floor.firstByte)} from its spawn to its first byte, and one that
computes for exactly 1 ms answers within ${milliseconds(floor.answerP99)} at p99: of the times above, so much is not the server's. A page of
memory that was not there takes ${(floor.freshPage * 1000).toFixed(1)} µs, of which all of them use some.
`;
  },
};

function cells({ what, key, unit, target }: Row, ours: Course, clangd: Course): readonly string[] {
  const show = (value: number) =>
    unit === 'ms' ? milliseconds(value) : Number.isNaN(value) ? '–' : `${value.toFixed(0)} MB`;
  const ratio = clangd[key] / ours[key];
  return [
    ...[what, show(ours[key]), show(clangd[key])],
    Number.isNaN(ratio) ? '' : `${ratio.toFixed(1)}×`,
    target === undefined ? '' : goal(ours[key], target, unit),
  ];
}

function clangdVersion(): string {
  const text = execFileSync('clangd', ['--version'], { encoding: 'utf8' });
  return /clangd version \S+/.exec(text)?.[0] ?? 'clangd';
}
