/** A machine that QEMU makes up: without KVM, so that it runs wherever the tests do. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Architecture } from './catalog';
import { listenForMonitor } from './qmp';
import type { Monitor } from './qmp';

export interface MachineOptions {
  readonly arch: Architecture;
  readonly vmlinuz: string;
  readonly initrd: string;
  /** For the monitor's socket. */
  readonly folder: string;
  readonly megabytes: number;
  readonly cpus: number;
}

export interface Machine {
  readonly pid: number;
  readonly monitor: Monitor;
  /** The port on 127.0.0.1 that leads to port 22 of the guest. */
  readonly sshPort: number;
  /** Everything that the guest has printed. */
  console(): string;
  /** Resolves when what is printed after `from` characters matches; rejects where the guest ends, panics or says nothing. */
  printed(pattern: RegExp, from: number): Promise<void>;
  /** Resolves when QEMU has ended. */
  readonly ended: Promise<void>;
  /** At once, as a power cut. */
  kill(): Promise<void>;
}

export const emulators: Readonly<Record<Architecture, string>> = {
  amd64: 'qemu-system-x86_64',
  arm64: 'qemu-system-aarch64',
};

const boards: Readonly<Record<Architecture, readonly string[]>> = {
  amd64: ['-machine', 'q35', '-cpu', 'max'],
  // `-cpu max` would emulate pointer authentication, slowly.
  arm64: ['-machine', 'virt', '-cpu', 'cortex-a72'],
};

/** The time of day comes from a clock of known speed: a busy host spoils the measuring of the processor's own. */
const parameters: Readonly<Record<Architecture, string>> = {
  amd64: 'console=ttyS0 clocksource=acpi_pm',
  arm64: 'console=ttyAMA0',
};
/** Nothing that costs time under emulation: workarounds for real processors, a kernel that moves itself. */
const quick = 'quiet random.trust_cpu=on mitigations=off nokaslr';

/** Ten times what a boot takes on two busy CPUs. */
const patience = 120_000;

export async function startMachine(options: MachineOptions): Promise<Machine> {
  const socket = join(options.folder, 'monitor');
  const { connected } = await listenForMonitor(socket);
  // It is killed with the process of the tests, whatever ends that.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...commandLine(options, socket)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const append = (data: Buffer): void => {
    text += data.toString('latin1');
  };
  child.stdout.on('data', append);
  child.stderr.on('data', append);
  const ended = once(child, 'close').then(() => undefined);
  const failed = ended.then(() => Promise.reject(new Error(`QEMU has ended:\n${text.slice(-2000)}`)));
  failed.catch(() => undefined);

  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  const printed: Machine['printed'] = async (pattern, from) => {
    const giveUp = AbortSignal.timeout(patience);
    for (;;) {
      const news = text.slice(from);
      if (pattern.test(news)) return;
      if (news.includes('Kernel panic')) throw new Error(`the guest panicked:\n${news.slice(-2000)}`);
      await Promise.race([once(child.stdout, 'data', { signal: giveUp }), failed]).catch((error: unknown) => {
        if (!giveUp.aborted) throw error;
        throw new Error(`nothing like ${pattern.source} on the console:\n${news.slice(-2000)}`);
      });
    }
  };
  try {
    const monitor = await Promise.race([connected, failed]);
    const sshPort = await forwardedPort(monitor);
    return { pid: child.pid ?? 0, monitor, sshPort, console: () => text, printed, ended, kill };
  } catch (error) {
    await kill();
    throw error;
  }
}

function commandLine(
  { arch, vmlinuz, initrd, megabytes, cpus }: MachineOptions,
  socket: string,
): readonly string[] {
  return [
    emulators[arch],
    ...boards[arch],
    ...['-nodefaults', '-no-user-config', '-display', 'none'],
    ...['-accel', 'tcg,thread=multi', '-smp', `${cpus}`, '-m', `${megabytes}`],
    ...['-kernel', vmlinuz, '-initrd', initrd],
    ...['-append', `${parameters[arch]} ${quick}`],
    ...['-serial', 'stdio'],
    ...['-chardev', `socket,id=monitor,path=${socket}`, '-mon', 'chardev=monitor,mode=control'],
    // Port 0: the system chooses one, the monitor says which.
    ...['-netdev', 'user,id=net,hostfwd=tcp:127.0.0.1:0-:22'],
    ...['-device', 'virtio-net-pci,id=card,netdev=net,romfile='],
  ];
}

/** From the table of `info usernet`: `TCP[HOST_FORWARD]  12       127.0.0.1 40123       10.0.2.15    22 …`. */
async function forwardedPort(monitor: Monitor): Promise<number> {
  const table = v.parse(
    v.string(),
    await monitor.execute('human-monitor-command', { 'command-line': 'info usernet' }),
  );
  const port = /HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)\s/.exec(table)?.[1];
  if (port === undefined) throw new Error(`QEMU forwards no port:\n${table}`);
  return Number(port);
}
