import { expect, it } from 'vitest';
import { documentSymbols } from '#server/features/document-symbols';
import { featureView } from '#support/feature-view';
import { fixtureContext } from '../checks/context';

const context = await fixtureContext('6.1-debian-amd64');

it('outlines programs and maps', () => {
  const source = `
/*<*/struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");/*>*/

/*<*/SEC("tp/sched/sched_switch")
int on_switch(void *ctx)
{
	return 0;
}/*>*/

static int helper(void)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
`;
  const { view, ranges } = featureView(source, context);
  const [map, program, ...others] = documentSymbols(view);
  expect(others).toEqual([]);
  expect(map).toMatchObject({ kind: 'map', name: 'events', detail: 'ringbuf' });
  expect(program).toMatchObject({
    kind: 'program',
    name: 'on_switch',
    detail: 'tp/sched/sched_switch',
    span: ranges[1],
  });
  for (const symbol of [map, program]) {
    const name = symbol && view.text.slice(symbol.nameSpan.start, symbol.nameSpan.end);
    expect(name).toBe(symbol?.name);
    expect(
      symbol && symbol.span.start <= symbol.nameSpan.start && symbol.nameSpan.end <= symbol.span.end,
    ).toBe(true);
  }
  expect(ranges[0] && map && map.span.start >= ranges[0].start && map.span.end <= ranges[0].end).toBe(true);
});
