/** Which argument of a function `PT_REGS_PARM2(ctx)` is, and what `PT_REGS_RC(ctx)` is at its return (libbpf's bpf_tracing.h). */
import { tokenize } from '../analysis/lexer';
import type { Span } from '../analysis/model';
import type { DocumentView } from '../view';
import type { Traced } from './prototype';
import { tracedOf } from './uses';

export interface RegisterUse {
  /** From the macro's name to its parenthesis. */
  readonly span: Span;
  readonly traced: Traced;
  /** Of `traced.values`. */
  readonly index: number;
}

/** In programs of kprobes whose function the kernel has; `range`: those that begin there. */
export function registerUses(view: DocumentView, range?: Span): readonly RegisterUse[] {
  const { programs } = range === undefined ? view.source : view.source.lookup.within(range);
  return programs.flatMap((program) => {
    const { bodySpan } = program.function;
    if (range !== undefined && (bodySpan.end < range.start || bodySpan.start > range.end)) return [];
    const traced = tracedOf(view, program);
    const ctx = program.ctx.kind === 'none' ? undefined : program.ctx.name;
    if (traced?.inRegisters !== true || ctx === undefined) return [];
    return usesIn(view.text, bodySpan, ctx).flatMap(({ span, register }) => {
      const index = indexOf(traced, register);
      return index === undefined ? [] : [{ span, traced, index }];
    });
  });
}

interface NamedRegister {
  readonly span: Span;
  /** `PARM2`, `RC` */
  readonly register: string;
}

function usesIn(text: string, { start, end }: Span, ctx: string): readonly NamedRegister[] {
  // Most programs read none.
  if (!text.slice(start, end).includes('PT_REGS_')) return [];
  const tokens = tokenize(text, start, end);
  return tokens.flatMap((token, i) => {
    const register = /^PT_REGS_(PARM[1-8]|RC)(?:_CORE)?$/.exec(token.text)?.[1];
    const [open, receiver, close] = tokens.slice(i + 1, i + 4);
    if (register === undefined || open?.text !== '(' || receiver?.text !== ctx || close?.text !== ')')
      return [];
    return [{ span: { start: token.start, end: close.end }, register }];
  });
}

/** Arguments are in registers when a function begins, its value when it returns. */
function indexOf({ values, returned }: Traced, register: string): number | undefined {
  const index = register === 'RC' ? returned : Number(register.slice('PARM'.length)) - 1;
  return index === undefined || index >= values.length || (register !== 'RC' && index === returned)
    ? undefined
    : index;
}
