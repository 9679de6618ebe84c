/** Effective capabilities of a process, in hexadecimal as in /proc/PID/status. */

/** Those that BPF asks for, by their numbers in linux/capability.h. */
const numbers = { CAP_NET_ADMIN: 12n, CAP_SYS_ADMIN: 21n, CAP_PERFMON: 38n, CAP_BPF: 39n } as const;
export type BpfCapability = keyof typeof numbers;

function has(capabilities: string, name: BpfCapability): boolean {
  const bits = /^[0-9a-f]+$/i.test(capabilities) ? BigInt(`0x${capabilities}`) : 0n;
  return (bits & (1n << numbers[name])) !== 0n;
}

/** Whether it may load and attach programs. */
export function mayLoad(capabilities: string): boolean {
  return (
    has(capabilities, 'CAP_SYS_ADMIN') || (has(capabilities, 'CAP_BPF') && has(capabilities, 'CAP_PERFMON'))
  );
}

/** Whether that goes for XDP and tc, too: CAP_SYS_ADMIN is enough to load them, not to attach them. */
export function mayAttachNetworking(capabilities: string): boolean {
  return mayLoad(capabilities) && has(capabilities, 'CAP_NET_ADMIN');
}

/** Of those that BPF asks for, the ones it has. */
export function bpfCapabilities(capabilities: string): readonly BpfCapability[] {
  return (['CAP_SYS_ADMIN', 'CAP_BPF', 'CAP_PERFMON', 'CAP_NET_ADMIN'] as const).filter((name) =>
    has(capabilities, name),
  );
}
