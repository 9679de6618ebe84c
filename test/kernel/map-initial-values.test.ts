/** What maps of maps hold from the beginning: `map-definition` says what the kernel says, and its fixes are taken. */
import { expect, test } from 'vitest';
import { complete } from '#server/features/completion/index';
import { testAnalyzer } from '#support/analyzer';
import { compileBpf } from '#support/bpf/compile';
import { loadPrograms } from '#support/bpf/loader';
import { findingsOfMaps, fixedMaps, isRefusal, shown } from '#support/bpf/map-findings';
import { askMaps, localMapProber } from '#support/bpf/map-probe';
import { requireKernel } from '#support/bpf/requirements';
import { featureView } from '#support/feature-view';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

const shared = 'struct b12 { __u32 words[3]; };\n';

/** Pairs of these are put to the kernel, each way around. */
const inner = {
  ARRAY: [
    '4 __u64 8 0',
    '4 __u64 9 0',
    '4 __u32 8 0',
    '4 __u64 8 BPF_F_RDONLY',
    '4 __u64 8 BPF_F_RDONLY_PROG',
    '4 __u64 8 BPF_F_INNER_MAP',
  ],
  HASH: ['4 __u64 8 0', '4 __u64 9 0', '4 struct_b12 8 0', '8 __u64 8 0', '4 __u64 8 BPF_F_NO_PREALLOC'],
  PERCPU_ARRAY: ['4 __u64 8 0', '4 __u64 9 0', '4 __u32 8 0'],
  LRU_HASH: ['4 __u64 8 0', '4 __u64 9 0'],
} as const;
const bodies = Object.entries(inner).flatMap(([type, all]) => all.map((one) => body(type, one)));

function body(type: string, attributes: string): string {
  const [key = '', value = '', entries = '', flags = ''] = attributes.split(' ');
  const fields = [
    `__uint(type, BPF_MAP_TYPE_${type});`,
    `__type(key, ${key === '4' ? '__u32' : '__u64'});`,
    `__type(value, ${value.replace('_b', ' b')});`,
    `__uint(max_entries, ${entries});`,
    ...(flags === '0' ? [] : [`__uint(map_flags, ${flags});`]),
  ];
  return `struct {\n${fields.map((field) => `\t${field}\n`).join('')}}`;
}

/** Two of them, of which the second may be wrong. */
function pair(name: string, declared: string, held: string, n: number) {
  const type = n % 2 === 0 ? 'ARRAY_OF_MAPS' : 'HASH_OF_MAPS';
  const good = `${declared} ${name}__good SEC(".maps");\n`;
  const outer = `struct {
	__uint(type, BPF_MAP_TYPE_${type});
	__uint(max_entries, 4);
	__type(key, __u32);
	__array(values, ${declared});
} ${name} SEC(".maps") = {
	.values = { (void *)&${name}__good, ${n % 3 === 0 ? '[2] = ' : ''}(void *)&${name}__held },
};
`;
  return { name, text: `${good}${held} ${name}__held SEC(".maps");\n${outer}` };
}

const completed = `#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
${body('HASH', '4 __u64 8 0')} held SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 4);
	__type(key, __u32);
	__array(values, ${body('HASH', '4 __u64 8 0')});
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
    const maps = bodies.flatMap((one, n) => bodies.map((two, m) => pair(`m${n}_${m}`, one, two, n + m)));
    const verdicts = await askMaps(maps, localMapProber, shared);
    const findings = await findingsOfMaps(maps, kernel, shared);
    const refused = maps.filter((_, n) => verdicts[n]?.errno !== 0);
    expect(
      maps.flatMap((map, n) =>
        isRefusal(findings[n]) === refused.includes(map) ? [] : [shown(map, verdicts[n])],
      ),
    ).toEqual([]);
    expect(maps.length).toBe(256);
    expect(refused.length).toBeGreaterThan(220);

    const repaired = await fixedMaps(refused, kernel, shared);
    const again = await askMaps(repaired, localMapProber, shared);
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
