/**
 * Tables of functions that the kernel lets BPF programs fill: for each `struct X` of them its BTF has a `struct
 * bpf_struct_ops_X` with an X as its `data`. Source: kernel/bpf/bpf_struct_ops.c, bpf_struct_ops_desc_init().
 */
import type { FunctionPrototype, StructMember, TypeIndex } from '#core/btf/types';
import type { Traced } from './prototype';

const prefix = 'bpf_struct_ops_';

export interface Operation {
  /** `tcp_congestion_ops` */
  readonly struct: string;
  /** `ssthresh` */
  readonly name: string;
  readonly prototype: FunctionPrototype;
}

interface Tables {
  readonly structs: readonly string[];
  /** By name; of members of one name, one for each struct. */
  readonly operations: ReadonlyMap<string, readonly Operation[]>;
}

/** A kernel's types are immutable, so what is found in them can be kept as long as they live. */
const made = new WeakMap<TypeIndex, Tables>();
const known = new WeakMap<Operation, Traced>();

/** Functions for which no kernel takes a program (`bpf_tcp_ca_check_member()`). */
const refused: ReadonlySet<string> = new Set(['tcp_congestion_ops.get_info']);

/** The structs that can be variables in `SEC(".struct_ops")`. */
export function operationStructs(types: TypeIndex): readonly string[] {
  return tablesOf(types).structs;
}

/** The names of all operations, each once. */
export function operationNames(types: TypeIndex): readonly string[] {
  return [...tablesOf(types).operations.keys()];
}

/** Of a struct, or of all that have a member of this name. */
export function operationsNamed(types: TypeIndex, name: string, struct?: string): readonly Operation[] {
  const found = tablesOf(types).operations.get(name) ?? [];
  return struct === undefined ? found : found.filter((one) => one.struct === struct);
}

/** What a program for it is given. Undefined where it is given a struct by value, which may take two words. */
export function tracedOperation(types: TypeIndex, operation: Operation): Traced | undefined {
  const { struct, name, prototype } = operation;
  if (prototype.parameters.some(({ type }) => types.layout(type) !== undefined)) return undefined;
  const found = known.get(operation) ?? {
    types,
    what: `${name} of struct ${struct}`,
    inRegisters: false,
    values: prototype.parameters,
    readable: prototype.parameters.length,
    returns: prototype.returns,
  };
  known.set(operation, found);
  return found;
}

/** The prototype that a member points to. */
export function pointedPrototype(types: TypeIndex, { type }: StructMember): FunctionPrototype | undefined {
  const pointer = types.resolve(type);
  const target = types.kind(pointer) === 'ptr' ? types.target(pointer) : undefined;
  return target && types.prototype(types.resolve(target));
}

function tablesOf(types: TypeIndex): Tables {
  const before = made.get(types);
  if (before) return before;
  const structs = types.structNames(prefix).flatMap((tag) => {
    const name = tag.slice(prefix.length);
    const data = types.struct(tag)?.members.find((member) => member.name === 'data');
    return data && types.name(types.resolve(data.type)) === name ? [name] : [];
  });
  const operations = new Map<string, Operation[]>();
  for (const struct of structs.sort()) {
    for (const member of types.struct(struct)?.members ?? []) {
      const prototype = pointedPrototype(types, member);
      if (prototype === undefined || refused.has(`${struct}.${member.name}`)) continue;
      const own = { struct, name: member.name, prototype };
      operations.set(member.name, [...(operations.get(member.name) ?? []), own]);
    }
  }
  const tables = { structs, operations };
  made.set(types, tables);
  return tables;
}
