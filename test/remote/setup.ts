/** Once for the tier: what it says about programs that are gone in time is said of a kernel that is not busy. */
import { tracepointsReleased } from '#support/bpf/hold';

export default async function setup(): Promise<void> {
  await tracepointsReleased();
}
