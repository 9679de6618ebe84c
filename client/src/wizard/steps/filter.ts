/** Which events are let through. Nothing ticked: all of them. */
import { hasReturnValue, type Answers, type Filter } from '../answers';
import type { Place, Reply, Step } from '../flow';
import type { QuickInputs } from '../quick-input';
import type { WizardContext } from '../context';

type Kind = keyof Filter;

export function filterStep({ inputs }: WizardContext): Step<Answers> {
  return {
    applies: () => true,
    async ask(answers, place) {
      for (;;) {
        const kinds = await askKinds(inputs, answers, place);
        if (kinds.kind !== 'next') return kinds;
        const reply = await askValues(inputs, answers.filter, kinds.value, place);
        // Back from a value leads to the ticks, which belong to the same step.
        if (reply.kind === 'next') return { ...reply, value: { ...answers, filter: reply.value } };
        if (reply.kind === 'cancel') return reply;
      }
    },
  };
}

function askKinds(inputs: QuickInputs, answers: Answers, place: Place): Promise<Reply<readonly Kind[]>> {
  const { filter } = answers;
  const placeholder = 'Only some of them? Enter takes all';
  return inputs.pickMany<Kind>({ ...place, placeholder }, [
    { label: 'Process', description: 'one pid', value: 'pid', picked: filter.pid !== undefined },
    { label: 'Command', description: 'one comm', value: 'comm', picked: filter.comm !== undefined },
    ...(hasReturnValue(answers)
      ? [
          {
            label: 'Failed calls',
            description: 'return value below zero',
            value: 'failed' as const,
            picked: filter.failed === true,
          },
        ]
      : []),
  ]);
}

async function askValues(
  inputs: QuickInputs,
  before: Filter,
  kinds: readonly Kind[],
  place: Place,
): Promise<Reply<Filter>> {
  let filter: Filter = kinds.includes('failed') ? { failed: true } : {};
  if (kinds.includes('pid')) {
    const question = { ...place, placeholder: 'Process id (of the thread group), as the host sees it' };
    const reply = await inputs.text(question, String(before.pid ?? ''), pidProblem);
    if (reply.kind !== 'next') return reply;
    filter = { ...filter, pid: Number(reply.value) };
  }
  if (kinds.includes('comm')) {
    const question = { ...place, placeholder: 'Name of the command, as in /proc/<pid>/comm' };
    const reply = await inputs.text(question, before.comm ?? '', commProblem);
    if (reply.kind !== 'next') return reply;
    filter = { ...filter, comm: reply.value };
  }
  return { kind: 'next', value: filter };
}

function pidProblem(text: string): string | undefined {
  const pid = Number(text);
  return /^\d+$/.test(text) && pid >= 1 && pid <= 0x7fffffff ? undefined : 'A number from 1 on.';
}

/** TASK_COMM_LEN is 16, with the NUL. */
function commProblem(text: string): string | undefined {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes === 0) return 'A name is needed.';
  return bytes > 15 ? 'The kernel keeps the first 15 bytes only.' : undefined;
}
