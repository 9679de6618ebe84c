/** Whether a program that loads it and prints its records is made beside it. */
import type { Answers } from '../answers';
import type { Step } from '../flow';
import type { Choice } from '../quick-input';
import type { WizardContext } from '../context';

const choices: readonly Choice<Answers['loader']>[] = [
  { label: 'No loader', detail: 'Only the eBPF program', icon: 'circle-slash', value: 'none' },
  { label: 'C', detail: 'A libbpf skeleton program with its Makefile', icon: 'file-code', value: 'c' },
  { label: 'Go', detail: 'A program on cilium/ebpf with bpf2go', icon: 'file-code', value: 'go' },
];

export function loaderStep({ inputs }: WizardContext): Step<Answers> {
  return {
    applies: () => true,
    async ask(answers, place) {
      const placeholder = 'A program beside it that loads it and prints the events?';
      const reply = await inputs.pickOne(
        { ...place, placeholder },
        choices.map((choice) => ({ ...choice, picked: choice.value === answers.loader })),
      );
      return reply.kind === 'next' ? { ...reply, value: { ...answers, loader: reply.value } } : reply;
    },
  };
}
