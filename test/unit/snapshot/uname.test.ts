import { describe, expect, it } from 'vitest';
import { parseUname } from '#core/snapshot/uname';

describe('parseUname', () => {
  it.each([
    ['Linux 6.1.0-56-cloud-amd64 x86_64\n', '6.1.0-56-cloud-amd64', 'x86_64'],
    [
      'Linux (none) 6.1.0-56-cloud-arm64 #1 SMP Debian 6.1.192-2 (2026-11-16) aarch64 GNU/Linux\nLinux version …',
      '6.1.0-56-cloud-arm64',
      'aarch64',
    ],
    // Fedora: machine, processor, platform.
    [
      'Linux host 6.11.4-301.fc41.x86_64 #1 SMP PREEMPT_DYNAMIC Sun Oct 20 15:02:33 UTC 2024 x86_64 x86_64 x86_64 GNU/Linux',
      '6.11.4-301.fc41.x86_64',
      'x86_64',
    ],
    // Processor and platform that coreutils does not know.
    ['Linux host 6.8.0 #1 SMP Mon May 6 2024 s390x unknown unknown GNU/Linux', '6.8.0', 's390x'],
    // busybox
    ['Linux host 6.6.1 #1-Alpine SMP Tue, 07 Nov 2023 10:00:00 +0000 riscv64 Linux', '6.6.1', 'riscv64'],
    // /proc/version
    [
      'Linux version 6.12.117+deb13-cloud-amd64 (debian-kernel@lists.debian.org) #1 SMP',
      '6.12.117+deb13-cloud-amd64',
      'unknown',
    ],
    ['', 'unknown', 'unknown'],
    ['Darwin 23.4.0 arm64', 'unknown', 'unknown'],
    ['Linux', 'unknown', 'unknown'],
  ])('%j', (text, release, machine) => {
    expect(parseUname(text)).toEqual({ release, machine });
  });
});
