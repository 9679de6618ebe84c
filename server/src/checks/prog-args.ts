/**
 * An argument that the traced raw tracepoint or function does not have. `BPF_PROG` reads parameter n as `ctx[n]`: past
 * the end, the verifier refuses it where it knows the prototype (tp_btf, fentry, lsm), and the kernel refuses to attach
 * it to a raw tracepoint (EINVAL).
 */
import type { Program, Span } from '../analysis/model';
import { readsCertainly } from '../traced/certain-read';
import { declarationOf, type Traced } from '../traced/prototype';
import { tracedOf, tracedUse } from '../traced/uses';
import type { DocumentView } from '../view';
import type { Check, Finding } from './check';

export const progArgs: Check = {
  code: 'prog-args',
  run: (view) => [
    ...view.source.programs.flatMap((program) => extraParameters(view, program)),
    ...view.source.ctxUses.flatMap((use): Finding[] => {
      const found = use.certain && use.access === 'read' ? tracedUse(view, use) : undefined;
      if (found === undefined || found.index < found.traced.readable) return [];
      if (use.programs.some(isConditional)) return [];
      return [finding(found.traced, use.programs[0], use.span, found.index)];
    }),
  ],
};

/** Of BPF_PROG, where the body names them: the compiler drops those that nothing uses. */
function extraParameters(view: DocumentView, program: Program): readonly Finding[] {
  const { function: fn } = program;
  if (fn.macro !== 'BPF_PROG' || isConditional(program)) return [];
  const traced = tracedOf(view, program);
  if (traced === undefined || traced.inRegisters) return [];
  const body = view.text.slice(fn.bodySpan.start, fn.bodySpan.end);
  return fn.parameters.flatMap((parameter, n): Finding[] => {
    if (n < traced.readable || parameter.name === '' || !readsCertainly(body, parameter.name)) return [];
    return [finding(traced, program, parameter.span, n)];
  });
}

function finding(traced: Traced, program: Program, span: Span, n: number): Finding {
  const known = program.section.value.replace(/^\?/, '').startsWith('raw_t');
  const consequence = known
    ? 'The program loads, then the kernel refuses to attach it (EINVAL).'
    : 'The verifier refuses the program.';
  const declarations = traced.values.map((_, i) => declarationOf(traced, i));
  return {
    code: 'prog-args',
    span,
    severity: 'error',
    dependsOnKernel: true,
    message: `${traced.what} has ${countOf(declarations.length)}${declarations.length === 0 ? '' : ` (${declarations.join(', ')})`}; there is no argument ${n + 1}. ${consequence}`,
    fixes: [],
  };
}

function countOf(count: number): string {
  if (count === 0) return 'no arguments';
  return count === 1 ? 'one argument' : `${count} arguments`;
}

const isConditional = ({ section, function: fn }: Program): boolean => section.conditional || fn.conditional;
