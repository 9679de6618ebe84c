/**
 * A call of a helper that the target kernel does not have, or does not offer to programs of this kind. Where there is a compiled
 * object, it says which calls there are: all that the verifier comes to, and of the source's own only those.
 */
import { SECTIONS } from '#core/bpf/section-table';
import { parseSectionName } from '#core/bpf/section-name';
import type { SectionDef } from '#core/bpf/sections';
import { helperCalls } from '#core/object/calls';
import { availabilityOn, callingTypes, isForSleepable } from '../helpers/availability';
import type { Program, Span } from '../analysis/model';
import { certainCalls, macrosAround } from '../helpers/certain-calls';
import { helperNamed, helperNumbered, type Helper } from '../helpers/helpers';
import { lineAt, objectCalls, placeOfCall } from '../object/calls';
import { verdictOf } from '../object/verdict';
import type { DocumentView } from '../view';
import type { Check, Finding } from './check';
import { unlessSilent } from './silence';

/** A call that is refused. */
interface Call {
  readonly program: string;
  readonly helper: Helper;
  readonly def: SectionDef;
  /** As written. */
  readonly callee: string;
  readonly span: Span;
}

type Ask = ReturnType<typeof availabilityOn>;

export const helperUnavailable: Check = {
  code: 'helper-unavailable',
  run: (view) => {
    const ask = availabilityOn(view.kernel.index);
    return settledCalls(view, sourceCalls(view, ask), ask).map((call) => finding(view, call, ask));
  },
};

function sourceCalls(view: DocumentView, ask: Ask): readonly Call[] {
  return view.source.programs.flatMap((program) => {
    const section = program.section.value;
    return unlessSilent(view, program.function, `helper-unavailable ${section}`, () =>
      refusedCalls(view, program, (helper) => refusedIn(helper, section, ask)),
    );
  });
}

function refusedCalls(
  view: DocumentView,
  program: Program,
  refused: (helper: Helper) => SectionDef | undefined,
): readonly Call[] {
  const isMeant = (name: string): boolean => {
    const helper = helperNamed(name);
    return helper !== undefined && refused(helper) !== undefined;
  };
  return certainCalls(view, program, isMeant).flatMap(({ helper: name, callee, span }): Call[] => {
    const helper = helperNamed(name);
    const def = helper && refused(helper);
    return def ? [{ program: program.function.name, helper, def, callee, span }] : [];
  });
}

/** What kind of program it is that is refused for the helper. */
function refusedIn(helper: Helper, section: string, ask: Ask): SectionDef | undefined {
  const parsed = parseSectionName(section);
  // One that is not loaded by default may be meant for other kernels.
  if (parsed === undefined || parsed.optional) return undefined;
  const answer = ask(helper, parsed.def);
  return answer === 'absent' || answer === 'refused' ? parsed.def : undefined;
}

/** Of the source's calls those that the object makes, and what only the object makes. */
function settledCalls(view: DocumentView, fromSource: readonly Call[], ask: Ask): readonly Call[] {
  const verdict = verdictOf(view);
  if (!verdict) return fromSource;
  const made = objectCalls(verdict, (program) =>
    Array.from(helperCalls(program)).flatMap(([id, places]) => {
      const helper = helperNumbered(id);
      const def = helper && refusedIn(helper, program.section, ask);
      return def ? [[{ helper, def }, places] as const] : [];
    }),
  ).filter(({ reached }) => reached !== 'no');
  const keyOf = (program: string, { name }: Helper): string => `${program} ${name}`;
  const keys = new Set(made.map(({ program, callee }) => keyOf(program.name, callee.helper)));
  const kept = fromSource.filter(({ program, helper }) => keys.has(keyOf(program, helper)));
  const placeKey = (span: Span, { name }: Helper): string => `${lineAt(view, span)} ${name}`;
  const said = new Set(kept.map(({ span, helper }) => placeKey(span, helper)));
  const added = made.flatMap((call): Call[] => {
    if (call.reached !== 'yes') return [];
    const { helper, def } = call.callee;
    const span = placeOfCall(view, call, [helper.name, ...macrosAround(helper.name)]);
    if (!span || said.has(placeKey(span, helper))) return [];
    const program = call.program.name;
    // The compiler makes one of several calls, which then is of no line.
    const isOfNoLine = view.text.slice(span.start, span.end) === program;
    if (isOfNoLine && kept.some((one) => keyOf(one.program, one.helper) === keyOf(program, helper)))
      return [];
    return [{ program, helper, def, callee: helper.name, span }];
  });
  return [...kept, ...added];
}

function finding({ kernel }: DocumentView, { helper, def, callee: written, span }: Call, ask: Ask): Finding {
  const { release } = kernel.index.provenance;
  const callee = written === helper.name ? helper.name : `${written} calls ${helper.name}, which`;
  return {
    code: 'helper-unavailable',
    span,
    severity: 'error',
    dependsOnKernel: true,
    fixes: [],
    ...(ask(helper, def) === 'absent'
      ? {
          message: `${callee} is not on kernel ${release}: the verifier refuses the program.`,
          ...since(helper),
        }
      : refused(callee, helper, def, release)),
  };
}

function since(helper: Helper): { readonly advice?: string } {
  const [first] = callingTypes(helper);
  return first === undefined ? {} : { advice: `Kernel ${first.since} has it.` };
}

function refused(
  callee: string,
  helper: Helper,
  def: SectionDef,
  release: string,
): { readonly message: string; readonly advice: string } {
  const type = def.programType.replace('BPF_PROG_TYPE_', '').toLowerCase();
  if (!def.sleepable && isForSleepable(helper, def)) {
    const sleepable = SECTIONS.find(({ name }) => name === `${def.name}.s`)?.name;
    return {
      message: `${callee} may sleep, and a program of ${def.name} must not: the verifier refuses it.`,
      advice: sleepable === undefined ? forTypes(helper) : `Programs of ${sleepable} may.`,
    };
  }
  return {
    message: `${callee} is not for programs of ${def.name} (${type}) on kernel ${release}: the verifier refuses the program.`,
    advice: forTypes(helper),
  };
}

function forTypes(helper: Helper): string {
  // Of kprobes only those of user space may sleep.
  const types = callingTypes(helper).map(({ type, only }) =>
    only === 'sleepable' ? `${type === 'kprobe' ? 'uprobe' : type} that may sleep` : type,
  );
  if (types.length > 0) return `It is for ${types.join(', ')}.`;
  return helper.name === 'bpf_override_return'
    ? 'Kernels built with CONFIG_BPF_KPROBE_OVERRIDE offer it to kprobe.'
    : 'No known kernel offers it.';
}
