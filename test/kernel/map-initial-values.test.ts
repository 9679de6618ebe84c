/** What maps of maps hold from the beginning: `map-definition` says what the kernel says, and its fixes are taken. */
import { expect, test } from 'vitest';
import { complete } from '#server/features/completion/index';
import { testAnalyzer } from '#support/analyzer';
import { compileBpf } from '#support/bpf/compile';
import { loadPrograms } from '#support/bpf/loader';
import { findingsOfMaps, fixedMaps, isRefusal, shown } from '#support/bpf/map-findings';
import { mapPairs, pairBody, pairTypes } from '#support/bpf/map-pairs';
import { askMaps, localMapProber } from '#support/bpf/map-probe';
import { requireKernel } from '#support/bpf/requirements';
import { featureView } from '#support/feature-view';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

const completed = `#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
${pairBody('HASH', '4 __u64 8 0')} held SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 4);
	__type(key, __u32);
	__array(values, ${pairBody('HASH', '4 __u64 8 0')});
} outer SEC(".maps") = {
	.values = { [1] = /*|*/ },
};
int dispatch(struct xdp_md *ctx);
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, sizeof(__u32));
	__array(values, int (void *));
} jumps SEC(".maps") = {
	.values = { [1] = /*|*/ },
};
SEC("xdp")
int dispatch(struct xdp_md *ctx)
{
	__u32 key = 1;

	bpf_map_lookup_elem(&outer, &key);
	bpf_tail_call(ctx, &jumps, 1);
	return XDP_PASS;
}
`;

describeUnless(requireKernel(), 'map-definition of what a map of maps holds', () => {
  test('is reported exactly if it is refused, and the fixes are taken', async () => {
    const kernel = await liveKernel();
    const maps = mapPairs;
    const verdicts = await askMaps(maps, localMapProber, pairTypes);
    const findings = await findingsOfMaps(maps, kernel, pairTypes);
    const refused = maps.filter((_, n) => verdicts[n]?.errno !== 0);
    expect(
      maps.flatMap((map, n) =>
        isRefusal(findings[n]) === refused.includes(map) ? [] : [shown(map, verdicts[n])],
      ),
    ).toEqual([]);
    expect(maps.length).toBe(256);
    expect(refused.length).toBeGreaterThan(220);

    const repaired = await fixedMaps(refused, kernel, pairTypes);
    const again = await askMaps(repaired, localMapProber, pairTypes);
    expect(repaired.flatMap((map, n) => (again[n]?.errno === 0 ? [] : [shown(map, again[n])]))).toEqual([]);
    expect(repaired.length).toBeGreaterThan(30);
  });

  test('what is completed there loads', async () => {
    const analyzer = await testAnalyzer();
    const kernel = await liveKernel();
    let text = completed;
    for (let at = text.indexOf('/*|*/'); at >= 0; at = text.indexOf('/*|*/')) {
      const { view, cursors } = featureView(text, { analyzer, kernel });
      const [item] = complete(view, cursors[0] ?? -1).items;
      expect(item).toBeDefined();
      if (!item) return;
      text = text.slice(0, at) + item.newText + text.slice(at + '/*|*/'.length);
    }
    const { path } = await compileBpf(text);
    const verdicts = await loadPrograms(path, { attach: false });
    expect(verdicts.map(({ program, load }) => `${program} ${load}`)).toEqual(['dispatch ok']);
  });
});
