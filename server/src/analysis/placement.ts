/** What one chunk adds to the analysis of its file: first in its own offsets, then where it stands. */
import type { Chunk } from './chunk';
import type { Environment } from './environment';
import type { FunctionHead } from './functions';
import type {
  ExternDef,
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
  shiftExtern,
  shiftFunction,
  shiftInclude,
  shiftKernelFunction,
  shiftMap,
  shiftSection,
  shiftStruct,
} from './shift';
import { resolveStruct } from './structs';
import { stayed, type Window } from './window';

export interface Placed {
  readonly sections: readonly SectionSite[];
  readonly programs: readonly Program[];
  readonly functions: readonly FunctionDef[];
  readonly maps: readonly MapDef[];
  readonly structs: readonly StructDef[];
  readonly kernelFunctions: readonly KernelFunctionDef[];
  readonly externs: readonly ExternDef[];
  readonly includes: readonly Include[];
}

/**
 * In the chunk's own offsets.
 * @param preserve a `#pragma clang attribute push(preserve_access_index)` is in force
 */
export function readPlaced(chunk: Chunk, environment: Environment, preserve: boolean): Placed {
  const { head, map, structs, kernelFunction, extern, directives } = chunk.content;
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
    externs: extern ? [extern] : [],
    includes: directives.flatMap((directive) => (directive.kind === 'include' ? [directive.include] : [])),
  };
}

/** The same where the chunk stands, list by list when it is asked for: of a long file most is not, between two edits. */
export class PlacedAt implements Placed {
  readonly own: Placed;
  readonly start: number;
  #sections: readonly SectionSite[] | undefined;
  #functions: readonly FunctionDef[] | undefined;
  #maps: readonly MapDef[] | undefined;
  #structs: readonly StructDef[] | undefined;
  #kernelFunctions: readonly KernelFunctionDef[] | undefined;
  #externs: readonly ExternDef[] | undefined;
  #includes: readonly Include[] | undefined;
  #programs: readonly Program[] | undefined;

  constructor(own: Placed, start: number) {
    this.own = own;
    this.start = start;
  }

  get sections(): readonly SectionSite[] {
    return (this.#sections ??= moved(this.own.sections, shiftSection, this.start));
  }

  get functions(): readonly FunctionDef[] {
    return (this.#functions ??= moved(this.own.functions, shiftFunction, this.start));
  }

  get maps(): readonly MapDef[] {
    return (this.#maps ??= moved(this.own.maps, shiftMap, this.start));
  }

  get structs(): readonly StructDef[] {
    return (this.#structs ??= moved(this.own.structs, shiftStruct, this.start));
  }

  get kernelFunctions(): readonly KernelFunctionDef[] {
    return (this.#kernelFunctions ??= moved(this.own.kernelFunctions, shiftKernelFunction, this.start));
  }

  get externs(): readonly ExternDef[] {
    return (this.#externs ??= moved(this.own.externs, shiftExtern, this.start));
  }

  get includes(): readonly Include[] {
    return (this.#includes ??= moved(this.own.includes, shiftInclude, this.start));
  }

  get programs(): readonly Program[] {
    return (this.#programs ??= moved(
      this.own.programs,
      (program, by) => this.#program(program, by),
      this.start,
    ));
  }

  #program(program: Program, by: number): Program {
    const section = this.sections[this.own.sections.indexOf(program.section)] ?? program.section;
    const [definition = program.function] = this.functions;
    return { section, function: definition, ctx: shiftCtx(program.ctx, definition, by) };
  }
}

/** What the chunks of a file say, each put where it stands when it is asked for. */
export class Placements {
  readonly own: readonly (Placed | undefined)[];
  readonly starts: readonly number[];
  readonly #made: (PlacedAt | undefined)[];

  /** @param before of the text before the edit, with what it has made of the chunks that stay where they are */
  constructor(
    own: readonly (Placed | undefined)[],
    starts: readonly number[],
    before?: { readonly placements: Placements; readonly edited: Window },
  ) {
    this.own = own;
    this.starts = starts;
    this.#made = before ? stayed(before.placements.#made, before.edited) : [];
  }

  get length(): number {
    return this.own.length;
  }

  at(n: number): PlacedAt | undefined {
    const own = this.own[n];
    const made = this.#made[n];
    // A chunk that stayed may mean something else than before.
    return own && (made?.own === own ? made : (this.#made[n] = new PlacedAt(own, this.starts[n] ?? 0)));
  }
}

/** Most lists are empty, and stay the same. */
function moved<T>(list: readonly T[], shift: (item: T, by: number) => T, by: number): readonly T[] {
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
