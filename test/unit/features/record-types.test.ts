import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { recordTypes } from '#server/features/record-types';
import { testAnalyzer } from '#support/analyzer';

const analyzer = await testAnalyzer();

function typesOf(source: string): Record<string, string[]> {
  const file = analyzer.open(source);
  const { maps } = recordTypes(file.analysis);
  file.dispose();
  return Object.fromEntries(maps.map(({ map, types }) => [map, types]));
}

const declarations = `
struct event { int pid; };
typedef struct { int pid; } event_t;
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");
static struct event shared;
`;

const program = (body: string) => `${declarations}
SEC("tp/sched/sched_switch")
int on_switch(void *ctx)
{
${body}
	return 0;
}
`;

it.each([
  [
    'the pointer that is dereferenced',
    'struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);',
    'struct event',
  ],
  ['an assignment', 'struct event *e;\n e = bpf_ringbuf_reserve(&events, sizeof *e, 0);', 'struct event'],
  ['the type itself', 'void *e = bpf_ringbuf_reserve(&events, sizeof(struct event), 0);', 'struct event'],
  ['a typedef', 'event_t *e = bpf_ringbuf_reserve(&events, sizeof(event_t), 0);', 'event_t'],
  ['a pointer to a typedef', 'event_t *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);', 'event_t'],
  ['a size that says nothing', 'struct event *e = bpf_ringbuf_reserve(&events, SIZE, 0);', 'struct event'],
  ['a local', 'struct event e = {};\n bpf_ringbuf_output(&events, &e, sizeof(e), 0);', 'struct event'],
  [
    'what a pointer points to',
    'struct event *e = get();\n bpf_ringbuf_output(&events, e, len, 0);',
    'struct event',
  ],
  [
    'a perf buffer',
    'struct event e;\n bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &e, sizeof(e));',
    'struct event',
  ],
  ['a global', 'bpf_ringbuf_output(&events, &shared, sizeof(shared), 0);', 'struct event'],
])('knows %s', (_, body, type) => {
  expect(typesOf(program(`\t${body}`))).toEqual({ events: [type] });
});

it.each([
  ['a size in a variable', 'void *e = bpf_ringbuf_reserve(&events, size, 0);'],
  ['the size of a pointer', 'struct event *e = get();\n bpf_ringbuf_output(&events, &e, sizeof(e), 0);'],
  ['a sum', 'bpf_ringbuf_output(&events, buffer, sizeof(*e) + len, 0);'],
  ['a map that is not here', 'struct event *e = bpf_ringbuf_reserve(&others, sizeof(*e), 0);'],
  ['a member', 'bpf_ringbuf_output(&events, &e->inner, sizeof(e->inner), 0);'],
  ['a comment', '/* bpf_ringbuf_reserve(&events, sizeof(struct event), 0) */'],
  ['an unfinished call', 'struct event *e = bpf_ringbuf_reserve(&events'],
])('says nothing of %s', (_, body) => {
  expect(typesOf(program(`\t${body}`))).toEqual({});
});

it('lists several types of one map, each once', () => {
  const body = `
	event_t *a = bpf_ringbuf_reserve(&events, sizeof(*a), 0);
	struct event *b = bpf_ringbuf_reserve(&events, sizeof(*b), 0);
	struct event *c = bpf_ringbuf_reserve(&events, sizeof(*c), 0);
`;
  expect(typesOf(program(body))).toEqual({ events: ['event_t', 'struct event'] });
});

it('takes the declaration of the function it is in', () => {
  const source = `${program('\tevent_t *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);')}
static int other(void)
{
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	return 0;
}`;
  expect(typesOf(source)).toEqual({ events: ['event_t', 'struct event'] });
});

it('knows what the examples send', () => {
  for (const name of ['exec', 'fchmodat'])
    expect(typesOf(readFileSync(`examples/${name}.bpf.c`, 'utf8'))).toEqual({ events: ['struct event'] });
});

it('agrees with the object on the fixture of the decoder', () => {
  const source = readFileSync('test/unit/decode/fixtures/records.bpf.c', 'utf8');
  expect(typesOf(source)).toEqual({
    events: ['struct opened', 'struct closed'],
    samples: ['sampled_t'],
    hidden: ['struct tail'],
  });
});
