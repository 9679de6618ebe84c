/** Functions of a compiled program that take too much of the stack together: after the compiler's inlining, call by call. */
import {
  BYTES_BEFORE_TAIL_CALL,
  MOST_FRAMES,
  STACK_BYTES,
  stackOverflow,
  stackRules,
} from '#core/object/stack';
import type { StackOverflow, StackRules } from '#core/object/stack';
import type { LinkedProgram } from '#core/object/link';
import type { ObjectVerdict } from '#core/object/verdict';
import type { Finding } from '../checks/check';
import type { DocumentView } from '../view';
import { placeOfCall } from './calls';

/** Of a linked program all that is asked is kept as long as it lives. */
const known = new WeakMap<LinkedProgram, Map<string, StackOverflow | undefined>>();

function overflowOf(program: LinkedProgram, rules: StackRules): StackOverflow | undefined {
  const found = known.get(program) ?? new Map<string, StackOverflow | undefined>();
  known.set(program, found);
  const key = `${rules.granularity} ${rules.mayBePrivate}`;
  if (!found.has(key)) found.set(key, stackOverflow(program, rules));
  return found.get(key);
}

/** One for each call, however many programs come to it. */
export function stackFindings(view: DocumentView, { programs }: ObjectVerdict): readonly Finding[] {
  const { types, provenance } = view.kernel.index;
  const rules = stackRules(types.btf, provenance.release);
  const found = new Map<number, Finding>();
  for (const { program } of programs) {
    if (program.section.startsWith('?')) continue;
    const overflow = overflowOf(program, rules);
    const callee = overflow?.frames.at(-1)?.name ?? '';
    const span = overflow && placeOfCall(view, { program, at: overflow.at }, [callee]);
    if (!span || found.has(span.start)) continue;
    found.set(span.start, finding(view, span, overflow));
  }
  return [...found.values()];
}

function finding({ source }: DocumentView, span: Finding['span'], overflow: StackOverflow): Finding {
  const related = overflow.frames.flatMap(({ name, bytes }) => {
    const own = source.functions.find((fn) => fn.name === name);
    return own ? [{ span: own.nameSpan, message: `${name} takes ${bytes} bytes` }] : [];
  });
  return {
    code: 'stack-limit',
    span,
    severity: 'error',
    dependsOnKernel: true,
    message: messageOf(overflow),
    advice: adviceFor(overflow),
    fixes: [],
    related,
  };
}

function messageOf({ kind, frames }: StackOverflow): string {
  const sum = (all: StackOverflow['frames']): number => all.reduce((total, { bytes }) => total + bytes, 0);
  const chain = frames.map(({ name, bytes }) => `${name} (${bytes})`).join(' → ');
  const callers = frames.slice(0, -1);
  switch (kind) {
    case 'bytes':
      return `These functions take ${sum(frames)} bytes of the stack together, and it has ${STACK_BYTES} for all of them: ${chain}. The verifier refuses the program.`;
    case 'frames':
      return `This is a chain of ${frames.length} functions, and the verifier takes no more than ${MOST_FRAMES}: ${frames.map(({ name }) => name).join(' → ')}.`;
    case 'tail-call':
      return `${frames.at(-1)?.name ?? ''} has a tail call, and those who call it take ${sum(callers)} bytes of the stack: ${callers.map(({ name, bytes }) => `${name} (${bytes})`).join(' → ')}. The verifier wants less than ${BYTES_BEFORE_TAIL_CALL}.`;
  }
}

function adviceFor({ kind, frames }: StackOverflow): string {
  if (kind === 'frames') return 'Make some of them __always_inline.';
  const callers = kind === 'tail-call' ? frames.slice(0, -1) : frames;
  const [largest] = [...callers].sort((a, b) => b.bytes - a.bytes);
  return `Keep the large variables of ${largest?.name ?? ''} in the one element of a BPF_MAP_TYPE_PERCPU_ARRAY.`;
}
