/** bpftool's own reading of BTF, as the reference for ours. */
import { execFileSync } from 'node:child_process';
import type { Btf } from '#core/btf/btf';
import { renderDefinition } from '#core/btf/render';

const run = (argv: readonly string[]): string =>
  execFileSync('bpftool', argv, {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    stdio: ['ignore', 'pipe', 'ignore'],
  });

/** Why bpftool cannot serve here, or undefined. */
export function whyNoBpftool(): string | undefined {
  try {
    run(['version']);
    return undefined;
  } catch {
    return 'bpftool is not installed';
  }
}

/** The types of a BTF file, each as one JSON text, from id 1 on. */
export function bpftoolTypes(path: string): string[] {
  const { types } = JSON.parse(run(['-j', 'btf', 'dump', 'file', path])) as { types: object[] };
  return types.map((type) => JSON.stringify(type));
}

/**
 * The struct and union definitions of `format c`, by `struct tag`. bpftool numbers the names that several
 * types share (`file___2`): those numbers are taken off, so a tag can have several definitions.
 */
export function bpftoolDefinitions(path: string): Map<string, string[]> {
  const definitions = new Map<string, string[]>();
  for (const block of run(['btf', 'dump', 'file', path, 'format', 'c']).split('\n\n')) {
    const text = comparable(block);
    const tag = /^((?:struct|union) \w+) \{/.exec(text)?.[1];
    if (tag !== undefined) definitions.set(tag, [...(definitions.get(tag) ?? []), text]);
  }
  return definitions;
}

/** Our definitions in the same form: those of all types that share a tag. */
export function definitionsOf(btf: Btf): Map<string, string[]> {
  const definitions = new Map<string, string[]>();
  for (let id = 1; id < btf.endId; id++) {
    const kind = btf.kind(id);
    const name = btf.name(id);
    if (!name || (kind !== 'struct' && kind !== 'union')) continue;
    const composite = { kind, name, size: btf.ownSize(id), members: btf.members(id) };
    const tag = comparable(`${kind} ${name}`);
    const text = comparable(renderDefinition(btf, composite));
    definitions.set(tag, [...(definitions.get(tag) ?? []), text]);
  }
  return definitions;
}

/** C text without bpftool's numbers, and without its space in `* (*name)(void)`. */
export const comparable = (text: string): string => text.replace(/___\d+\b/g, '').replaceAll('* (', '*(');

/** A type as `bpftool -j btf dump` prints it. */
export function likeBpftool(btf: Btf, id: number): string {
  const kind = btf.kind(id);
  return JSON.stringify({ id, kind: kind.toUpperCase(), name: btf.name(id) || '(anon)', ...facts(btf, id) });
}

function facts(btf: Btf, id: number): object {
  const kind = btf.kind(id);
  const named = <T extends { name: string; type: number }>(items: readonly T[], rest: (item: T) => object) =>
    items.map((item) => ({ name: item.name || '(anon)', type_id: item.type, ...rest(item) }));
  switch (kind) {
    case 'int': {
      const int = btf.int(id);
      const encoding = int?.signed ? 'SIGNED' : int?.char ? 'CHAR' : int?.bool ? 'BOOL' : '(none)';
      return { size: btf.ownSize(id), bits_offset: int?.bitOffset, nr_bits: int?.bits, encoding };
    }
    case 'array': {
      const array = btf.array(id);
      return { type_id: btf.type(id), index_type_id: array?.indexType, nr_elems: array?.length };
    }
    case 'struct':
    case 'union': {
      const members = named(btf.members(id), ({ bitOffset, bitSize }) => ({
        bits_offset: bitOffset,
        bitfield_size: bitSize,
      }));
      return { size: btf.ownSize(id), vlen: members.length, members };
    }
    case 'enum':
    case 'enum64': {
      const encoding = btf.flag(id) ? 'SIGNED' : 'UNSIGNED';
      const values = btf.enumerators(id).map(({ name, value }) => {
        // bpftool takes the 32 bits of any enum for signed, then prints them as 64 unsigned ones.
        const printed =
          kind === 'enum' && !btf.flag(id) ? BigInt.asUintN(64, BigInt.asIntN(32, value)) : value;
        return { name, val: Number(printed) };
      });
      return { encoding, size: btf.ownSize(id), vlen: values.length, values };
    }
    case 'fwd':
      return { fwd_kind: btf.flag(id) ? 'union' : 'struct' };
    case 'func':
    case 'var':
      return { type_id: btf.type(id), linkage: ['static', 'global', 'extern'][btf.linkage(id) ?? 3] };
    case 'func_proto': {
      const params = named(btf.parameters(id), () => ({}));
      return { ret_type_id: btf.type(id), vlen: params.length, params };
    }
    case 'datasec': {
      const vars = btf
        .sectionVariables(id)
        .map(({ type, offset, size }) => ({ type_id: type, offset, size }));
      return { size: btf.ownSize(id), vlen: vars.length, vars };
    }
    case 'float':
      return { size: btf.ownSize(id) };
    case 'decl_tag':
      return { type_id: btf.type(id), component_idx: btf.componentIndex(id) };
    case 'void':
      return {};
    default:
      return { type_id: btf.type(id) };
  }
}
