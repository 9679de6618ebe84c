/** A call of a helper that the target kernel does not have, or does not offer to programs of this kind. */
import { SECTIONS } from '#core/bpf/section-table';
import { parseSectionName } from '#core/bpf/section-name';
import type { SectionDef } from '#core/bpf/sections';
import { availabilityOn, callingTypes, isForSleepable } from '../helpers/availability';
import type { Program } from '../analysis/model';
import { certainCalls, type CertainCall } from '../helpers/certain-calls';
import { helperNamed, type Helper } from '../helpers/helpers';
import type { DocumentView } from '../view';
import type { Check, Finding } from './check';

export const helperUnavailable: Check = {
  code: 'helper-unavailable',
  run: (view) => {
    const ask = availabilityOn(view.kernel.index);
    const isMissing = (name: string, program: Program): boolean => {
      const asked = questionOf(name, program);
      const answer = asked && ask(asked.helper, asked.def);
      return answer === 'absent' || answer === 'refused';
    };
    return certainCalls(view, isMissing).flatMap((call) => findings(view, call, ask));
  },
};

function questionOf(
  name: string,
  { section }: Program,
): { readonly helper: Helper; readonly def: SectionDef } | undefined {
  const helper = helperNamed(name);
  const parsed = helper && parseSectionName(section.value);
  // One that is not loaded by default may be meant for other kernels.
  return helper === undefined || parsed === undefined || parsed.optional
    ? undefined
    : { helper, def: parsed.def };
}

function findings(
  { kernel }: DocumentView,
  call: CertainCall,
  ask: ReturnType<typeof availabilityOn>,
): readonly Finding[] {
  const asked = questionOf(call.helper, call.program);
  if (asked === undefined) return [];
  const { helper, def } = asked;
  const answer = ask(helper, def);
  const { release } = kernel.index.provenance;
  const callee = call.callee === helper.name ? helper.name : `${call.callee} calls ${helper.name}, which`;
  return [
    {
      code: 'helper-unavailable',
      span: call.span,
      severity: 'error',
      dependsOnKernel: true,
      fixes: [],
      ...(answer === 'absent'
        ? {
            message: `${callee} is not on kernel ${release}: the verifier refuses the program.`,
            ...since(helper),
          }
        : refused(callee, helper, def, release)),
    },
  ];
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
