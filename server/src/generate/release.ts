/** Kernel releases by number. */

/** Whether `uname -r` is of a kernel before this version; false where it is not told. */
export function isOlder(release: string, major: number, minor: number): boolean {
  const [, x, y] = /^(\d+)\.(\d+)/.exec(release) ?? [];
  if (x === undefined || y === undefined) return false;
  return Number(x) < major || (Number(x) === major && Number(y) < minor);
}
