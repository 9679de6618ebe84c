/** What one chunk adds to the analysis of its file: first in its own offsets, then where it stands. */
import type { Chunk } from './chunk';
import type { Environment } from './environment';
import type { FunctionHead } from './functions';
import type {
  FunctionDef,
  Include,
  KernelFunctionDef,
  MapDef,
  Program,
  SectionSite,
  StructDef,
} from './model';
import { ctxParameter } from './programs';
import { sectionMeaning, tracepointTarget, type SectionMeaning, type SectionSyntax } from './sections';
import {
  shiftCtx,
  shiftFunction,
  shiftInclude,
  shiftKernelFunction,
  shiftMap,
  shiftSection,
  shiftStruct,
} from './shift';
import { resolveStruct } from './structs';

export interface Placed {
  readonly sections: readonly SectionSite[];
  readonly programs: readonly Program[];
  readonly functions: readonly FunctionDef[];
  readonly maps: readonly MapDef[];
  readonly structs: readonly StructDef[];
  readonly kernelFunctions: readonly KernelFunctionDef[];
  readonly includes: readonly Include[];
}

/**
 * In the chunk's own offsets.
 * @param preserve a `#pragma clang attribute push(preserve_access_index)` is in force
 */
export function readPlaced(chunk: Chunk, environment: Environment, preserve: boolean): Placed {
  const { head, map, structs, kernelFunction, directives } = chunk.content;
  const sites = chunk.content.sections.sites.flatMap((site) => {
    const meaning = sectionMeaning(site, environment.macros);
    return meaning ? [{ site: sectionSite(site, meaning, chunk), closed: meaning.closed }] : [];
  });
  const sections = sites.map(({ site }) => site);
  // A head that a macro of this file makes is not what it looks like.
  const known = head && !environment.macros.names.has(head.macro ?? head.name) ? head : undefined;
  const definition = known && functionDef(known, chunk);
  const ctx = known && ctxParameter(chunk, known, environment);
  return {
    sections,
    programs:
      definition && ctx
        ? sites.flatMap(({ site, closed }) => (closed ? [] : [{ section: site, function: definition, ctx }]))
        : [],
    functions: definition ? [definition] : [],
    maps: map && sections.some(({ value }) => value === '.maps' || value === 'maps') ? [map] : [],
    structs: structs.map((struct) => {
      const resolved = resolveStruct(struct, environment.macros.constants);
      return preserve ? preserved(resolved) : resolved;
    }),
    kernelFunctions: kernelFunction ? [kernelFunction] : [],
    includes: directives.flatMap((directive) => (directive.kind === 'include' ? [directive.include] : [])),
  };
}

export function shiftPlaced(placed: Placed, by: number): Placed {
  const sections = shifted(placed.sections, shiftSection, by);
  const functions = shifted(placed.functions, shiftFunction, by);
  const [definition] = functions;
  const programs = placed.programs.flatMap((program) => {
    const section = sections[placed.sections.indexOf(program.section)];
    return section && definition
      ? [{ section, function: definition, ctx: shiftCtx(program.ctx, definition, by) }]
      : [];
  });
  return {
    sections,
    functions,
    programs: programs.length === 0 ? placed.programs : programs,
    maps: shifted(placed.maps, shiftMap, by),
    structs: shifted(placed.structs, shiftStruct, by),
    kernelFunctions: shifted(placed.kernelFunctions, shiftKernelFunction, by),
    includes: shifted(placed.includes, shiftInclude, by),
  };
}

/** Most lists are empty, and stay the same. */
function shifted<T>(list: readonly T[], shift: (item: T, by: number) => T, by: number): readonly T[] {
  return list.length === 0 ? list : list.map((item) => shift(item, by));
}

/** Whether the declaration after the site stands in its section. */
export function isOpenSection(site: SectionSyntax, { macros }: Environment): boolean {
  return sectionMeaning(site, macros)?.closed === false;
}

function sectionSite(site: SectionSyntax, meaning: SectionMeaning, chunk: Chunk): SectionSite {
  const { sections, conditional } = chunk.content;
  const { value, literal, closed } = meaning;
  const tracepoint = tracepointTarget(value, literal);
  return {
    span: site.span,
    value,
    ...(literal && { literal }),
    form: site.kind === 'macro' ? 'macro' : site.form,
    ...(tracepoint && { tracepoint }),
    conditional,
    on: closed ? 'function' : sections.on,
  };
}

function functionDef({ ambiguous, ...head }: FunctionHead, chunk: Chunk): FunctionDef {
  return { ...head, conditional: chunk.content.conditional || ambiguous || chunk.isForked };
}

function preserved(struct: StructDef): StructDef {
  return {
    ...struct,
    preserveAccessIndex: true,
    fields: struct.fields.map((field) => ({
      ...field,
      ...(field.inline && { inline: preserved(field.inline) }),
    })),
  };
}
