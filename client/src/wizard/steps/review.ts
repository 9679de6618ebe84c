/** The preview, and what becomes of it: the last step, which also writes. */
import * as vscode from 'vscode';
import type { Answers } from '../answers';
import { Draft } from '../draft';
import type { Step } from '../flow';
import { Review } from '../review';
import type { WizardContext } from '../context';

export function reviewStep({ host, inputs, document }: WizardContext): Step<Answers> {
  return {
    applies: () => true,
    async ask(answers, place) {
      const draft = new Draft(host.server, answers, document);
      try {
        const reply = await new Review({ inputs, preview: host.preview, draft, place }).run();
        return reply.kind === 'next' ? { ...reply, value: answers } : reply;
      } catch (error) {
        // What cannot be generated can be asked for differently: the answers stay, the user goes on from the last.
        host.log.error('ebpf.generateHandler:', error instanceof Error ? error : String(error));
        void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
        return { kind: 'back' };
      }
    },
  };
}
