/** "eBPF: Run on Remote Host": asks where, then runs there. */
import type { Command } from './command';
import { runOnHostId } from './ids';
import { runRequest } from './run-arguments';

export const runOnHost: Command = {
  id: runOnHostId,
  async run(host, ...args) {
    const request = await runRequest(host, 'run', args, { ask: true });
    if (request !== undefined) await host.run.start(request);
  },
};
