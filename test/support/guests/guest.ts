/**
 * Other kernels to test against: a guest of QEMU with busybox, dropbear, a root and a user `dev` without privileges. No
 * compiler, no bash, no sftp, no python: what runs here runs on any host.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guests } from './catalog';
import type { GuestId, GuestSpec } from './catalog';
import { cpio } from './cpio';
import type { Entry } from './cpio';
import { guestImage } from './image';
import { createDropbearKey, createKeyFile } from './keys';
import { startMachine } from './machine';
import { createSshHost } from './ssh';
import type { SshHost } from './ssh';

export interface Guest extends SshHost {
  readonly id: GuestId;
  readonly spec: GuestSpec;
  /** QEMU's process. */
  readonly pid: number;
  /** Everything that the guest has printed. */
  console(): string;
  /** Pulls the network cable; connections stay open and nothing comes through. */
  linkDown(): Promise<void>;
  linkUp(): Promise<void>;
  /** As by the reset button; resolves when it can be reached again. Its keys stay. */
  reboot(): Promise<void>;
  /** By its own command. */
  powerOff(): Promise<void>;
  /** At once, as a power cut. To be called when a test ends, whatever happened; it may be off already. */
  kill(): Promise<void>;
}

const ready = /^guest ready after/m;

export interface BootOptions {
  readonly megabytes?: number;
  /** One unless given: under emulation a second one makes the boot half as long again. */
  readonly cpus?: number;
}

/** Resolves when it can be reached. */
export async function bootGuest(
  id: GuestId,
  { megabytes = 768, cpus = 1 }: BootOptions = {},
): Promise<Guest> {
  const spec = guests[id];
  const image = await guestImage(id);
  const folder = await mkdtemp(join(tmpdir(), 'ebpf-guest-'));
  const removeFolder = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const key = await createKeyFile(folder, 'key');
    const hostKey = createDropbearKey();
    const initrd = join(folder, 'initrd');
    const own = cpio(keyEntries(hostKey.file, key.line));
    await writeFile(initrd, Buffer.concat([await readFile(image.initramfs), own]));
    const machine = await startMachine({
      arch: spec.arch,
      vmlinuz: image.vmlinuz,
      initrd,
      folder,
      megabytes,
      cpus,
    });
    const kill = async (): Promise<void> => {
      await machine.kill();
      machine.monitor.close();
      await removeFolder();
    };
    try {
      await machine.printed(ready, 0);
      const host = await createSshHost({ folder, port: machine.sshPort, hostKey: hostKey.line, key });
      const setLink = async (up: boolean): Promise<void> => {
        await machine.monitor.execute('set_link', { name: 'card', up });
      };
      return {
        ...host,
        id,
        spec,
        pid: machine.pid,
        console: () => machine.console(),
        linkDown: () => setLink(false),
        linkUp: () => setLink(true),
        async reboot() {
          const before = machine.console().length;
          await machine.monitor.execute('system_reset');
          await machine.printed(ready, before);
        },
        async powerOff() {
          await host.exec('poweroff -f');
          await machine.ended;
        },
        kill,
      };
    } catch (error) {
      await kill();
      throw error;
    }
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

function keyEntries(hostKey: Buffer, authorized: string): readonly Entry[] {
  const logins = [
    { home: 'root', owner: 0 },
    { home: 'home/dev', owner: 1000 },
  ].flatMap(({ home, owner }) => [
    { path: home, mode: 0o700, owner },
    { path: `${home}/.ssh`, mode: 0o700, owner },
    { path: `${home}/.ssh/authorized_keys`, mode: 0o600, owner, content: `${authorized}\n` },
  ]);
  return [
    { path: 'home' },
    ...logins,
    { path: 'etc/dropbear' },
    { path: 'etc/dropbear/host_key', mode: 0o600, content: hostKey },
  ];
}
