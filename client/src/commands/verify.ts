/** "eBPF: Verify on Host": loads the programs without attaching them, and puts what the verifier says on their lines. */
import type { Command } from './command';
import { verifyId } from './ids';
import { runRequest } from './run-arguments';

export const verify: Command = {
  id: verifyId,
  async run(host, ...args) {
    const request = await runRequest(host, 'verify', args, { ask: false });
    if (request !== undefined) await host.run.start(request);
  },
};
