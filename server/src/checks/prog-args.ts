/**
 * An argument that the traced raw tracepoint or function does not have. `BPF_PROG` reads parameter n as `ctx[n]`: past
 * the end, the verifier refuses it where it knows the prototype (tp_btf, fentry, lsm), and the kernel refuses to attach
 * it to a raw tracepoint (EINVAL). Where the verifier knows the types, it lets no program read a pointer to a function.
 */
import type { Program, Span } from '../analysis/model';
import { readsCertainly } from '../traced/certain-read';
import { declarationOf, isFunctionPointer, isRefusedPointer, type Traced } from '../traced/prototype';
import { syscallMacro, syscallOf, syscallParameter } from '../traced/syscall';
import { tracedOf, tracedUse } from '../traced/uses';
import type { DocumentView } from '../view';
import type { Check, Finding } from './check';
import { unlessSilentBefore } from './silence';

/** Words that a raw tracepoint's context has at most: past them, the verifier refuses what attaching would. */
const maxWords = 12;

export const progArgs: Check = {
  code: 'prog-args',
  run: (view) => [
    ...view.source.programs.flatMap((program) => declared(view, program)),
    ...view.source.ctxUses.flatMap((use) => {
      if (!use.certain || use.access !== 'read' || use.programs.some(isConditional)) return [];
      const found = tracedUse(view, use);
      return found ? judge(view, found.traced, use.programs[0], use.span, found.index) : [];
    }),
  ],
};

const declared = unlessSilentBefore('prog-args', parameters);

/** Of BPF_PROG, where the body names them: the compiler drops those that nothing uses. */
function parameters(view: DocumentView, program: Program): readonly Finding[] {
  const { function: fn } = program;
  if (isConditional(program)) return [];
  if (syscallMacro.test(fn.macro ?? '')) return pastSyscall(view, program);
  if (fn.macro !== 'BPF_PROG') return [];
  const traced = tracedOf(view, program);
  if (traced === undefined || traced.inRegisters) return [];
  return fn.parameters.flatMap((parameter, n) => {
    const findings = judge(view, traced, program, parameter.span, n);
    if (findings.length === 0 || parameter.name === '') return [];
    const body = view.text.slice(fn.bodySpan.start, fn.bodySpan.end);
    return readsCertainly(body, parameter.name) ? findings : [];
  });
}

/** Of BPF_KSYSCALL: what is in a register that the system call does not use. It loads. */
function pastSyscall(view: DocumentView, { section, function: fn }: Program): readonly Finding[] {
  const call = syscallOf(view.kernel.index, section.value);
  if (call === undefined) return [];
  const count = call.fields.length;
  const list = count === 0 ? '' : ` (${call.fields.map(syscallParameter).join(', ')})`;
  return fn.parameters.slice(count).map(({ span }, n) => ({
    code: 'prog-args',
    span,
    severity: 'warning',
    dependsOnKernel: true,
    message: `The system call ${call.name} has ${countOf(count)}${list}; there is no argument ${count + n + 1}. The program reads whatever is in that register.`,
    fixes: [],
  }));
}

/** What the kernel says of a read of this argument. */
function judge(
  { kernel }: DocumentView,
  traced: Traced,
  { section }: Program,
  span: Span,
  n: number,
): readonly Finding[] {
  if (traced.assumed) return [];
  const isTyped = !/^\??raw_t/.test(section.value);
  const said = (message: string): readonly Finding[] => [
    { code: 'prog-args', span, severity: 'error', dependsOnKernel: true, message, fixes: [] },
  ];
  if (n >= traced.readable) {
    const isRefused = isTyped || n >= maxWords;
    const consequence = isRefused
      ? 'The verifier refuses the program.'
      : 'The program loads, then the kernel refuses to attach it (EINVAL).';
    return said(`${traced.what} has ${argumentsOf(traced)}; there is no argument ${n + 1}. ${consequence}`);
  }
  if (!isTyped) return [];
  const isFunction = isFunctionPointer(traced, n);
  const { release } = kernel.index.provenance;
  if (!isFunction && !isRefusedPointer(traced, n, release)) return [];
  const what = isFunction ? 'a pointer to a function' : 'a pointer to no struct and no number';
  return said(
    `Argument ${n + 1} of ${traced.what} is ${what} (${declarationOf(traced, n)}), which the verifier lets no program read here.${whoMay(section.value)}`,
  );
}

/** Programs that find the same where the verifier does not look at types. */
function whoMay(section: string): string {
  if (/^\??tp_btf/.test(section)) return ' A raw_tp program may.';
  return /^\??fentry/.test(section) ? ' A kprobe program may.' : '';
}

function argumentsOf(traced: Traced): string {
  const declarations = traced.values.map((_, n) => declarationOf(traced, n));
  return `${countOf(declarations.length)}${declarations.length === 0 ? '' : ` (${declarations.join(', ')})`}`;
}

function countOf(count: number): string {
  if (count === 0) return 'no arguments';
  return count === 1 ? 'one argument' : `${count} arguments`;
}

const isConditional = ({ section, function: fn }: Program): boolean => section.conditional || fn.conditional;
