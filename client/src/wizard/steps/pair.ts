/** Whether a syscall's enter and exit become one record. */
import { canPair, type Answers } from '../answers';
import type { Step } from '../flow';
import type { WizardContext } from '../context';

export function pairStep({ inputs }: WizardContext): Step<Answers> {
  return {
    applies: canPair,
    async ask(answers, place) {
      const placeholder = 'Join entry and return of the syscall?';
      const reply = await inputs.pickOne<boolean>({ ...place, placeholder }, [
        {
          label: 'As chosen',
          detail: `A record for ${answers.events.map(({ name }) => name).join(', ')}`,
          icon: 'arrow-right',
          value: false,
          picked: !answers.pair,
        },
        {
          label: 'Entry and return in one record',
          detail: 'With the return value and the latency; joined by a hash map over pid_tgid',
          icon: 'arrow-swap',
          value: true,
          picked: answers.pair,
        },
      ]);
      return reply.kind === 'next' ? { ...reply, value: { ...answers, pair: reply.value } } : reply;
    },
  };
}
