/** Asks what to generate, shows it, and writes it: client/src/wizard. */
import { runWizard } from '../wizard/wizard';
import type { Command } from './command';
import { eventsOf } from './event-arguments';
import { generateHandlerId } from './ids';

export const generateHandler: Command = {
  id: generateHandlerId,
  run: (host, ...args) => runWizard(host, eventsOf(args)),
};
