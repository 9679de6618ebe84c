/** The kernel of a host into a snapshot, over ssh to this machine, beside a plain copy of its files. */
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { startSshd } from '#support/guests/sshd';
import { goal, table } from './section';
import type { Section } from './section';
import { median, milliseconds } from './statistics';

const runs = 5;

function timed(command: string, args: readonly string[]): number {
  const began = performance.now();
  const { status, stderr, error } = spawnSync(command, args, { maxBuffer: 256 << 20 });
  if (status !== 0) throw new Error(`${command}: ${error?.message ?? stderr.toString()}`);
  return performance.now() - began;
}

export const capturing: Section = {
  name: 'capturing',
  async measure({ dist, workspace }) {
    const server = await startSshd();
    try {
      const file = join(workspace.folder, 'captured.ebpfkernel');
      const ssh = ['-F', server.config, server.alias];
      const cli = [join(dist, 'cli.js'), 'capture', server.alias, '--ssh-config', server.config, '-o', file];
      const files = '/sys/kernel/btf/vmlinux /sys/kernel/tracing/events/*/*/format';
      const ours: number[] = [];
      const connecting: number[] = [];
      const copying: number[] = [];
      for (let run = 0; run < runs; run++) {
        ours.push(timed(process.execPath, cli));
        connecting.push(timed('ssh', [...ssh, 'true']));
        copying.push(timed('ssh', [...ssh, `cat ${files} | gzip -1`]));
      }
      const [capture, connect, copy] = [ours, connecting, copying].map(median);
      if (capture === undefined || connect === undefined || copy === undefined) throw new Error('no runs');
      return `## Capturing a kernel

\`ebpf-workbench capture\` of this machine over ssh, from its spawn until the snapshot of ${(statSync(file).size / 1e6).toFixed(1)} MB is written: types,
events, functions and the helpers that it has. The peer is \`cat /sys/kernel/btf/vmlinux …/events/*/*/format | gzip -1\` over the same ssh.

${table(
  ['ours', 'the copy', 'ours ÷ the copy', '`ssh … true`', 'target'],
  [
    [
      milliseconds(capture),
      milliseconds(copy),
      `${(capture / copy).toFixed(1)}×`,
      milliseconds(connect),
      goal(capture / 1000, 1, 's'),
    ],
  ],
)}`;
    } finally {
      await server.stop();
    }
  },
};
