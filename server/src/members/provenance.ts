/**
 * Where a pointer comes from: whether it is certainly a mere number to the verifier, which lets nobody read through it.
 * Everything that it may track (maps, BTF pointers, records, the stack) is undefined here, and so is what nobody knows.
 */
import type { Expression, Local } from '../analysis/expressions/model';
import type { Program } from '../analysis/model';
import type { Types } from './types';

/** What the number was got from, as words for a message: `bpf_get_current_task()`. */
export type Untracked = string;

/** Copied by a helper to the stack: what comes back is a number. */
const copies = /^BPF_(?:CORE|PROBE)_READ$/;
const registers = /^PT_REGS_(?:PARM\d|RC)(?:_CORE)?$/;

export interface Body {
  /** Whose body it is. */
  readonly program: Program;
  readonly types: Types;
}

export function untracked(
  expression: Expression,
  body: Body,
  visited: ReadonlySet<Local> = new Set(),
): Untracked | undefined {
  const { program } = body;
  switch (expression.kind) {
    case 'cast':
      return untracked(expression.of, body, visited);
    case 'call':
      if (expression.callee === 'bpf_get_current_task') return 'bpf_get_current_task()';
      return registers.test(expression.callee) && family(program) === 'registers'
        ? `${expression.callee}()`
        : undefined;
    case 'member':
      if (expression.macro !== undefined) return copies.test(expression.macro) ? expression.macro : undefined;
      return fromCtx(expression, body);
    case 'element':
      return fromCtx(expression, body);
    case 'variable':
      return expression.local && fromLocal(expression.local, body, visited);
    default:
      return undefined;
  }
}

/** How the program gets its arguments, where it gets them as numbers. */
function family({ section }: Program): 'registers' | 'words' | 'record' | undefined {
  const [name = '', category] = section.value.replace(/^\?/, '').split('/');
  if (/^k(?:ret)?probe(?:\.multi|\.session)?$/.test(name)) return 'registers';
  if (/^raw_(?:tp|tracepoint)(?:\.w)?$/.test(name)) return 'words';
  // The arguments of system calls are addresses of the process: not for kernel reads.
  return /^(?:tp|tracepoint)$/.test(name) && category !== undefined && category !== 'syscalls'
    ? 'record'
    : undefined;
}

/** `ctx->skaddr`, `ctx->args[0]`, `ctx[0]`, `ctx->di`: loads from what the program was given. */
function fromCtx(expression: Expression, { program, types }: Body): Untracked | undefined {
  const { ctx } = program;
  const form = family(program);
  if (form === undefined || !('name' in ctx)) return undefined;
  const path: string[] = [];
  let at = expression;
  for (; at.kind === 'member' || at.kind === 'element'; at = at.of) {
    if (at.kind === 'member' && (at.macro !== undefined || (!at.arrow && form !== 'words'))) return undefined;
    path.unshift(at.kind === 'member' ? at.name : '[]');
  }
  if (at.kind !== 'variable' || at.name !== ctx.name || !isUntouched(at.local)) return undefined;
  const shape = path.join('.');
  const isLoad =
    form === 'words'
      ? /^(?:args\.)?\[\]$/.test(shape)
      : path.length === 1 && shape !== '[]' && types.isValue(types.of(expression));
  return isLoad ? `a value of ${ctx.name}` : undefined;
}

function isUntouched(local: Local | undefined): boolean {
  return local?.parameter !== undefined && local.values.length === 0 && !local.shared;
}

function fromLocal(local: Local, body: Body, visited: ReadonlySet<Local>): Untracked | undefined {
  if (local.shared || local.isArray || visited.has(local)) return undefined;
  const seen = new Set([...visited, local]);
  const given = local.parameter === undefined ? [] : [fromParameter(local.parameter, body.program)];
  const values = local.values
    .filter((value) => !value || !isNull(value))
    .map((value) => value && untracked(value, body, seen));
  const sources = [...given, ...values];
  return sources.every((source) => source !== undefined) ? sources[0] : undefined;
}

function isNull(value: Expression): boolean {
  const inner = value.kind === 'cast' ? value.of : value;
  return inner.kind === 'variable' && inner.name === 'NULL' && inner.local === undefined;
}

/** What a macro of libbpf takes out of registers or words is a number; only BTF programs get pointers. */
function fromParameter(parameter: number, program: Program): Untracked | undefined {
  const macro = program.function.macro ?? '';
  const form = family(program);
  const isNumber =
    (form === 'registers' && /^BPF_K(?:RET)?PROBE$/.test(macro)) ||
    (form === 'words' && macro === 'BPF_PROG');
  return isNumber && parameter >= 0 ? `a parameter of ${macro}` : undefined;
}
