import { describe, expect, it } from 'vitest';
import { createTypeIndex, emptyTypeIndex } from '#core/btf/index';
import type { TypeIndex, TypeRef } from '#core/btf/types';
import { BtfBuilder } from '#support/btf-builder';

function indexOf(vmlinux: BtfBuilder, modules: Record<string, BtfBuilder> = {}): TypeIndex {
  const built = new Map(Object.entries(modules).map(([name, builder]) => [name, builder.build()]));
  const { value, problems } = createTypeIndex({ vmlinux: vmlinux.build(), modules: built });
  expect(problems).toEqual([]);
  return value;
}

/** The type of a struct's member. */
function member(types: TypeIndex, struct: string, name: string): TypeRef {
  const found = types.struct(struct)?.members.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no ${struct}.${name}`);
  return found.type;
}

/** A kernel of a few types, and references to some of them. */
function kernel() {
  const b = new BtfBuilder();
  const long = b.int('long int', 8, { signed: true });
  const char = b.int('char', 1, { signed: true });
  const pid = b.typedef('pid_t', b.typedef('__kernel_pid_t', b.int('int', 4, { signed: true })));
  const fwd = b.fwd('opaque', 'struct');
  const list = b.struct('list_head', 16, []);
  const state = b.enum('state', { RUNNING: 0, DEAD: -1 }, { signed: true });
  const constPid = b.const(pid);
  const comm = b.array(char, 16);
  const path = b.ptr(b.typeTag('user', b.typeTag('rcu', b.const(char))));
  const opaque = b.ptr(fwd);
  const parent = b.ptr(b.nextId + 1);
  const task = b.struct('task_struct', 64, [
    { name: 'parent', type: parent, at: 0 },
    { name: 'pid', type: constPid, at: 64 },
    { name: 'comm', type: comm, at: 96 },
    { name: 'path', type: path, at: 256 },
    { name: 'state', type: state, at: 320 },
    { name: 'opaque', type: opaque, at: 384 },
    { name: 'flag', type: long, at: 448, bits: 3 },
  ]);
  const prototype = b.prototype(pid, [
    ['task', b.ptr(task)],
    ['fmt', b.ptr(char)],
    ['', 0],
  ]);
  b.func('task_print', prototype);
  b.typedef('btf_trace_fork', b.ptr(b.prototype(0, [['data', b.ptr(0)]])));
  b.union('both', 8, [
    { name: 'l', type: long, at: 0 },
    { name: 'p', type: b.ptr(list), at: 0 },
  ]);
  b.enum64('wide', { ALL: 0xffffffffffffffffn });
  return b;
}

describe('one kernel', () => {
  const types = indexOf(kernel());

  it('has definitions by tag, with sizes of members', () => {
    expect(types.struct('task_struct')).toMatchObject({ kind: 'struct', name: 'task_struct', size: 64 });
    const sizes = types.struct('task_struct')?.members.map(({ name, size }) => [name, size]);
    expect(sizes).toEqual([
      ['parent', 8],
      ['pid', 4],
      ['comm', 16],
      ['path', 8],
      ['state', 4],
      ['opaque', 8],
      ['flag', 8],
    ]);
    expect(types.struct('task_struct')?.members[6]).toMatchObject({ bitOffset: 448, bitSize: 3 });
    expect(types.struct('task_struct')?.members[0]).not.toHaveProperty('bitSize');
    expect(types.union('both')?.members.map(({ bitOffset }) => bitOffset)).toEqual([0, 0]);
  });

  it('keeps structs, unions and forward declarations apart', () => {
    expect([types.struct('both'), types.union('task_struct'), types.struct('opaque')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(types.kind(types.target(member(types, 'task_struct', 'opaque')) ?? { types, id: 0 })).toBe('fwd');
  });

  it('lists names', () => {
    expect(types.structNames()).toEqual(['list_head', 'task_struct']);
    expect(types.funcNames()).toEqual(['task_print']);
    expect(types.typedefNames()).toEqual(['__kernel_pid_t', 'pid_t', 'btf_trace_fork']);
    expect(types.structNames()).toBe(types.structNames());
  });

  it('has enums of both kinds', () => {
    expect(types.enumeration('state')).toEqual([
      { name: 'RUNNING', value: 0n },
      { name: 'DEAD', value: -1n },
    ]);
    expect(types.enumeration('wide')).toEqual([{ name: 'ALL', value: 0xffffffffffffffffn }]);
    expect(types.enumeration('task_struct')).toBeUndefined();
  });

  it('follows a pointer to its struct', () => {
    const parent = types.target(member(types, 'task_struct', 'parent'));
    expect(parent && types.layout(parent)?.name).toBe('task_struct');
    expect(types.layout(member(types, 'task_struct', 'parent'))).toBeUndefined();
  });

  it('resolves through qualifiers and typedefs', () => {
    const pid = member(types, 'task_struct', 'pid');
    expect(types.kind(pid)).toBe('const');
    expect(types.name(types.resolve(pid))).toBe('int');
    expect(types.integer(pid)).toEqual({ size: 4, signed: true });
    expect(types.integer(member(types, 'task_struct', 'state'))).toEqual({ size: 4, signed: true });
    expect(types.integer(member(types, 'task_struct', 'parent'))).toBeUndefined();
  });

  it('has arrays', () => {
    const comm = member(types, 'task_struct', 'comm');
    expect([types.arrayLength(comm), types.size(comm)]).toEqual([16, 16]);
    expect(types.name(types.target(comm) ?? comm)).toBe('char');
    expect(types.arrayLength(member(types, 'task_struct', 'pid'))).toBeUndefined();
  });

  it('has the tags of what a pointer points to', () => {
    const path = member(types, 'task_struct', 'path');
    expect(types.tags(path)).toEqual([]);
    expect(types.tags(types.target(path) ?? path)).toEqual(['user', 'rcu']);
  });

  it('has prototypes of functions, variadic or not, and of pointers to functions', () => {
    const print = types.func('task_print');
    expect(print?.variadic).toBe(true);
    expect(print?.parameters.map(({ name }) => name)).toEqual(['task', 'fmt']);
    expect(print && types.declaration(print.returns, 'x')).toBe('pid_t x');
    const trace = types.typedef('btf_trace_fork');
    expect(trace && types.prototype(trace)).toMatchObject({
      variadic: false,
      parameters: [{ name: 'data' }],
    });
    expect(types.prototype(member(types, 'task_struct', 'pid'))).toBeUndefined();
    expect(types.func('task_struct')).toBeUndefined();
  });

  it('takes no reference into another index', () => {
    const other = indexOf(kernel());
    expect(other.kind(member(types, 'task_struct', 'pid'))).toBe('void');
  });
});

describe('modules', () => {
  it('get ids of their own, over one kernel', () => {
    const base = kernel();
    const device = (tag: string) => {
      const b = new BtfBuilder({ base });
      const size = tag.length;
      b.struct(tag, size, [{ name: 'self', type: b.ptr(b.nextId + 1), at: 0 }]);
      b.func(`${tag}_probe`, b.prototype(0, [['dev', b.nextId - 2]]));
      return b;
    };
    const types = indexOf(base, { one: device('one'), two: device('second') });
    for (const tag of ['one', 'second']) {
      const self = types.target(member(types, tag, 'self'));
      expect(self && types.layout(self)).toMatchObject({ name: tag, size: tag.length });
    }
    expect(member(types, 'one', 'self').id).not.toBe(member(types, 'second', 'self').id);
    expect(types.structNames()).toEqual(['list_head', 'task_struct', 'one', 'second']);
    expect(types.func('second_probe')?.parameters.map(({ name }) => name)).toEqual(['dev']);
  });

  it('come after vmlinux where both define a tag', () => {
    const base = kernel();
    const module = new BtfBuilder({ base });
    module.struct('task_struct', 1, []);
    module.struct('module_only', 2, []);
    const types = indexOf(base, { module });
    expect(types.struct('task_struct')?.size).toBe(64);
    expect(types.struct('module_only')?.size).toBe(2);
  });

  it('cost only themselves when they cannot be read', () => {
    const good = new BtfBuilder({ base: kernel() });
    good.struct('good', 1, []);
    const { value, problems } = createTypeIndex({
      vmlinux: kernel().build(),
      modules: new Map([
        ['bad', Uint8Array.of(1, 2, 3)],
        ['good', good.build()],
      ]),
    });
    expect(value.struct('good')?.size).toBe(1);
    expect(problems.map(({ where }) => where)).toEqual(['module bad, header']);
  });

  it('of the other byte order are left out', () => {
    const foreign = new BtfBuilder({ base: kernel(), littleEndian: false });
    foreign.struct('foreign', 1, []);
    const modules = new Map([['foreign', foreign.build()]]);
    const { value, problems } = createTypeIndex({ vmlinux: kernel().build(), modules });
    expect(value.struct('foreign')).toBeUndefined();
    expect(problems).toHaveLength(1);
  });

  it('are of no use without vmlinux', () => {
    const { value, problems } = createTypeIndex({ modules: new Map([['m', kernel().build()]]) });
    expect(value.empty).toBe(true);
    expect(problems).toHaveLength(1);
  });
});

describe('no BTF', () => {
  it.each([
    ['emptyTypeIndex', emptyTypeIndex],
    ['an index of nothing', createTypeIndex({}).value],
    ['an index of no bytes', createTypeIndex({ vmlinux: new Uint8Array(0) }).value],
  ])('%s answers everything', (_, types) => {
    const ref = { types, id: 5 };
    expect([types.empty, types.pointerSize, types.littleEndian]).toEqual([true, 8, true]);
    expect([types.struct('a'), types.typedef('a'), types.func('a'), types.structNames()]).toEqual([
      undefined,
      undefined,
      undefined,
      [],
    ]);
    expect([types.kind(ref), types.name(ref), types.size(ref), types.target(ref)]).toEqual([
      'void',
      '',
      0,
      undefined,
    ]);
    expect(types.declaration(ref, 'x')).toBe('void x');
  });

  it('is reported where there should have been some', () => {
    expect(createTypeIndex({ vmlinux: new Uint8Array(0) }).problems).toHaveLength(1);
    expect(createTypeIndex({}).problems).toEqual([]);
    expect(indexOf(kernel()).empty).toBe(false);
  });
});
