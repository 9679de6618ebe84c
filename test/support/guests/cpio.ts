/**
 * An initramfs in the kernel's own format, `newc` (Documentation/driver-api/early-userspace/buffer-format.rst). Made here
 * and not by cpio(1), which would need root to give files to root. Archives may be laid one behind the other, each
 * compressed or not; what comes later wins.
 */

export interface Entry {
  /** Without a leading slash: `etc/passwd`. The folders above it come with an entry of their own, before it. */
  readonly path: string;
  /** Permission bits; 0755 for a folder and 0644 for a file unless given. */
  readonly mode?: number;
  /** User and group; root unless given. */
  readonly owner?: number;
  /** Absent for a folder. */
  readonly content?: Uint8Array | string;
}

const FOLDER = 0o040000;
const FILE = 0o100000;

export function cpio(entries: readonly Entry[]): Buffer {
  const parts = entries.flatMap(({ path, mode, owner = 0, content }, i) => {
    const data = Buffer.from(content ?? '');
    const type = content === undefined ? FOLDER | (mode ?? 0o755) : FILE | (mode ?? 0o644);
    return member(path, { number: i + 1, mode: type, owner, data });
  });
  return Buffer.concat([
    ...parts,
    ...member('TRAILER!!!', { number: 0, mode: 0, owner: 0, data: Buffer.alloc(0) }),
  ]);
}

interface Member {
  readonly number: number;
  readonly mode: number;
  readonly owner: number;
  readonly data: Buffer;
}

function member(name: string, { number, mode, owner, data }: Member): readonly Buffer[] {
  // ino mode uid gid nlink mtime filesize, device numbers, namesize check
  const fields = [number, mode, owner, owner, 1, 0, data.length, 0, 0, 0, 0, name.length + 1, 0];
  const head = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}${name}\0`;
  return [padded(Buffer.from(head)), padded(data)];
}

/** To a multiple of four bytes, where the kernel looks for the next header. */
export function padded(data: Buffer): Buffer {
  return Buffer.concat([data, Buffer.alloc(-data.length & 3)]);
}
