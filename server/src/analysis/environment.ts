/** What the declarations of a file give to each other: macros and typedefs. */
import type { Chunk } from './chunk';
import type { StructName } from './ctx-uses/facts';
import type { Directive } from './directives';
import { readMacros, type Macros } from './macros';
import type { Span } from './model';
import type { Typedef } from './typedefs';
import type { BaseType } from './types';

export interface Environment {
  readonly macros: Macros;
  readonly typedefs: ReadonlyMap<string, FileTypedef>;
  /** The declarations it was made of: the same ones make the same environment. */
  readonly sources: readonly (Typedef | readonly Directive[])[];
}

export interface FileTypedef {
  readonly base: BaseType;
  readonly pointers: number;
  readonly chunk: Chunk;
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
  const typedefs = new Map<string, FileTypedef>();
  const twice = new Set<string>();
  for (const chunk of chunks) {
    const { typedef, conditional } = chunk.content;
    if (!typedef) continue;
    if (typedefs.has(typedef.name) || conditional) twice.add(typedef.name);
    typedefs.set(typedef.name, { ...typedef.type, chunk });
  }
  for (const name of twice) typedefs.delete(name);
  return { macros: readMacros(chunks.flatMap(({ content }) => content.directives)), typedefs, sources };
}

/** The tag behind a written name, and where that tag is written; undefined for a typedef that is not known here. */
export function resolveStructName(
  name: StructName,
  chunk: Chunk,
  environment: Environment,
): { name: string; span?: Span } | undefined {
  if (name.tag) return { name: name.name, span: shift(name.span, chunk.start) };
  const typedef = environment.typedefs.get(name.name);
  if (typedef?.base.kind !== 'struct' || typedef.pointers > 0 || !typedef.base.tag) return undefined;
  const isOwnName = typedef.base.name === name.name;
  return {
    name: typedef.base.name,
    ...(!isOwnName && { span: shift(typedef.base.span, typedef.chunk.start) }),
  };
}

export function shift({ start, end }: Span, by: number): Span {
  return { start: start + by, end: end + by };
}
