/** What the declarations of a file give to each other: macros and typedefs. */
import type { Chunk } from './chunk';
import type { StructName } from './ctx-uses/facts';
import type { Directive } from './directives';
import { readMacros, type Macros } from './macros';
import type { Typedef } from './typedefs';
import type { WrittenType } from './types';

export interface Environment {
  readonly macros: Macros;
  readonly typedefs: ReadonlyMap<string, WrittenType>;
  /** There are attributes for several declarations at once. */
  readonly pragmas: boolean;
  /** The declarations it was made of: the same ones make the same environment. */
  readonly sources: readonly unknown[];
}

/** The environment of these chunks; `previous` if nothing that matters has changed. */
export function readEnvironment(chunks: readonly Chunk[], previous: Environment | undefined): Environment {
  const sources: (Typedef | readonly Directive[])[] = [];
  for (const { content } of chunks) {
    if (content.directives.length > 0) sources.push(content.directives);
    if (content.typedef) sources.push(content.typedef);
  }
  if (
    previous?.sources.length === sources.length &&
    sources.every((source, i) => source === previous.sources[i])
  ) {
    return previous;
  }
  const typedefs = new Map<string, WrittenType>();
  const twice = new Set<string>();
  for (const { content } of chunks) {
    const { typedef, conditional } = content;
    if (!typedef) continue;
    if (typedefs.has(typedef.name) || conditional) twice.add(typedef.name);
    typedefs.set(typedef.name, typedef.type);
  }
  for (const name of twice) typedefs.delete(name);
  const directives = chunks.flatMap(({ content }) => content.directives);
  return {
    macros: readMacros(directives),
    typedefs,
    pragmas: directives.some(({ kind }) => kind === 'pragma'),
    sources,
  };
}

/** The tag behind a written name; undefined for a macro, and for a typedef that is not known here. */
export function resolveStructName(name: StructName, environment: Environment): string | undefined {
  if (environment.macros.names.has(name.name)) return undefined;
  if (name.tag) return name.name;
  const typedef = environment.typedefs.get(name.name);
  return typedef?.base.kind === 'struct' && typedef.pointers === 0 && typedef.base.tag
    ? typedef.base.name
    : undefined;
}
