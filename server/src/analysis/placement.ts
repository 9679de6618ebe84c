/** What one chunk adds to the analysis of its file, in the offsets of the file. */
import type { Chunk } from './chunk';
import { shift, type Environment } from './environment';
import type { FunctionHead } from './functions';
import type { FunctionDef, Include, MapDef, Program, SectionSite, StructDef } from './model';
import { ctxParameter, placeParameter } from './programs';
import { sectionValue, tracepointTarget } from './sections';
import { resolveStruct } from './structs';

export interface Placed {
  readonly sections: readonly SectionSite[];
  readonly programs: readonly Program[];
  readonly functions: readonly FunctionDef[];
  readonly maps: readonly MapDef[];
  readonly structs: readonly StructDef[];
  readonly includes: readonly Include[];
}

/** @param preserve a `#pragma clang attribute push(preserve_access_index)` is in force */
export function placeChunk(chunk: Chunk, environment: Environment, preserve: boolean): Placed {
  const { head, map, structs, directives } = chunk.content;
  const by = chunk.start;
  const sections = placeSections(chunk, environment);
  // A head that a macro of this file makes is not what it looks like.
  const known = head && !environment.macros.names.has(head.macro ?? head.name) ? head : undefined;
  const definition = known && placeFunction(known, chunk);
  return {
    sections,
    programs:
      known && definition
        ? sections.map((section) => program(section, definition, known, chunk, environment))
        : [],
    functions: definition ? [definition] : [],
    maps:
      map && sections.some(({ value }) => value === '.maps' || value === 'maps') ? [placeMap(map, by)] : [],
    structs: structs.map((struct) =>
      placeStruct(resolveStruct(struct, environment.macros.constants), by, preserve),
    ),
    includes: directives.flatMap((directive) =>
      directive.kind === 'include' ? [{ ...directive.include, span: shift(directive.include.span, by) }] : [],
    ),
  };
}

function program(
  section: SectionSite,
  definition: FunctionDef,
  head: FunctionHead,
  chunk: Chunk,
  environment: Environment,
): Program {
  return { section, function: definition, ctx: ctxParameter(chunk, head, environment) };
}

function placeSections(chunk: Chunk, environment: Environment): SectionSite[] {
  const { sections, conditional } = chunk.content;
  return sections.sites.flatMap((site): SectionSite[] => {
    const found = sectionValue(site, environment.macros);
    if (!found) return [];
    const literal = found.literal && shift(found.literal, chunk.start);
    const tracepoint = tracepointTarget(found.value, literal);
    return [
      {
        span: shift(site.span, chunk.start),
        value: found.value,
        ...(literal && { literal }),
        form: site.kind === 'macro' ? 'macro' : site.form,
        ...(tracepoint && { tracepoint }),
        conditional,
        on: sections.on,
      },
    ];
  });
}

function placeFunction({ ambiguous, ...head }: FunctionHead, chunk: Chunk): FunctionDef {
  const by = chunk.start;
  return {
    ...head,
    nameSpan: shift(head.nameSpan, by),
    span: shift(head.span, by),
    parameterSpan: shift(head.parameterSpan, by),
    bodySpan: shift(head.bodySpan, by),
    parameters: head.parameters.map((parameter) => placeParameter(parameter, by)),
    conditional: chunk.content.conditional || ambiguous || chunk.isForked,
  };
}

function placeMap(map: MapDef, by: number): MapDef {
  return {
    ...map,
    nameSpan: shift(map.nameSpan, by),
    span: shift(map.span, by),
    attributes: new Map(
      [...map.attributes].map(([key, { text, span }]) => [key, { text, span: shift(span, by) }]),
    ),
  };
}

function placeStruct(struct: StructDef, by: number, preserve: boolean): StructDef {
  return {
    ...struct,
    nameSpan: shift(struct.nameSpan, by),
    span: shift(struct.span, by),
    preserveAccessIndex: struct.preserveAccessIndex || preserve,
    fields: struct.fields.map(({ inline, ...field }) => ({
      ...field,
      span: shift(field.span, by),
      ...(inline && { inline: placeStruct(inline, by, preserve) }),
    })),
  };
}
