/** What the record says about the task. */
import type { ProcessFact } from '#core/messages/generate-handler';
import type { Answers } from '../answers';
import type { Step } from '../flow';
import type { WizardContext } from '../context';

const facts: readonly { readonly value: ProcessFact; readonly description: string }[] = [
  { value: 'pid', description: 'process id, as the host sees it' },
  { value: 'tid', description: 'thread id, as the host sees it' },
  { value: 'ppid', description: 'process id of the parent' },
  { value: 'uid', description: 'real user id' },
  { value: 'comm', description: 'name of the thread, 15 characters' },
  { value: 'cgroup_id', description: 'cgroup (version 2)' },
  { value: 'ns_pid', description: 'process id in its own PID namespace: what getpid() returns' },
  { value: 'ns_ppid', description: 'parent’s process id there: what getppid() returns' },
  { value: 'pid_ns', description: 'the PID namespace: the number in /proc/self/ns/pid' },
];

export function processStep({ inputs }: WizardContext): Step<Answers> {
  return {
    applies: () => true,
    async ask(answers, place) {
      const placeholder = 'Who triggered it: process information in the record';
      const reply = await inputs.pickMany(
        { ...place, placeholder },
        facts.map(({ value, description }) => ({
          label: value,
          ...{ description, value, picked: answers.process.includes(value) },
        })),
      );
      return reply.kind === 'next' ? { ...reply, value: { ...answers, process: reply.value } } : reply;
    },
  };
}
