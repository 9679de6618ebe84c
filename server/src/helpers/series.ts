/**
 * The series of a kernel as a number that can be compared: 5.04 for `5.4.0-150-generic`, 6.12 for `6.12.117+deb13-amd64`.
 * Undefined for a release that does not begin so.
 */
export function seriesOf(release: string): number | undefined {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(release) ?? [];
  if (major === undefined || minor === undefined) return undefined;
  return Number(major) + Number(minor) / 100;
}

/** `6.1-amd` for `6.1.0-57-cloud-amd64`: kernels that are configured alike. */
export function flavourOf(release: string): string {
  const [series = ''] = /^\d+\.\d+/.exec(release) ?? [];
  return `${series}${release.slice(series.length).replace(/\+deb\d+|-cloud|[\d.]+/g, '')}`;
}
