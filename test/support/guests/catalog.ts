/** The kernels that the tests can boot, and where Debian has them. */
import type { BundledId } from '#support/bundled';

export const guestIds = ['5.10-amd64', '6.1-amd64', '6.1-arm64', '6.12-amd64'] as const;
export type GuestId = (typeof guestIds)[number];

/** An architecture as Debian names it. */
export type Architecture = 'amd64' | 'arm64';

export interface GuestSpec {
  readonly arch: Architecture;
  /** `uname -m`. */
  readonly machine: string;
  /** What `uname -r` begins with. */
  readonly series: string;
  /** The bundled kernel of the same series. */
  readonly bundled: BundledId;
  /** `URI suite` of archives that may have the kernel; the first one that does is taken. */
  readonly archives: readonly string[];
}

const debian = 'http://deb.debian.org/debian';
const security = 'http://deb.debian.org/debian-security';

/** What a guest has besides its kernel: busybox, dropbear and the libraries. They run on every kernel. */
export const userland = `${debian} bookworm`;

export const guests: Readonly<Record<GuestId, GuestSpec>> = {
  '5.10-amd64': {
    arch: 'amd64',
    machine: 'x86_64',
    series: '5.10.',
    bundled: '5.10-debian-amd64',
    archives: [`${security} bullseye-security`, `${debian} bullseye`],
  },
  '6.1-amd64': {
    arch: 'amd64',
    machine: 'x86_64',
    series: '6.1.',
    bundled: '6.1-debian-amd64',
    archives: [`${security} bookworm-security`, `${debian} bookworm`],
  },
  '6.1-arm64': {
    arch: 'arm64',
    machine: 'aarch64',
    series: '6.1.',
    bundled: '6.1-debian-arm64',
    archives: [`${security} bookworm-security`, `${debian} bookworm`],
  },
  '6.12-amd64': {
    arch: 'amd64',
    machine: 'x86_64',
    series: '6.12.',
    bundled: '6.12-debian-amd64',
    archives: [`${security} trixie-security`, `${debian} bookworm-backports`],
  },
};
