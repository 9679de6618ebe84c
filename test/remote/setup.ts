/** Once for the tier: what it says about programs that are gone in time is said of a kernel that is not busy. */
import type { TestProject } from 'vitest/node';
import { serveClang } from '#support/bpf/clang';
import { tracepointsReleased } from '#support/bpf/hold';
import { requireKernel } from '#support/bpf/requirements';

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  await tracepointsReleased();
  return requireKernel() === undefined ? serveClang(project) : undefined;
}
