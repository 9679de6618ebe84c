/** How records get to user space. */
import type { Delivery } from '#core/messages/generate-handler';
import type { ServerStatus } from '../../language-server';
import type { Answers } from '../answers';
import type { Step } from '../flow';
import type { Choice } from '../quick-input';
import type { WizardContext } from '../context';

const choices: readonly Choice<Delivery>[] = [
  {
    label: 'Ring buffer',
    description: 'Linux 5.8 and later',
    detail: 'One buffer for all CPUs, in order, without copying',
    icon: 'sync',
    value: 'ringbuf',
  },
  {
    label: 'Perf buffer',
    description: 'any kernel',
    detail: 'One buffer per CPU, for kernels before 5.8',
    icon: 'server',
    value: 'perfbuf',
  },
  {
    label: 'bpf_printk',
    description: 'to try things out',
    detail: 'Lines in /sys/kernel/tracing/trace_pipe; no record, no map',
    icon: 'output',
    value: 'printk',
  },
];

export function deliveryStep({ inputs }: WizardContext): Step<Answers> {
  return {
    applies: () => true,
    async ask(answers, place) {
      const placeholder = 'How events get to user space';
      const reply = await inputs.pickOne(
        { ...place, placeholder },
        choices.map((choice) => ({ ...choice, picked: choice.value === answers.delivery })),
      );
      return reply.kind === 'next' ? { ...reply, value: { ...answers, delivery: reply.value } } : reply;
    },
  };
}

/** BPF_MAP_TYPE_RINGBUF came with 5.8. */
export function defaultDelivery(status: ServerStatus): Delivery {
  const [, major = 0, minor = 0] =
    status.state === 'ready' ? (/^(\d+)\.(\d+)/.exec(status.release) ?? []).map(Number) : [];
  const known = major > 0;
  return known && (major < 5 || (major === 5 && minor < 8)) ? 'perfbuf' : 'ringbuf';
}
