/**
 * Values of the model moved by a number of offsets: what a chunk says, put where the chunk stands. This runs for
 * everything behind an edit, so objects are written out: a spread is several times slower.
 */
import type {
  CtxName,
  CtxParameter,
  CtxUse,
  ExternDef,
  FunctionDef,
  Include,
  KernelFunctionDef,
  MapDef,
  Parameter,
  PathStep,
  Program,
  SectionSite,
  Span,
  StructDef,
  TracepointTarget,
} from './model';

/** A use or a name before it is known which programs it belongs to. */
export type Unowned<T> = Omit<T, 'programs'>;

export function shift({ start, end }: Span, by: number): Span {
  return { start: start + by, end: end + by };
}

export function shiftSection(site: SectionSite, by: number): SectionSite {
  const { value, form, conditional, on, literal, tracepoint } = site;
  const moved: Mutable<SectionSite> = { span: shift(site.span, by), value, form, conditional, on };
  if (literal) moved.literal = shift(literal, by);
  if (tracepoint) moved.tracepoint = shiftTracepoint(tracepoint, by);
  return moved;
}

function shiftTracepoint(target: TracepointTarget, by: number): TracepointTarget {
  const { category, name, categorySpan, nameSpan } = target;
  if (!categorySpan || !nameSpan) return target;
  return { category, name, categorySpan: shift(categorySpan, by), nameSpan: shift(nameSpan, by) };
}

export function shiftFunction(definition: FunctionDef, by: number): FunctionDef {
  const moved: Mutable<FunctionDef> = {
    name: definition.name,
    nameSpan: shift(definition.nameSpan, by),
    span: shift(definition.span, by),
    parameterSpan: shift(definition.parameterSpan, by),
    bodySpan: shift(definition.bodySpan, by),
    parameters: definition.parameters.map((parameter) => shiftParameter(parameter, by)),
    isStatic: definition.isStatic,
    conditional: definition.conditional,
  };
  if (definition.macro !== undefined) moved.macro = definition.macro;
  return moved;
}

function shiftParameter(parameter: Parameter, by: number): Parameter {
  const { name, type, nameSpan } = parameter;
  const moved: Mutable<Parameter> = {
    name,
    span: shift(parameter.span, by),
    type,
    typeSpan: shift(parameter.typeSpan, by),
  };
  if (nameSpan) moved.nameSpan = shift(nameSpan, by);
  return moved;
}

/** @param definition the function, moved already: the context is its first parameter */
export function shiftCtx(ctx: CtxParameter, definition: FunctionDef, by: number): CtxParameter {
  const [parameter] = definition.parameters;
  if (!('parameter' in ctx) || !parameter) return ctx;
  return ctx.kind === 'struct'
    ? { ...ctx, parameter, structSpan: shift(ctx.structSpan, by) }
    : { ...ctx, parameter };
}

export function shiftMap(map: MapDef, by: number): MapDef {
  const attributes = new Map<string, { text: string; span: Span }>();
  for (const [key, { text, span }] of map.attributes) attributes.set(key, { text, span: shift(span, by) });
  return { ...map, nameSpan: shift(map.nameSpan, by), span: shift(map.span, by), attributes };
}

export function shiftStruct(struct: StructDef, by: number): StructDef {
  return {
    ...struct,
    nameSpan: shift(struct.nameSpan, by),
    span: shift(struct.span, by),
    fields: struct.fields.map((field) => ({
      ...field,
      span: shift(field.span, by),
      ...(field.inline && { inline: shiftStruct(field.inline, by) }),
    })),
  };
}

export function shiftKernelFunction(declared: KernelFunctionDef, by: number): KernelFunctionDef {
  return { ...declared, nameSpan: shift(declared.nameSpan, by), span: shift(declared.span, by) };
}

export function shiftExtern(declared: ExternDef, by: number): ExternDef {
  return { ...declared, nameSpan: shift(declared.nameSpan, by), span: shift(declared.span, by) };
}

export function shiftInclude(include: Include, by: number): Include {
  return { ...include, span: shift(include.span, by) };
}

export function shiftUse(
  use: Unowned<CtxUse>,
  by: number,
  programs: readonly [Program, ...Program[]],
): CtxUse {
  const { structName, structSpan, consumer, castTo } = use;
  const moved: Mutable<CtxUse> = {
    programs,
    span: shift(use.span, by),
    path: shiftPath(use.path, by),
    access: use.access,
    via: use.via,
    receiver: use.receiver,
    valueSize: use.valueSize,
    dereferenced: use.dereferenced,
    certain: use.certain,
  };
  if (structName !== undefined) moved.structName = structName;
  if (structSpan) moved.structSpan = shift(structSpan, by);
  if (castTo !== undefined) moved.castTo = castTo;
  if (consumer) {
    moved.consumer = {
      callee: consumer.callee,
      calleeSpan: shift(consumer.calleeSpan, by),
      argument: consumer.argument,
      argumentSpan: shift(consumer.argumentSpan, by),
      callSpan: shift(consumer.callSpan, by),
    };
  }
  return moved;
}

export function shiftName(
  name: Unowned<CtxName>,
  by: number,
  programs: readonly [Program, ...Program[]],
): CtxName {
  const { structName, structSpan } = name;
  const moved: Mutable<CtxName> = {
    name: name.name,
    scope: shift(name.scope, by),
    programs,
    path: name.path.map((step) => shiftStep(step, by)),
    via: name.via,
  };
  if (structName !== undefined) moved.structName = structName;
  if (structSpan) moved.structSpan = shift(structSpan, by);
  return moved;
}

function shiftPath([first, ...rest]: CtxUse['path'], by: number): CtxUse['path'] {
  const moved: [PathStep, ...PathStep[]] = [shiftStep(first, by)];
  for (const step of rest) moved.push(shiftStep(step, by));
  return moved;
}

function shiftStep(step: PathStep, by: number): PathStep {
  const span = shift(step.span, by);
  switch (step.kind) {
    case 'member':
      return { kind: 'member', name: step.name, span };
    case 'index':
      return step.value === undefined ? { kind: 'index', span } : { kind: 'index', value: step.value, span };
    case 'offset':
      return { kind: 'offset', value: step.value, size: step.size, span };
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
