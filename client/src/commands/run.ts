/** "eBPF: Run": on the hosts that were chosen last, else on those that the user chooses now. */
import type { Command } from './command';
import { runId } from './ids';
import { runRequest } from './run-arguments';

export const run: Command = {
  id: runId,
  async run(host, ...args) {
    const request = await runRequest(host, 'run', args, { ask: false });
    if (request !== undefined) await host.run.start(request);
  },
};
