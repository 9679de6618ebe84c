/** What of ours is on a host. */
import { setTimeout as delay } from 'node:timers/promises';
import { run } from '#support/guests/run';
import type { SshHost } from '#support/guests/ssh';

/** Runs a script for sh on the host; its stdout. */
export type AskHost = (script: string) => Promise<string>;

export const thisMachine: AskHost = async (script) => {
  const { stdout } = await run('sh', ['-c', script]);
  return stdout.toString();
};

export function guestShell(host: SshHost): AskHost {
  return async (script) => (await host.mustExec(script)).toString();
}

/**
 * Processes that run from a folder of ours, or wait at our script; such folders; programs that some process holds.
 * `[.]` keeps the script from finding itself.
 */
export const findLeftovers = (program: string): string => String.raw`
ls -d /dev/shm/[.]ebpf-workbench-* /tmp/[.]ebpf-workbench-* /var/tmp/[.]ebpf-workbench-* /run/[.]ebpf-workbench-* /root/[.]ebpf-workbench-* 2>/dev/null
for p in /proc/[0-9]*; do
  case $(readlink $p/exe 2>/dev/null) in */.ebpf-workbench-*) echo "process $p";; esac
done
if command -v bpftool >/dev/null; then
  bpftool prog show 2>/dev/null | grep -w 'name ${program}'
else
  grep -l '^prog_id:' /proc/[0-9]*/fdinfo/* 2>/dev/null
fi
find /sys/fs/bpf -type f 2>/dev/null | grep -i workbench
true`;

/** One a line. `program`: the name of the program that was run. */
export async function leftovers(ask: AskHost, program: string): Promise<readonly string[]> {
  return (await ask(findLeftovers(program))).split('\n').filter((line) => line !== '');
}

/** Resolves when nothing is there any more; rejects after five seconds. */
export async function gone(ask: AskHost, program: string, withinMs = 5000): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const left = await leftovers(ask, program);
    if (left.length === 0) return;
    if (performance.now() > deadline) throw new Error(`left behind:\n${left.join('\n')}`);
    await delay(100);
  }
}
