/** What the questions of the wizard have in common. */
import type * as vscode from 'vscode';
import type { EventName } from '#core/kernel/model';
import { tracepointRequest } from '#core/messages/tracepoint';
import type { Host } from '../commands/command';
import type { ChosenEvent } from './answers';
import type { QuickInputs } from './quick-input';

/** What a step asks with. */
export interface WizardContext {
  readonly host: Host;
  readonly inputs: QuickInputs;
  /** The program to insert into, where there is one. */
  readonly document: vscode.TextDocument | undefined;
}

/** With their fields. Fails where the target kernel does not have one of them. */
export function describeEvents(host: Host, events: readonly EventName[]): Promise<ChosenEvent[]> {
  return Promise.all(
    events.map(async ({ category, name }) => {
      const described = await host.server.request(tracepointRequest, { category, name });
      if (described === null) throw new Error(`The target kernel has no tracepoint ${category}:${name}.`);
      return described;
    }),
  );
}
