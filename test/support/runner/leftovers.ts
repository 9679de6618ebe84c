/** What of ours is on a host. */
import { openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { run } from '#support/guests/run';
import type { SshHost } from '#support/guests/ssh';
import { hostVariable } from '#support/guests/sshd';
import type { Sshd } from '#support/guests/sshd';

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
 * The part of this machine that belongs to the server: other tests may be at their work beside it. It can be asked
 * after the server was stopped, too.
 */
export function serverShell({ port, pid }: Sshd): AskHost {
  const mounts = openSync(`/proc/${pid}/ns/mnt`, 'r');
  const enter = [`--mount=/proc/${process.pid}/fd/${mounts}`, '--', 'env', `${hostVariable}=${port}`];
  return async (script) => {
    const { stdout } = await run('nsenter', [...enter, 'sh', '-c', script]);
    return stdout.toString();
  };
}

/**
 * Processes that run from a folder of ours, or wait at our script; such folders; programs that some process holds.
 * `[.]` keeps the script from finding itself.
 */
export const findLeftovers = (program: string): string => String.raw`
ls -d /dev/shm/[.]ebpf-workbench-* /tmp/[.]ebpf-workbench-* /var/tmp/[.]ebpf-workbench-* /run/[.]ebpf-workbench-* /root/[.]ebpf-workbench-* 2>/dev/null
for p in /proc/[0-9]*; do
  case $(readlink $p/exe 2>/dev/null) in */.ebpf-workbench-*)
    host=$({ tr '\0' '\n' <$p/environ | grep ^${hostVariable}=; } 2>/dev/null)
    # Servers of other tests may be on the same machine.
    [ "$host" = "\${${hostVariable}:+${hostVariable}=$${hostVariable}}" ] && echo "process $p";;
  esac
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
