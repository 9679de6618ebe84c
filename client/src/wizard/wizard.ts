/** The questions that lead to a handler, in their order. */
import type { EventName } from '#core/kernel/model';
import type { Host } from '../commands/command';
import type { Answers } from './answers';
import { describeEvents, type WizardContext } from './context';
import { runSteps, type Step } from './flow';
import { recall, remember } from './memory';
import { QuickInputs } from './quick-input';
import { deliveryStep, defaultDelivery } from './steps/delivery';
import { eventsStep } from './steps/events';
import { fieldsStep } from './steps/fields';
import { filterStep } from './steps/filter';
import { loaderStep } from './steps/loader';
import { pairStep } from './steps/pair';
import { processStep } from './steps/process';
import { reviewStep } from './steps/review';

/** @param events where they are known already: the first question is then the next one */
export async function runWizard(host: Host, events: readonly EventName[]): Promise<void> {
  const inputs = new QuickInputs('Generate Tracepoint Handler');
  const context: WizardContext = { host, inputs, document: host.editors.last?.document };
  const { delivery, pair, process, loader } = recall(host.memory);
  const steps: readonly Step<Answers>[] = [
    eventsStep(context),
    fieldsStep(context),
    deliveryStep(context),
    pairStep(context),
    processStep(context),
    filterStep(context),
    loaderStep(context),
    reviewStep(context),
  ];
  try {
    const initial: Answers = {
      events: await describeEvents(host, events),
      fields: {},
      delivery: delivery ?? defaultDelivery(host.server.status),
      ...{ pair, process, filter: {}, loader },
    };
    const answers = await runSteps(steps, initial, events.length === 0 ? 0 : 1);
    if (answers !== undefined) await remember(host.memory, answers);
  } finally {
    inputs.dispose();
    await host.preview.close();
  }
}
