/**
 * A call of a kfunc that the target kernel does not offer to programs of this kind ("calling kernel function … is not
 * allowed"). Where there is a compiled object, it says which calls there are: all that the verifier comes to, and of the source's
 * own only those.
 */
import { SECTIONS } from '#core/bpf/section-table';
import { parseSectionName } from '#core/bpf/section-name';
import type { SectionDef } from '#core/bpf/sections';
import type { KernelIndex } from '#core/kernel/model';
import { kernelCalls } from '#core/object/calls';
import type { LinkedProgram } from '#core/object/link';
import type { Span } from '../analysis/model';
import { callersText } from '../describe/kfunc';
import { isForSleepable, isSleepable, mayCall } from '../kfuncs/availability';
import { callsOf, knownNames } from '../kfuncs/calls';
import { lineAt, objectCalls, placeOfCall } from '../object/calls';
import { verdictOf } from '../object/verdict';
import type { DocumentView } from '../view';
import type { Check, Finding } from './check';
import { unlessSilent } from './silence';

/** A call that is refused. */
interface Call {
  readonly program: string;
  readonly name: string;
  readonly def: SectionDef;
  readonly span: Span;
}

export const kfuncUnavailable: Check = {
  code: 'kfunc-unavailable',
  run: (view) =>
    view.kernel.index.types.empty
      ? []
      : settledCalls(view, sourceCalls(view)).map((call) => finding(view, call)),
};

function sourceCalls(view: DocumentView): readonly Call[] {
  const isKnown = knownNames(view.source);
  return view.source.programs.flatMap((program) => {
    const section = program.section.value;
    return unlessSilent(view, program.function, `kfunc-unavailable ${section}`, (): readonly Call[] => {
      const def = loadedAs(section);
      if (!def) return [];
      const isMeant = (name: string): boolean => isRefused(view, name, def) && isKnown(name);
      return callsOf(view, program, isMeant).map((call) => ({
        program: program.function.name,
        def,
        ...call,
      }));
    });
  });
}

/** One that is not loaded by default may be meant for other kernels. */
function loadedAs(section: string): SectionDef | undefined {
  const parsed = parseSectionName(section);
  return parsed?.optional === false ? parsed.def : undefined;
}

const isRefused = ({ kernel }: DocumentView, name: string, def: SectionDef): boolean =>
  mayCall(kernel.index, name, def) === false;

/** Of the source's calls those that the object makes, and what only the object makes. */
function settledCalls(view: DocumentView, fromSource: readonly Call[]): readonly Call[] {
  const verdict = verdictOf(view);
  if (!verdict) return fromSource;
  const made = objectCalls(verdict, (program) => {
    const def = loadedAs(program.section);
    if (!def) return [];
    return [...kernelCalls(program)].flatMap(([written, places]) => {
      const { kernelName: name = '', state } = verdict.functions.get(written) ?? {};
      if (state !== 'present' || !isRefused(view, name, def)) return [];
      if (sleepsLater(program) && isSleepable(view.kernel.index, name)) return [];
      return [[{ name, written, def }, places] as const];
    });
  }).filter(({ reached }) => reached !== 'no');
  const keyOf = (program: string, name: string): string => `${program} ${name}`;
  const keys = new Set(made.map(({ program, callee }) => keyOf(program.name, callee.name)));
  const kept = fromSource.filter(({ program, name }) => keys.has(keyOf(program, name)));
  const placeKey = (span: Span, name: string): string => `${lineAt(view, span)} ${name}`;
  const said = new Set(kept.map(({ span, name }) => placeKey(span, name)));
  const added = made.flatMap((call): Call[] => {
    if (call.reached !== 'yes') return [];
    const { name, written, def } = call.callee;
    const span = placeOfCall(view, call, [written]);
    if (!span || said.has(placeKey(span, name))) return [];
    said.add(placeKey(span, name));
    const program = call.program.name;
    // The compiler makes one of several calls, which then is of no line.
    const isOfNoLine = view.text.slice(span.start, span.end) === program;
    if (isOfNoLine && kept.some((one) => keyOf(one.program, one.name) === keyOf(program, name))) return [];
    return [{ program, name, def, span }];
  });
  return [...kept, ...added];
}

/** It has callbacks that may sleep, whatever it is itself. */
const sleepsLater = (program: LinkedProgram): boolean =>
  [...kernelCalls(program).keys()].some((name) => /^bpf_(?:wq_set_callback|task_work_schedule)/.test(name));

function finding({ kernel: { index } }: DocumentView, { name, def, span }: Call): Finding {
  const said = isForSleepable(index, name, def) ? forSleepable(name, def) : forOthers(index, name, def);
  return { code: 'kfunc-unavailable', span, severity: 'error', dependsOnKernel: true, fixes: [], ...said };
}

type Said = Pick<Finding, 'message' | 'advice'>;

function forOthers(index: KernelIndex, name: string, def: SectionDef): Said {
  const type = def.programType.replace('BPF_PROG_TYPE_', '').toLowerCase();
  const advice = callersText(index, name);
  return {
    message: `${name} is not for programs of ${def.name} (${type}) on kernel ${index.provenance.release}: the verifier refuses the program.`,
    ...(advice !== undefined && { advice }),
  };
}

function forSleepable(name: string, def: SectionDef): Said {
  const sleepable = SECTIONS.find((one) => one.name === `${def.name}.s`)?.name;
  return {
    message: `${name} is for programs that may sleep, and a program of ${def.name} must not: the verifier refuses it.`,
    ...(sleepable !== undefined && { advice: `Programs of ${sleepable} may call it.` }),
  };
}
