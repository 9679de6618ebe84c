import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { bundledKernelsRequest } from '#core/messages/bundled-kernels';
import { check, type CustomRequest, type ParamsOf, type ResultOf } from '#core/messages/custom-message';
import { documentRequest } from '#core/messages/document';
import { listTracepointsRequest } from '#core/messages/list-tracepoints';
import { programsRequest } from '#core/messages/programs';
import { recordTypesRequest } from '#core/messages/record-types';
import { tracepointRequest } from '#core/messages/tracepoint';
import { tracepointCategoriesRequest } from '#core/messages/tracepoint-categories';
import { bundledDir } from '#support/bundled';
import { useServer } from './session';

type Schema = Parameters<typeof check>[0];

const session = useServer();

/** Asks, and holds the answer to its schema. */
async function ask<P extends Schema, R extends Schema>(
  request: CustomRequest<P, R>,
  params: ParamsOf<CustomRequest<P, R>>,
): Promise<ResultOf<CustomRequest<P, R>>> {
  const checked = check(request.result, await session.client.connection.sendRequest(request.method, params));
  if (!checked.ok) throw new Error(checked.message);
  return checked.value;
}

it('lists the bundled kernels', async () => {
  const ids = readdirSync(bundledDir).flatMap((name) =>
    name.endsWith('.ebpfkernel') ? [name.slice(0, -11)] : [],
  );
  const kernels = await ask(bundledKernelsRequest, {});
  expect(kernels.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  expect(kernels.find(({ id }) => id === '6.1-debian-arm64')?.machine).toBe('aarch64');
});

it('searches tracepoints', async () => {
  const { items, total } = await ask(listTracepointsRequest, { query: 'fchmodat', limit: 2 });
  expect(items).toEqual([
    {
      category: 'syscalls',
      name: 'sys_enter_fchmodat',
      struct: 'trace_event_raw_sys_enter',
      fields: ['__syscall_nr', 'dfd', 'filename', 'mode'],
    },
    {
      category: 'syscalls',
      name: 'sys_exit_fchmodat',
      struct: 'trace_event_raw_sys_exit',
      fields: ['__syscall_nr', 'ret'],
    },
  ]);
  expect(total).toBe(2);
  const all = await ask(listTracepointsRequest, { query: '', limit: 10 });
  expect(all.items).toHaveLength(10);
  expect(all.total).toBe(1372);
  const filtered = await ask(listTracepointsRequest, { query: 'switch', limit: 10, category: 'sched' });
  expect(filtered.items.map(({ name }) => name)).toEqual(['sched_switch']);
  expect(filtered.total).toBe(1);
});

it('counts the events of each category', async () => {
  const categories = await ask(tracepointCategoriesRequest, {});
  const { items } = await ask(listTracepointsRequest, { query: '', limit: 2000 });
  for (const { name, events } of categories)
    expect(items.filter(({ category }) => category === name)).toHaveLength(events);
  expect(categories.reduce((sum, { events }) => sum + events, 0)).toBe(1372);
});

it('describes a tracepoint', async () => {
  const found = await ask(tracepointRequest, { category: 'syscalls', name: 'sys_enter_openat' });
  expect(found).toMatchObject({
    section: 'tp/syscalls/sys_enter_openat',
    struct: 'trace_event_raw_sys_enter',
    recordSize: 48,
    kernel: { id: '6.1-debian-amd64', source: 'bundled' },
  });
  expect(found?.fields[2]).toEqual({
    name: 'filename',
    declaration: 'const char * filename',
    type: 'const char *',
    offset: 24,
    size: 8,
    signed: false,
    argument: 1,
    pointer: 'user',
    worthHaving: true,
  });
  expect(found?.fields.find(({ name }) => name === '__syscall_nr')?.worthHaving).toBe(false);
  expect(found?.format).toContain('name: sys_enter_openat');
  expect(found?.structText).toMatch(/^struct trace_event_raw_sys_enter \{\n.*args\[6\];/s);
  expect(await ask(tracepointRequest, { category: 'nope', name: 'nope' })).toBeNull();
});

it('gives the text of its read-only documents', async () => {
  const format = await ask(documentRequest, { uri: 'ebpf-format:/events/sched/sched_switch/format' });
  expect(format?.text).toMatch(/^name: sched_switch\nID: \d+\nformat:\n/);
  const type = await ask(documentRequest, { uri: 'ebpf-format:/types/trace_event_raw_sys_enter.h' });
  expect(type?.text).toContain('struct trace_event_raw_sys_enter {');
  expect(await ask(documentRequest, { uri: 'ebpf-format:/types/nope.h' })).toBeNull();
});

it('lists the programs of a document', async () => {
  const uri = session.uri();
  const text =
    'SEC("tp/sched/sched_switch")\nint f(void *ctx)\n{\n\treturn 0;\n}\n\nSEC("xdp")\nint g(struct xdp_md *ctx) { return 2; }\n';
  await session.client.open(uri, text);
  expect((await ask(programsRequest, { uri })).programs).toEqual([
    {
      name: 'f',
      section: 'tp/sched/sched_switch',
      programType: 'BPF_PROG_TYPE_TRACEPOINT',
      event: { category: 'sched', name: 'sched_switch' },
      range: { start: { line: 0, character: 0 }, end: { line: 4, character: 1 } },
    },
    {
      name: 'g',
      section: 'xdp',
      programType: 'BPF_PROG_TYPE_XDP',
      range: { start: { line: 6, character: 0 }, end: { line: 7, character: 39 } },
    },
  ]);
  const nowhere = { uri: 'file:///nowhere.bpf.c' };
  expect(await ask(programsRequest, nowhere)).toEqual({ programs: [], maps: [] });
  expect((await ask(programsRequest, { ...nowhere, text })).programs.map(({ name }) => name)).toEqual([
    'f',
    'g',
  ]);
});

it('lists the maps of a text that is not open', async () => {
  const text =
    '// maps\nstruct {\n\t__uint(type, BPF_MAP_TYPE_RINGBUF);\n\t__uint(max_entries, 4096);\n} events SEC(".maps");\n';
  expect(await ask(programsRequest, { uri: session.uri(), text })).toEqual({
    programs: [],
    maps: [
      {
        name: 'events',
        type: 'BPF_MAP_TYPE_RINGBUF',
        range: { start: { line: 1, character: 0 }, end: { line: 4, character: 22 } },
      },
    ],
  });
});

it('refuses parameters of another shape in one sentence', async () => {
  const { connection } = session.client;
  await expect(connection.sendRequest(tracepointRequest.method, { category: 'sched' })).rejects.toMatchObject(
    {
      code: -32602,
      message: expect.stringContaining('name') as string,
    },
  );
});

it('says which types a document sends through its maps', async () => {
  const text = readFileSync('examples/exec.bpf.c', 'utf8');
  const { maps } = await ask(recordTypesRequest, { uri: 'file:///not-open.bpf.c', text });
  expect(maps).toEqual([{ map: 'events', types: ['struct event'] }]);
});
