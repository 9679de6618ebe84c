/** A call of a helper that the target kernel does not have, or does not offer to programs of this kind. */
import { SECTIONS } from '#core/bpf/section-table';
import { parseSectionName } from '#core/bpf/section-name';
import type { SectionDef } from '#core/bpf/sections';
import { availabilityOn, callingTypes, isForSleepable } from '../helpers/availability';
import { certainCalls, type CertainCall } from '../helpers/certain-calls';
import { helperNamed, type Helper } from '../helpers/helpers';
import type { DocumentView } from '../view';
import type { Check, Finding } from './check';

export const helperUnavailable: Check = {
  code: 'helper-unavailable',
  run: (view) => {
    const ask = availabilityOn(view.kernel.index);
    return certainCalls(view, (name) => name.startsWith('bpf_')).flatMap((call) => findings(view, call, ask));
  },
};

function findings(
  { kernel }: DocumentView,
  call: CertainCall,
  ask: ReturnType<typeof availabilityOn>,
): readonly Finding[] {
  const section = parseSectionName(call.program.section.value);
  const helper = helperNamed(call.helper);
  // One that is not loaded by default may be meant for other kernels.
  if (section === undefined || helper === undefined || section.optional) return [];
  const answer = ask(helper, section.def);
  if (answer !== 'absent' && answer !== 'refused') return [];
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
        : refused(callee, helper, section.def, release)),
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
  return types.length === 0 ? 'No known kernel offers it.' : `It is for ${types.join(', ')}.`;
}
