/** `explain` on a verifier log of a million lines, beside a Node that only splits the same file into its lines. */
import { spawnSync } from 'node:child_process';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { join } from 'node:path';
import { goal, table } from './section';
import type { Section } from './section';
import { median, milliseconds } from './statistics';

const lines = 1_000_000;
const runs = 7;

/** Milliseconds of the clock and of the processor, megabytes. */
interface Cost {
  readonly wall: number;
  readonly processor: number;
  readonly memory: number;
}

/** Turns of a loop, some of them left by a branch, as current kernels print them at level 1; the last line is refused. */
function millionLines(): string {
  const parts: string[] = ['0: R1=ctx() R10=fp0\n'];
  let count = 1;
  for (let turn = 0; count < lines - 4; turn++) {
    parts.push(`; for (int i = 0; i < limit; i++) @ program.bpf.c:20
5: (07) r7 += 1                       ; R7=${turn}
6: (bf) r1 = r7                       ; R1=scalar(id=${turn},smin=0,smax=umax=${turn},var_off=(0x0; 0xff)) R7=${turn}
; sum += table[i & 15]; @ program.bpf.c:22
7: (57) r1 &= 15                      ; R1=scalar(smin=smin32=0,smax=umax=smax32=umax32=15,var_off=(0x0; 0xf))
8: (0f) r2 += r1                      ; R1=scalar(smin=smin32=0,smax=umax=15) R2=map_value(map=tables,ks=4,vs=64)
9: (71) r3 = *(u8 *)(r2 +0)           ; R2=map_value(map=tables,ks=4,vs=64) R3=scalar(smin=0)
10: (15) if r3 == 0x0 goto pc+2       ; R3=scalar(smin=0)
11: (05) goto pc-7
`);
    count += 9;
    if (turn % 5 !== 4) continue;
    parts.push(`
from 10 to 13: R0=scalar() R1=scalar(smin=0) R3=0 R7=${turn} R10=fp0 fp-8=mmmm????
13: (b7) r0 = 0                       ; R0=0
14: (95) exit
`);
    count += 4;
  }
  return `${parts.join('')}; *value += 1; @ program.bpf.c:30
15: (79) r1 = *(u64 *)(r0 +0)
R0 invalid mem access 'scalar'
processed 999999 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
`;
}

/** What a process says of itself when it ends. */
const usage = `process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  require('node:fs').writeSync(2, '\\n' + JSON.stringify([(userCPUTime + systemCPUTime) / 1000, maxRSS / 1000]));
});`;

const splitting = `
const { createInterface } = require('node:readline');
const { createReadStream } = require('node:fs');
let count = 0;
createInterface({ input: createReadStream(process.argv[1]) }).on('line', () => count++).on('close', () => console.log(count));`;

function costOf(args: readonly string[], expected: RegExp): Cost {
  const began = performance.now();
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const wall = performance.now() - began;
  if (!expected.test(stdout)) throw new Error(`it says:\n${stdout}${stderr}`);
  const [processor = NaN, memory = NaN] = JSON.parse(stderr.trim().split('\n').at(-1) ?? '') as number[];
  return { wall, processor, memory };
}

export const verifierLog: Section = {
  name: 'verifier-log',
  measure({ dist, workspace }) {
    const file = join(workspace.folder, 'million.verifier.log');
    const measured = join(workspace.folder, 'usage.cjs');
    writeFileSync(file, millionLines());
    writeFileSync(measured, usage);
    const ours: Cost[] = [];
    const peer: Cost[] = [];
    for (let run = 0; run < runs; run++) {
      ours.push(costOf(['--require', measured, join(dist, 'cli.js'), 'explain', file], /program\.bpf\.c:30/));
      peer.push(costOf(['--require', measured, '-e', splitting, file], /^1000\d{3}$/m));
    }
    const size = statSync(file).size / 1e6;
    rmSync(file);
    const of = (costs: readonly Cost[], key: keyof Cost) => median(costs.map((cost) => cost[key]));
    const row = (what: string, key: 'wall' | 'processor', target?: number) => [
      what,
      milliseconds(of(ours, key)),
      milliseconds(of(peer, key)),
      `${(of(ours, key) / of(peer, key)).toFixed(1)}×`,
      target === undefined ? '' : goal(of(ours, key), target, 'ms'),
    ];
    const memory = (costs: readonly Cost[]) => `${of(costs, 'memory').toFixed(0)} MB`;
    return Promise.resolve(`## A verifier log of a million lines

\`ebpf-workbench explain\` on ${size.toFixed(0)} MB, from its spawn to its explanation, beside a Node that reads the same file line by line and counts them.

${table(
  ['', 'explain', 'readline', 'explain ÷ readline', 'target'],
  [
    row('spawn → end', 'wall', 1000),
    row('processor', 'processor'),
    ['peak resident memory', memory(ours), memory(peer), '', goal(of(ours, 'memory'), 200, 'MB')],
  ],
)}`);
  },
};
