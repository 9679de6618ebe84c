/** What an object and its source say about the names that libbpf uses. */
import type { BpfObject } from '../../elf/bpf-object';
import type { SourcePosition } from '../model';
import { programLines } from '../position';
import { farthestCtxRead } from './ctx-reads';
import type { FarthestRead, LoaderContext } from './explain-loader';
import { functionDefinition, mapDefinition, sectionOf, variableDefinition } from './definitions';
import type { SourceText } from './definitions';

/** @param source the lines of a file that the object was compiled from */
export function objectContext(
  object: BpfObject,
  source: (file: string) => readonly string[] | undefined,
): LoaderContext {
  const lines = programLines(object);
  const texts: readonly SourceText[] = [...new Set(object.ext.lines.map(({ file }) => file))].flatMap(
    (file) => {
      const found = source(file);
      return found ? [{ file, lines: found }] : [];
    },
  );
  return {
    start: (program) => functionDefinition(texts, program) ?? lines.get(program)?.position(0),
    section: (program) => sectionOf(texts, program),
    map: (name) => mapDefinition(texts, name),
    variable: (name) => variableDefinition(texts, name),
    farthestRead: (program) => readOf(program),
  };

  function readOf(program: string): FarthestRead | undefined {
    const range = lines.get(program)?.function(0);
    const read = range && farthestCtxRead(object, range);
    const position: SourcePosition | undefined = read && lines.get(program)?.position(read.at / 8);
    return read && position && { position, offset: read.offset, size: read.size };
  }
}
