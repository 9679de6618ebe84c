import { describe, expect, it } from 'vitest';
import { definition } from '#server/features/definition';
import { readOnlyDocument } from '#server/features/read-only-documents';
import type { HeaderTypes } from '#server/view';
import { featureView } from '#support/feature-view';
import { fixtureContext } from '../checks/context';

const context = await fixtureContext('6.1-debian-amd64');

/** Where it leads, the line there, and what was asked about. */
function at(source: string, headers?: HeaderTypes) {
  const { view, cursors } = featureView(source, headers ? { ...context, headers } : context);
  const found = definition(view, cursors[0] ?? -1);
  if (found === undefined) return undefined;
  const { uri, target, origin } = found;
  const about = view.text.slice(origin.start, origin.end);
  if (target.kind === 'here')
    return { uri, about, text: view.text.slice(target.span.start, target.span.end) };
  const line = readOnlyDocument(context.kernel, uri)?.text.split('\n')[target.line];
  return { uri, about, line: target.line, ...(line !== undefined && { text: line.trim() }) };
}

const openat = (body: string, struct = 'trace_event_raw_sys_enter') =>
  `SEC("tp/syscalls/sys_enter_openat")\nint f(struct ${struct} *ctx)\n{\n\t${body}\n\treturn 0;\n}\n`;

describe('definition', () => {
  it('of a SEC string is the event’s format file', () => {
    const found = at('SEC("tp/syscalls/sys_/*|*/enter_openat")\nint f(void *ctx) { return 0; }\n');
    expect(found?.uri).toBe('ebpf-format:/events/syscalls/sys_enter_openat/format');
    expect(found?.about).toBe('tp/syscalls/sys_enter_openat');
    expect(readOnlyDocument(context.kernel, found?.uri ?? '')?.text).toBe(
      context.kernel.index.formatText('syscalls', 'sys_enter_openat'),
    );
  });

  it('of an argument is its line in the format', () => {
    expect(at(openat('long x = ctx->args[/*|*/1];'))?.text).toMatch(/^field:const char \* filename;/);
  });

  it('of a member is its line in the struct of the kernel', () => {
    const found = at(openat('long x = ctx->i/*|*/d;'));
    expect(found?.uri).toBe('ebpf-format:/types/trace_event_raw_sys_enter.h');
    expect(found?.text).toMatch(/^long int id;|^long id;/);
  });

  it('of the context’s type is the kernel’s struct', () => {
    const found = at(openat('').replace('trace_event', 'trace/*|*/_event'));
    expect(found).toMatchObject({
      uri: 'ebpf-format:/types/trace_event_raw_sys_enter.h',
      about: 'trace_event_raw_sys_enter',
      text: 'struct trace_event_raw_sys_enter {',
    });
  });

  it('of a struct of this file is in this file', () => {
    const source = 'struct my { long pad[2]; long a; };\n' + openat('long x = ctx->/*|*/a;', 'my');
    expect(at(source)).toMatchObject({
      uri: 'file:///x.bpf.c',
      text: expect.stringContaining('a') as string,
    });
    const type = 'struct my { long pad[2]; };\n' + openat('', 'm/*|*/y');
    expect(at(type)).toMatchObject({ uri: 'file:///x.bpf.c', text: 'my' });
  });

  it('of a struct of a header is in the header', () => {
    const [struct] = featureView('struct task_struct { int pid; };', context).view.source.structs;
    if (struct === undefined) throw new Error('the analysis found no struct');
    const header = { uri: 'file:///vmlinux.h', line: 41, character: 7, definition: struct };
    const headers: HeaderTypes = {
      hasVmlinux: true,
      complete: true,
      struct: (name) => (name === 'task_struct' ? header : undefined),
      typedef: () => undefined,
      macro: () => false,
    };
    expect(at('struct ta/*|*/sk_struct *task;', headers)).toMatchObject({
      uri: header.uri,
      line: header.line,
    });
  });

  it('is nothing for a struct or an event that nobody knows', () => {
    expect(at('struct no/*|*/pe *x;')).toBeUndefined();
    expect(at('SEC("tp/no/*|*/pe/nope")\nint f(void *ctx) { return 0; }\n')).toBeUndefined();
  });
});

describe('read-only documents', () => {
  it('are nothing for a URI that is no such document’s', () => {
    for (const uri of [
      'ebpf-format:/events/nope/nope/format',
      'ebpf-format:/types/nope.h',
      'ebpf-format:/x',
      'file:///etc/passwd',
      '',
    ])
      expect(readOnlyDocument(context.kernel, uri)).toBeUndefined();
  });
});
