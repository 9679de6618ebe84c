/** Names of types: those that stand on the way to what a type is, and the one that C calls it by. */
import { MAX_DEPTH, resolve } from '../btf/resolve';
import type { GraphType } from '../btf/type-graph';

/** The names of the typedefs between a type and what it resolves to. */
export function typedefNames({ types, id }: GraphType): readonly string[] {
  const names: string[] = [];
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    switch (types.kind(id)) {
      case 'typedef':
        names.push(types.name(id));
        break;
      case 'const':
      case 'volatile':
      case 'restrict':
      case 'type_tag':
        break;
      default:
        return names;
    }
    id = types.type(id);
  }
  return names;
}

/** `__u32`, `struct event`, `char[16]`, `enum state`, `void *`; empty for what has no name. */
export function typeName({ types, id }: GraphType, depth = 0): string {
  const [typedef] = typedefNames({ types, id });
  if (typedef !== undefined) return typedef;
  const resolved = resolve(types, id);
  const name = types.name(resolved);
  switch (types.kind(resolved)) {
    case 'struct':
    case 'union':
      return `${types.kind(resolved)} ${name || '{…}'}`;
    case 'enum':
    case 'enum64':
      return `enum ${name || '{…}'}`;
    case 'array': {
      const dimensions: number[] = [];
      let element = resolved;
      while (types.kind(element) === 'array' && dimensions.length < MAX_DEPTH) {
        dimensions.push(types.array(element)?.length ?? 0);
        element = types.type(element);
      }
      const known = depth < MAX_DEPTH ? typeName({ types, id: element }, depth + 1) : '';
      return `${known}${dimensions.map((one) => `[${one || ''}]`).join('')}`;
    }
    case 'ptr': {
      const target = { types, id: types.type(resolved) };
      const known = depth < MAX_DEPTH ? typeName(target, depth + 1) || 'void' : 'void';
      return `${known}${known.endsWith('*') ? '' : ' '}*`;
    }
    case 'func_proto':
      return 'function';
    default:
      return name;
  }
}
