import { testAnalyzer } from '#support/analyzer';
import { bundledView } from '#support/bundled';
import type { BundledId } from '#support/bundled';
import type { FixtureContext } from '#support/check-fixture';

export async function fixtureContext(
  id: BundledId = '6.18-microvm-amd64',
  chosen = true,
): Promise<FixtureContext> {
  const [analyzer, kernel] = await Promise.all([testAnalyzer(), bundledView(id, chosen)]);
  return { analyzer, kernel };
}
