import { describe, expect, it } from 'vitest';
import { createTypeIndex } from '#core/btf/index';
import type { TypeIndex } from '#core/btf/types';
import { createCtxResolver, resolveCtxStruct } from '#core/kernel/ctx-resolve';
import { parseFormat } from '#core/kernel/format';
import type { KernelIndex, TracepointFormat } from '#core/kernel/model';
import { BtfBuilder } from '#support/btf-builder';
import { formatOf, sysEnterOpenat, sysExitOpenat } from './formats';

/** Structs `trace_event_raw_<class>` with one int of the given name, at byte 8. */
function types(
  structs: Readonly<Record<string, string>>,
  more: (btf: BtfBuilder) => void = () => undefined,
): TypeIndex {
  const btf = new BtfBuilder();
  const int = btf.int('int', 4, { signed: true });
  for (const [name, member] of Object.entries(structs)) {
    btf.struct(`trace_event_raw_${name}`, 16, [{ name: member, type: int, at: 64 }]);
  }
  more(btf);
  return createTypeIndex({ vmlinux: btf.build() }).value;
}

function kernel(index: TypeIndex, events: readonly string[] = []): KernelIndex {
  return {
    provenance: { release: 'test', machine: 'x86_64', source: 'directory', location: 'test' },
    events: events.map((name) => ({ category: 'c', name })),
    format: () => undefined,
    formatText: () => undefined,
    types: index,
    functions: [],
    problems: [],
  };
}

function format(name: string, field = 'x', category = 'c'): TracepointFormat {
  const { value } = parseFormat(formatOf(name, [`int ${field} 8 4 1`]), category, name);
  if (value === undefined) throw new Error('no format');
  return value;
}

function syscall(text: string, name: string): TracepointFormat {
  const { value } = parseFormat(text, 'syscalls', name);
  if (value === undefined) throw new Error('no format');
  return value;
}

describe('the ctx struct of a syscall', () => {
  const both = types({ sys_enter: 'id', sys_exit: 'id' }, (btf) => {
    btf.struct('syscall_trace_enter', 16, []);
    btf.struct('syscall_trace_exit', 16, []);
  });

  it('is trace_event_raw_sys_enter or _exit, or the kernel’s own of the same layout', () => {
    expect(resolveCtxStruct(kernel(both), syscall(sysEnterOpenat, 'sys_enter_openat'))).toEqual({
      name: 'trace_event_raw_sys_enter',
      alsoRight: ['syscall_trace_enter'],
      step: 'syscall',
    });
    expect(resolveCtxStruct(kernel(both), syscall(sysExitOpenat, 'sys_exit_openat'))).toEqual({
      name: 'trace_event_raw_sys_exit',
      alsoRight: ['syscall_trace_exit'],
      step: 'syscall',
    });
  });

  it('is known without BTF', () => {
    const none = createTypeIndex({}).value;
    expect(resolveCtxStruct(kernel(none), syscall(sysEnterOpenat, 'sys_enter_openat'))?.name).toBe(
      'trace_event_raw_sys_enter',
    );
    expect(resolveCtxStruct(kernel(none), format('e'))).toBeUndefined();
  });

  it('is one that the kernel has', () => {
    const only = types({}, (btf) => btf.struct('syscall_trace_enter', 16, []));
    expect(resolveCtxStruct(kernel(only), syscall(sysEnterOpenat, 'sys_enter_openat'))).toEqual({
      name: 'syscall_trace_enter',
      alsoRight: [],
      step: 'syscall',
    });
  });
});

describe('the ctx struct of other events', () => {
  it('is the one of the event’s name, if it has the event’s fields', () => {
    const index = types({ wake: 'x', template: 'x' });
    expect(resolveCtxStruct(kernel(index), format('wake'))).toEqual({
      name: 'trace_event_raw_wake',
      alsoRight: [],
      step: 'own',
    });
    // A kprobe event may have the name of a tracepoint.
    expect(resolveCtxStruct(kernel(index), format('wake', '__probe_ip', 'kprobes'))).toBeUndefined();
  });

  it('is the only one with its fields', () => {
    const index = types({ template: 'x', wake_class: 'y' });
    expect(resolveCtxStruct(kernel(index), format('wake'))).toEqual({
      name: 'trace_event_raw_template',
      alsoRight: [],
      step: 'layout',
    });
  });

  it('is not one that is another event’s own', () => {
    const index = types({ wake_up: 'x', template: 'x' });
    expect(resolveCtxStruct(kernel(index, ['wake', 'wake_up']), format('wake'))).toMatchObject({
      name: 'trace_event_raw_template',
      step: 'layout',
    });
  });

  it('is the one whose probe takes what the tracepoint gives', () => {
    const index = types({ wake_class: 'x', other: 'x' }, (btf) => {
      const int = btf.int('int', 4);
      const long = btf.int('long', 8);
      const data = btf.ptr(0);
      const probe = (type: number): number =>
        btf.prototype(0, [
          ['__data', data],
          ['v', type],
        ]);
      btf.func('trace_event_raw_event_wake_class', probe(long), 0);
      btf.func('trace_event_raw_event_other', probe(int), 0);
      btf.typedef(
        'btf_trace_wake',
        btf.ptr(
          btf.prototype(0, [
            ['', data],
            ['', int],
          ]),
        ),
      );
    });
    expect(resolveCtxStruct(kernel(index), format('wake'))).toEqual({
      name: 'trace_event_raw_other',
      alsoRight: [],
      step: 'prototype',
    });
  });

  it('is else the one whose name begins most like the event’s, and the others are as right', () => {
    const index = types({ net_class: 'x', wake_class: 'x', waiting: 'x' });
    expect(resolveCtxStruct(kernel(index), format('wake_up'))).toEqual({
      name: 'trace_event_raw_wake_class',
      alsoRight: ['trace_event_raw_net_class', 'trace_event_raw_waiting'],
      step: 'prefix',
    });
  });
});

describe('createCtxResolver', () => {
  it('reads the structs once, only those of tracepoints, and none for an event with its own', () => {
    const index = types({ template: 'x', mine: 'y' }, (btf) => btf.struct('task_struct', 8, []));
    const asked: string[] = [];
    let listed = 0;
    const counting: TypeIndex = Object.assign(Object.create(index) as TypeIndex, {
      struct: (name: string) => {
        asked.push(name);
        return index.struct(name);
      },
      structNames: (prefix?: string) => {
        listed++;
        return index.structNames(prefix);
      },
    });
    const resolve = createCtxResolver(kernel(counting));
    expect(resolve(format('mine', 'y'))?.step).toBe('own');
    expect(listed).toBe(0);
    const wake = format('wake');
    expect(resolve(wake)).toBe(resolve(wake));
    expect(listed).toBe(1);
    expect(resolve(format('wake_new'))?.name).toBe('trace_event_raw_template');
    expect(asked).toContain('trace_event_raw_template');
    expect(asked).not.toContain('task_struct');
    expect(listed).toBe(1);
  });
});
