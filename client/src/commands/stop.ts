/** "eBPF: Stop": ends the run; nothing of it stays on the hosts. */
import type { Command } from './command';
import { stopId } from './ids';

export const stop: Command = {
  id: stopId,
  run: (host) => host.run.stop(),
};
