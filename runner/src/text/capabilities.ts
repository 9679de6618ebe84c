/** Effective capabilities of a process, in hexadecimal as in /proc/PID/status. */

const sysAdmin = 1n << 21n;
const perfmonAndBpf = (1n << 38n) | (1n << 39n);

/** Whether it may load and attach programs. */
export function mayLoad(capabilities: string): boolean {
  const bits = /^[0-9a-f]+$/i.test(capabilities) ? BigInt(`0x${capabilities}`) : 0n;
  return (bits & sysAdmin) !== 0n || (bits & perfmonAndBpf) === perfmonAndBpf;
}
